#include "sink/lookup/dns/dns_limit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

#define WAYS 4        /* networks that share a set of places */
#define NETWORK_V4 15 /* bytes of a v4-mapped /24 */
#define NETWORK_V6 8

struct network {
	uint64_t hash;
	int64_t second;
	uint32_t count; /* questions in that second */
};

struct dns_limit {
	struct dns_limit_options options;
	struct network networks[DNS_LIMIT_NETWORKS];
};

struct dns_limit *dns_limit_new(const struct dns_limit_options *options)
{
	struct dns_limit *limit = calloc(1, sizeof(*limit));

	if (limit != NULL)
		limit->options = *options;
	return limit;
}

void dns_limit_free(struct dns_limit *limit)
{
	free(limit);
}

static bool is_loopback(const struct ip *ip)
{
	static const struct ip six = {{[15] = 1}};

	return ip_is_v4(ip) ? ip->bytes[12] == 127 : ip_compare(ip, &six) == 0;
}

static bool is_unlimited(const struct dns_limit *limit, const struct ip *ip)
{
	if (limit->options.rate == 0 || is_loopback(ip))
		return true;
	for (size_t i = 0; i < limit->options.unlimited_count; i++) {
		if (ip_in_range(ip, &limit->options.unlimited[i]))
			return true;
	}
	return false;
}

/* Finds the place of the network HASH, or the one to use for it. */
static struct network *find(struct dns_limit *limit, uint64_t hash)
{
	struct network *set = &limit->networks[hash % (DNS_LIMIT_NETWORKS / WAYS) * WAYS];
	struct network *least = set;

	for (struct network *n = set; n < set + WAYS; n++) {
		if (n->hash == hash)
			return n;
		if (n->second < least->second ||
		    (n->second == least->second && n->count < least->count))
			least = n;
	}
	*least = (struct network){.hash = hash};
	return least;
}

enum dns_limit_verdict dns_limit_count(struct dns_limit *limit, const struct ip *ip,
				       struct when now)
{
	int64_t second = now.ns / NS_PER_SECOND, over;
	struct network *network;

	if (is_unlimited(limit, ip))
		return DNS_LIMIT_ANSWER;
	network = find(limit, hash_bytes(HASH_START ^ limit->options.seed, ip->bytes,
					 ip_is_v4(ip) ? NETWORK_V4 : NETWORK_V6));
	if (network->second != second)
		network->count = 0;
	network->second = second;
	if (network->count < UINT32_MAX)
		network->count++;
	over = (int64_t)network->count - limit->options.rate;
	if (over <= 0)
		return DNS_LIMIT_ANSWER;
	return over % 2 == 0 ? DNS_LIMIT_TRUNCATE : DNS_LIMIT_DROP;
}
