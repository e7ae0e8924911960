#include "producers/flows/icmp.h"

#include <stddef.h>

#include "common/base/transport.h"

static const struct pair {
	uint8_t protocol;
	uint8_t request;
	uint8_t answer;
	bool unsolicited; /* the answer is also sent unsolicited */
} pairs[] = {
	{TRANSPORT_ICMP, 8, 0, false},       /* echo */
	{TRANSPORT_ICMP, 10, 9, true},       /* router solicitation and advertisement */
	{TRANSPORT_ICMP, 13, 14, false},     /* timestamp */
	{TRANSPORT_ICMP, 15, 16, false},     /* information */
	{TRANSPORT_ICMP, 17, 18, false},     /* address mask */
	{TRANSPORT_ICMPV6, 128, 129, false}, /* echo */
	{TRANSPORT_ICMPV6, 130, 131, true},  /* multicast listener query and report */
	{TRANSPORT_ICMPV6, 133, 134, true},  /* router solicitation and advertisement */
	{TRANSPORT_ICMPV6, 135, 136, true},  /* neighbour solicitation and advertisement */
	{TRANSPORT_ICMPV6, 139, 140, false}, /* node information */
	{TRANSPORT_ICMPV6, 144, 145, false}, /* home agent address discovery */
};

static const struct pair *find_pair(uint8_t protocol, uint8_t type)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i].protocol == protocol &&
		    (pairs[i].request == type || pairs[i].answer == type))
			return &pairs[i];
	}
	return NULL;
}

int icmp_counterpart(uint8_t protocol, uint8_t type)
{
	const struct pair *pair = find_pair(protocol, type);

	if (pair == NULL)
		return -1;
	return type == pair->request ? pair->answer : pair->request;
}

bool icmp_may_be_reply(uint8_t protocol, uint8_t type)
{
	const struct pair *pair = find_pair(protocol, type);

	return pair != NULL && type == pair->answer;
}

bool icmp_is_reply(uint8_t protocol, uint8_t type)
{
	const struct pair *pair = find_pair(protocol, type);

	return pair != NULL && type == pair->answer && !pair->unsolicited;
}
