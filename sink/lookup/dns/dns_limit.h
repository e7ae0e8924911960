/* dns_limit.h - how many answers a network gets by UDP, whose senders may be forged.
 *
 * As NSD's response rate limit: a network (/24 of IPv4, /64 of IPv6) gets so many answers in a second.
 * Of the questions beyond that, every second one gets an answer without records that is marked as
 * truncated, so that an honest resolver in the network asks again by TCP, and the others get none.
 * Loopback addresses have no limit: no packet from elsewhere can have one (RFC 1122 section
 * 3.2.1.3). Pure.
 *
 * (1) At most DNS_LIMIT_NETWORKS are counted. When there are more, those that were quiet for longest
 *     or asked least are forgotten.
 */
#ifndef TENURE_DNS_LIMIT_H
#define TENURE_DNS_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"

#define DNS_LIMIT_NETWORKS 16384
#define DNS_LIMIT_RATE 200
#define DNS_LIMIT_RANGES_MAX 16

struct dns_limit_options {
	int64_t rate; /* answers in a second; 0: no limit */
	uint64_t seed;
	struct ip_range unlimited[DNS_LIMIT_RANGES_MAX]; /* resolvers that many ask through */
	size_t unlimited_count;
};

enum dns_limit_verdict { DNS_LIMIT_ANSWER, DNS_LIMIT_TRUNCATE, DNS_LIMIT_DROP };

struct dns_limit;

/* NULL if out of memory. OPTIONS is copied. */
struct dns_limit *dns_limit_new(const struct dns_limit_options *options);
void dns_limit_free(struct dns_limit *limit);
/* Counts a question from IP, and says what becomes of it. */
enum dns_limit_verdict dns_limit_count(struct dns_limit *limit, const struct ip *ip,
				       struct when now);

#endif
