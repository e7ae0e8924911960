#include "producers/flows/fragments.h"

#include <stdlib.h>
#include <string.h>

struct fragments {
	uint64_t seed;
	struct packet slots[FRAGMENTS_MAX]; /* first fragments; a slot is free until it has one */
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

/* IPv4 numbers the packets of each protocol separately, IPv6 all together. In IPv6 the
 * header after the fragment header need not be the transport's. */
static uint8_t key_protocol(const struct packet *packet)
{
	return ip_is_v4(&packet->source) ? packet->protocol : 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 29;
}

static struct packet *slot_of(struct fragments *fragments, const struct packet *packet)
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

static bool matches(const struct packet *first, const struct packet *packet)
{
	int64_t age_ns;

	if (first->fragment != PACKET_FIRST_FRAGMENT || first->fragment_id != packet->fragment_id ||
	    first->interface != packet->interface ||
	    ip_compare(&first->source, &packet->source) != 0 ||
	    ip_compare(&first->destination, &packet->destination) != 0 ||
	    key_protocol(first) != key_protocol(packet))
		return false;
	age_ns = when_since(packet->time, first->time);
	return age_ns < FRAGMENTS_LIFE_NS && age_ns > -FRAGMENTS_LIFE_NS;
}

bool fragments_resolve(struct fragments *fragments, struct packet *packet)
{
	struct packet *first = slot_of(fragments, packet);

	if (packet->fragment == PACKET_FIRST_FRAGMENT)
		*first = *packet;
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
