/* times.h - the response times of one connection: sum, extremes and a histogram. Pure.
 *
 * (1) The first few are in the connection itself, the rest in blocks of a slab. A time that finds
 *     no room, or whose bucket has TIMES_COUNT_MAX, is in no figure; LOST counts it.
 */
#ifndef TENURE_FLOWS_L7_TIMES_H
#define TENURE_FLOWS_L7_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/l7/slab.h"

#define TIMES_FIRST 4  /* times without a block */
#define TIMES_BLOCK 32 /* buckets of a block: four octaves */
#define TIMES_BLOCKS_MAX \
	5 /* of one connection's times: 17 octaves at least, as from 10 us to 1 s */
#define TIMES_BLOCK_SIZE (8 + 3 * TIMES_BLOCK)
#define TIMES_COUNT_MAX ((1u << 24) - 1) /* of a bucket in a block */

/* Zero-initialised. */
struct times {
	uint64_t sum; /* nanoseconds, like MIN and MAX */
	uint64_t min;
	uint64_t max;
	uint32_t count;
	uint32_t lost;   /* (1) */
	uint32_t blocks; /* the first one's number */
	uint16_t first[TIMES_FIRST];
};

/* BLOCKS has blocks of TIMES_BLOCK_SIZE bytes, here and below. */
void times_add(struct times *times, struct slab *blocks, uint64_t ns);

/* Moves the times to *TAKEN and starts from none. */
void times_take(struct times *times, struct slab *blocks, struct flow_response_time *taken);

#endif
