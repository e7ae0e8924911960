#include "producers/flows/repeats.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/base/transport.h"
#include "producers/flows/flow_key.h"

uint64_t repeats_hash(uint64_t flow, unsigned direction, const struct packet *packet)
{
	/* A checksum may be left to the interface, and then differs from copy to copy. */
	bool offloaded = packet->protocol == TRANSPORT_TCP || packet->protocol == TRANSPORT_UDP;
	bool checksum = packet->identification == 0 || !offloaded;
	uint64_t hash = flow_key_mix(flow + direction,
				     (uint64_t)packet->sequence << 32 | packet->acknowledgment);

	return flow_key_mix(hash, (uint64_t)packet->identification << 48 |
					  (uint64_t)(checksum ? packet->checksum : 0) << 32 |
					  ((uint64_t)packet->tcp_flags << 24 ^ packet->bytes));
}

static enum repeats_verdict judge(const struct packet *packet, struct when first)
{
	int64_t age_ns = llabs(when_since(packet->time, first));
	bool syn = packet->protocol == TRANSPORT_TCP && packet->tcp_flags & TCP_SYN;

	if (packet->identification != 0 && age_ns <= REPEATS_NS)
		return REPEATS_COPY;
	if (age_ns > REPEATS_PLAIN_NS)
		return REPEATS_FIRST;
	return syn ? REPEATS_COPY : REPEATS_UNSURE;
}

enum repeats_verdict repeats_find(const struct repeats *repeats, uint64_t hash,
				  const struct packet *packet)
{
	enum repeats_verdict best = REPEATS_FIRST;
	uint32_t found = 0;

	if (packet->fragment != PACKET_WHOLE)
		return REPEATS_FIRST;
	for (unsigned i = 0; i < REPEATS_MAX; i++)
		found |= repeats->tags[i] == (uint32_t)hash;
	for (unsigned i = 0; found && i < REPEATS_MAX; i++) {
		if (repeats->hashes[i] == hash && judge(packet, repeats->times[i]) > best)
			best = judge(packet, repeats->times[i]);
	}
	return best;
}

void repeats_add(struct repeats *repeats, uint64_t hash, const struct packet *packet)
{
	uint32_t place = repeats->added++ % REPEATS_MAX;

	repeats->tags[place] = (uint32_t)hash;
	repeats->hashes[place] = hash;
	repeats->times[place] = packet->time;
}
