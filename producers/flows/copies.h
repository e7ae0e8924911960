/* copies.h - which packets are not counted because they were counted before, and which are only noticed.
 *
 * Copies are expected where packets are cooked or MIRRORED is set. Elsewhere they are noticed in the first
 * COPIES_COMPARED packets.
 */
#ifndef TENURE_FLOWS_COPIES_H
#define TENURE_FLOWS_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/packet.h"
#include "producers/flows/repeats.h"

#define COPIES_COMPARED 100000

struct copies_stats {
	uint64_t repeated; /* packets that are not to be counted */
	uint64_t unsure;   /* and those that are, but may be copies */
	uint64_t compared; /* only to notice copies */
	uint64_t counted;  /* copies among them */
};

/* Zero-initialised but for MIRRORED: any packet may have copies. */
struct copies {
	bool mirrored;
	struct copies_stats stats;
	struct repeats repeats;
};

/* Whether PACKET is not to be counted. HASH is that of its flow's key. NEWS: it has bytes that were not seen,
 * so that it is no copy. */
bool copies_is_one(struct copies *copies, uint64_t hash, unsigned direction,
		   const struct packet *packet, bool news);

/* Whether copies_is_one() has work to do; else it is false. */
static inline bool copies_compares(const struct copies *copies, const struct packet *packet)
{
	return packet->cooked || copies->mirrored || copies->stats.compared < COPIES_COMPARED;
}

#endif
