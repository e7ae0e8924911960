/* dns_answer.h - what the timeline says to a question of the DNS.
 *
 * (1) A name is denied (NXDOMAIN) only if it is known that nobody has it: while the holder of an
 *     address that once had the name is not known, it exists and has no data. The same is true of a
 *     present name below the cluster's domain if there is an upstream server, which may have it.
 * (2) Every name in an answer, unless it is from upstream, leads back to the address, at the same
 *     moment.
 * (3) The present is the newest moment that is known, with everything that is known (LOOKUP_LAST).
 *     A past moment is answered as for a flow of that moment (LOOKUP_FINAL), so that the answer
 *     becomes final.
 * (4) Nobody is named at a past moment after what is known: only the TXT record says who held the
 *     address last. The name exists and has no data.
 */
#ifndef TENURE_DNS_ANSWER_H
#define TENURE_DNS_ANSWER_H

#include "common/timeline/timeline.h"
#include "sink/lookup/dns/dns_message.h"
#include "sink/lookup/dns/dns_name.h"
#include "sink/lookup/dns/upstream.h"

#define DNS_TTL_PRESENT 5 /* seconds, as CoreDNS, which also answers for the present */
#define DNS_TTL_FINAL 86400
#define DNS_TTL_STALE 1
#define DNS_STALE_NS (30 * NS_PER_SECOND) /* the present is stale if it is so long ago */

#define DNS_SERVER_IPS_MAX 16

/* Whom to ask; borrowed. */
struct dns_source {
	struct timeline *timeline;
	struct dns_zones zones;
	struct upstream *upstream; /* NULL: nobody else */
	/* The addresses of the name server itself. */
	struct ip ips[DNS_SERVER_IPS_MAX];
	size_t ip_count;
};

enum dns_outcome {
	DNS_ANSWERED, /* holds until the next record of the topic, for at most a second */
	DNS_FINAL,    /* never changes */
	DNS_ONCE,     /* holds only now */
	DNS_WAITS,    /* for the upstream server: ask again later */
	DNS_BROKEN,   /* the store failed (logged) */
};

void dns_answer_init(struct dns_answer *answer);
void dns_answer_clear(struct dns_answer *answer);
/* Makes it one with CODE, no records and no authority. */
void dns_answer_begin(struct dns_answer *answer, enum dns_code code);

/* The hash of everything that ANSWER says. */
uint64_t dns_answer_content(const struct dns_answer *answer);

/* Answers QUERY at the wall clock NOW. Without MAY_WAIT, nothing new is asked upstream. */
enum dns_outcome dns_answer_find(const struct dns_source *source, const struct dns_query *query,
				 struct when now, bool may_wait, struct dns_answer *answer);

#endif
