#include "producers/flows/fragments.h"

#include <stdlib.h>
#include <string.h>

struct first {
	struct when time;
	struct ip source;
	struct ip destination;
	uint32_t id;
	uint16_t interface;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t protocol;
	uint8_t icmp_type;
	uint8_t icmp_code;
	bool used;
};

struct fragments {
	uint64_t seed;
	struct first slots[FRAGMENTS_MAX];
};

struct fragments *fragments_new(uint64_t seed)
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));

	if (fragments != NULL)
		fragments->seed = seed;
	return fragments;
}

void fragments_free(struct fragments *fragments)
{
	free(fragments);
}

/* IPv4 numbers the packets of each protocol on its own, IPv6 all together; there
 * the header behind the fragment header need not be the transport's. */
static uint8_t key_protocol(const struct packet *packet)
{
	return ip_is_v4(&packet->source) ? packet->protocol : 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 29;
}

static struct first *slot_of(struct fragments *fragments, const struct packet *packet)
{
	uint64_t words[4], hash = fragments->seed;

	memcpy(words, packet->source.bytes, 16);
	memcpy(words + 2, packet->destination.bytes, 16);
	for (unsigned i = 0; i < 4; i++)
		hash = mix(hash, words[i]);
	hash = mix(hash, (uint64_t)packet->fragment_id << 32 | (uint32_t)packet->interface << 16 |
				 key_protocol(packet));
	return &fragments->slots[hash >> 32 & (FRAGMENTS_MAX - 1)];
}

static bool matches(const struct first *first, const struct packet *packet)
{
	int64_t age;

	if (!first->used || first->id != packet->fragment_id ||
	    (ip_is_v4(&packet->source) && first->protocol != packet->protocol) ||
	    first->interface != packet->interface ||
	    ip_compare(&first->source, &packet->source) != 0 ||
	    ip_compare(&first->destination, &packet->destination) != 0)
		return false;
	age = when_since(packet->time, first->time);
	return age < FRAGMENTS_LIFE_NS && age > -FRAGMENTS_LIFE_NS;
}

bool fragments_resolve(struct fragments *fragments, struct packet *packet)
{
	struct first *first = slot_of(fragments, packet);

	if (packet->fragment == PACKET_FIRST_FRAGMENT) {
		*first = (struct first){
			.time = packet->time,
			.source = packet->source,
			.destination = packet->destination,
			.id = packet->fragment_id,
			.interface = packet->interface,
			.source_port = packet->source_port,
			.destination_port = packet->destination_port,
			.protocol = packet->protocol,
			.icmp_type = packet->icmp_type,
			.icmp_code = packet->icmp_code,
			.used = true,
		};
		return true;
	}
	if (packet->fragment != PACKET_LATER_FRAGMENT)
		return true;
	if (!matches(first, packet))
		return false;
	packet->protocol = first->protocol;
	packet->source_port = first->source_port;
	packet->destination_port = first->destination_port;
	packet->icmp_type = first->icmp_type;
	packet->icmp_code = first->icmp_code;
	return true;
}
