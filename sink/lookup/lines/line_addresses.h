/* line_addresses.h - the IP addresses in a line of text. Pure.
 *
 * (1) An address is a word of its own: no letter, digit, '_' or '.' is next to it. It may have ':' and a
 *     port after it, '.' and a port as tcpdump writes it, or '.' at the end of a sentence.
 * (2) A range such as 10.0.0.0/8 is not an address; after "//" it is one, with a path.
 * (3) An IPv6 address with a zone is left out. A colon may be before an IPv4 address only, and not if
 *     both may be part of an IPv6 address.
 */
#ifndef TENURE_LINE_ADDRESSES_H
#define TENURE_LINE_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/ip.h"

struct line_address {
	struct ip ip;
	size_t start, end; /* in the line */
};

/* Finds the first address of LINE[LENGTH] that begins at FROM or later, where FROM is 0 or the end
 * of an address found before. */
bool line_addresses_next(const char *line, size_t length, size_t from, struct line_address *found);

#endif
