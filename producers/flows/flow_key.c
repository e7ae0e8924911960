#include "producers/flows/flow_key.h"

#include <endian.h>
#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/icmp.h"

/* The ports of the key. Returns false for a message of ICMP whose ends are not ordered. */
static bool set_ports(const struct packet *packet, uint16_t ports[static 2])
{
	int counterpart;

	ports[0] = packet->source_port;
	ports[1] = packet->destination_port;
	if (packet->protocol != TRANSPORT_ICMP && packet->protocol != TRANSPORT_ICMPV6)
		return true;
	counterpart = icmp_counterpart(packet->protocol, packet->icmp_type);
	ports[0] = packet->icmp_type;
	ports[1] = counterpart >= 0 ? (uint16_t)counterpart : packet->icmp_code;
	return counterpart >= 0;
}

/* Which end is the lesser is often as good as random, so there is no branch on it. */
unsigned flow_key_from_packet(const struct packet *packet, struct flow_key *key)
{
	uint64_t a[2], b[2], swapped[3], reverse;
	uint16_t ports[2];
	unsigned __int128 first, second;
	bool ordered = set_ports(packet, ports);

	memcpy(a, packet->source.bytes, 16);
	memcpy(b, packet->destination.bytes, 16);
	first = (unsigned __int128)be64toh(a[0]) << 64 | be64toh(a[1]);
	second = (unsigned __int128)be64toh(b[0]) << 64 | be64toh(b[1]);
	reverse = ordered & ((first > second) | ((first == second) & (ports[0] > ports[1])));
	swapped[0] = (a[0] ^ b[0]) & -reverse;
	swapped[1] = (a[1] ^ b[1]) & -reverse;
	swapped[2] = (uint64_t)(ports[0] ^ ports[1]) & -reverse;
	key->words[0] = a[0] ^ swapped[0];
	key->words[1] = a[1] ^ swapped[1];
	key->words[2] = b[0] ^ swapped[0];
	key->words[3] = b[1] ^ swapped[1];
	key->words[4] = (ports[0] ^ swapped[2]) << 48 | (ports[1] ^ swapped[2]) << 32 |
			(uint64_t)packet->path << 16 | packet->protocol;
	return (unsigned)reverse;
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
