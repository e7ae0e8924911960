/* times.h - the response times of one connection: sum, extremes and a histogram. Pure.
 *
 * (1) The first few are in the connection itself, the rest in blocks of a slab. A time that finds
 *     no room is in no figure; slab.refused or LOST counts it.
 */
#ifndef TENURE_FLOWS_L7_TIMES_H
#define TENURE_FLOWS_L7_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/l7/slab.h"

#define TIMES_FIRST 4      /* times without a block */
#define TIMES_BLOCK 64     /* buckets of a block: eight octaves */
#define TIMES_BLOCKS_MAX 4 /* of one connection's times: a factor of 2^32 */
#define TIMES_BLOCK_SIZE (8 + 4 * TIMES_BLOCK)

/* Zero-initialised. */
struct times {
	uint64_t sum; /* nanoseconds, like MIN and MAX */
	uint64_t min;
	uint64_t max;
	uint32_t count;
	uint32_t lost;   /* they found no block (1) */
	uint32_t blocks; /* the first one's number */
	uint16_t first[TIMES_FIRST];
};

/* BLOCKS has blocks of TIMES_BLOCK_SIZE bytes, here and below. */
void times_add(struct times *times, struct slab *blocks, uint64_t ns);

/* Moves the times to *TAKEN and starts from none. */
void times_take(struct times *times, struct slab *blocks, struct flow_response_time *taken);

#endif
