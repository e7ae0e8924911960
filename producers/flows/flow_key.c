#include "producers/flows/flow_key.h"

#include <endian.h>
#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/icmp.h"

/* Negative if endpoint A is the lesser one, by address, then port. */
static int compare(const uint64_t a[static 2], uint16_t a_port, const uint64_t b[static 2],
		   uint16_t b_port)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t x = be64toh(a[i]), y = be64toh(b[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (int)a_port - (int)b_port;
}

unsigned flow_key_from_packet(const struct packet *packet, struct flow_key *key)
{
	uint16_t ports[2] = {packet->source_port, packet->destination_port};
	uint64_t ends[2][2];
	unsigned direction = 0;
	bool ordered = true;

	memcpy(ends[0], packet->source.bytes, 16);
	memcpy(ends[1], packet->destination.bytes, 16);
	if (packet->protocol == TRANSPORT_ICMP || packet->protocol == TRANSPORT_ICMPV6) {
		int counterpart = icmp_counterpart(packet->protocol, packet->icmp_type);

		ordered = counterpart >= 0;
		ports[0] = packet->icmp_type;
		ports[1] = ordered ? (uint16_t)counterpart : packet->icmp_code;
	}
	if (ordered && compare(ends[0], ports[0], ends[1], ports[1]) > 0)
		direction = 1;
	memcpy(key->words, ends[direction], 16);
	memcpy(key->words + 2, ends[!direction], 16);
	key->words[4] = (uint64_t)ports[direction] << 48 | (uint64_t)ports[!direction] << 32 |
			(uint64_t)packet->path << 16 | packet->protocol;
	return direction;
}

bool flow_key_is_sampled(const struct flow_key *key, uint32_t rate)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < 5; i++) {
		uint64_t word = key->words[i];

		if (i == 4)
			word &= ~(UINT64_C(0xffff) << 16); /* the interface */
		hash = flow_key_mix(hash, word);
	}
	return flow_key_mix(hash, 0) >> 32 < (UINT64_C(1) << 32) / rate;
}

struct ip flow_key_ip(const struct flow_key *key, unsigned side)
{
	struct ip ip;

	memcpy(ip.bytes, key->words + 2 * side, 16);
	return ip;
}

uint16_t flow_key_port(const struct flow_key *key, unsigned side)
{
	return (uint16_t)(key->words[4] >> (side == 0 ? 48 : 32));
}

uint16_t flow_key_path(const struct flow_key *key)
{
	return (uint16_t)(key->words[4] >> 16);
}
