#include "producers/flows/fragments.h"

#include <stdlib.h>
#include <string.h>

struct fragments {
	uint64_t seed[FLOW_KEY_SEED_WORDS];
	struct packet slots[FRAGMENTS_MAX]; /* first fragments; a slot is free until it has one */
};

struct fragments *fragments_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS])
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));

	if (fragments != NULL)
		memcpy(fragments->seed, seed, sizeof(fragments->seed));
	return fragments;
}

void fragments_free(struct fragments *fragments)
{
	free(fragments);
}

/* What the fragments of one packet have in common. IPv4 numbers the packets of each
 * protocol separately, IPv6 all together: there the header after the fragment header need
 * not be the transport's. */
static struct flow_key key_of(const struct packet *packet)
{
	uint8_t protocol = ip_is_v4(&packet->source) ? packet->protocol : 0;
	struct flow_key key;

	memcpy(key.words, packet->source.bytes, 16);
	memcpy(key.words + 2, packet->destination.bytes, 16);
	key.words[4] = (uint64_t)packet->identification << 32 | (uint64_t)packet->interface << 16 |
		       protocol;
	return key;
}

static bool matches(const struct packet *first, const struct packet *packet,
		    const struct flow_key *key)
{
	struct flow_key first_key = key_of(first);
	int64_t age_ns = when_since(packet->time, first->time);

	return first->fragment == PACKET_FIRST_FRAGMENT && flow_key_equal(&first_key, key) &&
	       age_ns < FRAGMENTS_LIFE_NS && age_ns > -FRAGMENTS_LIFE_NS;
}

bool fragments_resolve(struct fragments *fragments, struct packet *packet)
{
	struct flow_key key = key_of(packet);
	uint64_t hash = flow_key_hash(&key, fragments->seed);
	struct packet *first = &fragments->slots[hash & (FRAGMENTS_MAX - 1)];

	if (packet->fragment == PACKET_FIRST_FRAGMENT)
		*first = *packet;
	if (packet->fragment != PACKET_LATER_FRAGMENT)
		return true;
	if (!matches(first, packet, &key))
		return false;
	packet->protocol = first->protocol;
	packet->source_port = first->source_port;
	packet->destination_port = first->destination_port;
	packet->icmp_type = first->icmp_type;
	packet->icmp_code = first->icmp_code;
	return true;
}
