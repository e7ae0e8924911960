/* dns_text.h - the TXT record of an address: who held it, and how that is known.
 *
 * Its strings are "key: value", in this order, those that there are: status, reason, holder, node,
 * service (one string for each), since, until, candidate (likewise), at, known to, position,
 * provisional, source.
 */
#ifndef TENURE_DNS_TEXT_H
#define TENURE_DNS_TEXT_H

#include "sink/lookup/dns/dns_message.h"
#include "sink/lookup/question.h"

/* Adds the strings of FOUND, at most 255 bytes of each. */
void dns_text_add(const struct lookup_answer *found, struct dns_answer *answer);
/* Adds those of names that another server gave; each NAME ends with a NUL. */
void dns_text_add_upstream(struct span names, struct dns_answer *answer);

#endif
