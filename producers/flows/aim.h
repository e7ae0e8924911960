/* aim.h - the packets that a flow table is about to get, and the memory that they will need.
 *
 * A packet's entry is somewhere in gigabytes. Its slot in the index, the entry and what else it needs
 * are fetched while packets before it are counted; so is what ends of flows need.
 */
#ifndef TENURE_FLOWS_AIM_H
#define TENURE_FLOWS_AIM_H

#include <stddef.h>
#include <stdint.h>

#include "producers/flows/eviction.h"
#include "producers/flows/flow_index.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/packet.h"
#include "producers/flows/turns.h"
#include "producers/flows/wheel.h"

#define AIM_AHEAD 8 /* packets between the fetch of an entry and its use */

struct aimed {
	struct flow_key key;
	uint64_t hash;
	uint32_t tag;   /* its low half */
	uint32_t guess; /* its entry, probably; FLOW_INDEX_NONE for none */
	unsigned direction;
};

struct aim {
	struct when first; /* of the packets' times */
	struct when last;
	size_t count;
	struct aimed packets[FLOW_TABLE_BATCH];
};

/* What has memory for each flow. */
struct aim_memory {
	const struct flow_index *index;
	const struct turns_pool *pool;
	const struct wheel *wheel;
	const struct eviction *eviction;
	const struct l7 *l7; /* may be NULL */
};

/* Sets the keys of COUNT packets, and fetches their slots. */
void aim_set(struct aim *aim, const struct packet *packets, size_t count,
	     const uint64_t seed[static FLOW_KEY_SEED_WORDS], const struct flow_index *index);
/* To be called AIM_AHEAD packets before AT is counted. */
void aim_fetch(struct aim *aim, size_t at, const struct aim_memory *memory);

/* Fetches what the end of flow NEAR needs, which was FAR some ends before. Either may be
 * FLOW_INDEX_NONE. */
void aim_fetch_ends(const struct aim_memory *memory, uint32_t far, uint32_t near);

#endif
