#include "producers/flows/l7/times.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct block {
	uint32_t next;  /* of the same connection; SLAB_NONE for none */
	uint32_t place; /* holds buckets PLACE * TIMES_BLOCK and following, counted from 0 */
	uint8_t counts[TIMES_BLOCK][3]; /* the lowest byte first */
};

_Static_assert(sizeof(struct block) == TIMES_BLOCK_SIZE, "TIMES_BLOCK_SIZE is the block's");

static uint32_t get_count(const struct block *block, unsigned i)
{
	const uint8_t *bytes = block->counts[i];

	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

/* Counts one more of bucket I. False if it is full. */
static bool count_one(struct block *block, unsigned i)
{
	uint8_t *bytes = block->counts[i];

	if (get_count(block, i) == TIMES_COUNT_MAX)
		return false;
	for (unsigned byte = 0; ++bytes[byte] == 0; byte++)
		;
	return true;
}

/* The block at PLACE, a new one if there is none; NULL if there is no room. */
static struct block *find_block(struct times *times, struct slab *blocks, uint32_t place)
{
	uint32_t number = times->blocks;
	struct block *block;
	unsigned count = 0;

	for (; number != SLAB_NONE; number = block->next, count++) {
		block = slab_at(blocks, number);
		if (block->place == place)
			return block;
	}
	if (count == TIMES_BLOCKS_MAX)
		return NULL;
	number = slab_take(blocks);
	if (number == SLAB_NONE)
		return NULL;
	block = slab_at(blocks, number);
	*block = (struct block){.next = times->blocks, .place = place};
	times->blocks = number;
	return block;
}

void times_add(struct times *times, struct slab *blocks, uint64_t ns)
{
	unsigned bucket = (unsigned)(flow_bucket(ns) - FLOW_BUCKET_MIN);
	struct block *block = NULL;
	bool counted = false;

	if (bucket < FLOW_BUCKETS && times->count >= TIMES_FIRST)
		block = find_block(times, blocks, bucket / TIMES_BLOCK);
	if (block != NULL) {
		counted = count_one(block, bucket % TIMES_BLOCK);
	} else if (bucket < FLOW_BUCKETS && times->count < TIMES_FIRST) {
		times->first[times->count] = (uint16_t)bucket;
		counted = true;
	}
	if (!counted) {
		times->lost++;
		return;
	}
	if (times->count == 0 || ns < times->min)
		times->min = ns;
	if (ns > times->max)
		times->max = ns;
	times->sum += ns;
	times->count++;
}

void times_take(struct times *times, struct slab *blocks, struct flow_response_time *taken)
{
	unsigned low = (unsigned)(flow_bucket(times->min) - FLOW_BUCKET_MIN);
	unsigned high = (unsigned)(flow_bucket(times->max) - FLOW_BUCKET_MIN);
	uint32_t next;

	taken->count = times->count;
	taken->sum = times->sum;
	taken->min = times->min;
	taken->max = times->max;
	taken->buckets = 0;
	taken->offset = 0;
	if (times->count > 0) {
		taken->offset = (int)low + FLOW_BUCKET_MIN;
		taken->buckets = high - low + 1;
		memset(taken->counts, 0, taken->buckets * sizeof(taken->counts[0]));
	}
	for (unsigned i = 0; i < TIMES_FIRST && i < times->count; i++)
		taken->counts[times->first[i] - low]++;
	for (uint32_t number = times->blocks; number != SLAB_NONE; number = next) {
		const struct block *block = slab_at(blocks, number);

		for (unsigned i = 0; i < TIMES_BLOCK; i++) {
			uint32_t count = get_count(block, i);

			if (count > 0)
				taken->counts[block->place * TIMES_BLOCK + i - low] += count;
		}
		next = block->next;
		slab_give(blocks, number);
	}
	*times = (struct times){0};
}
