#include "producers/flows/turns.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 32 /* buckets: four octaves */

struct block {
	uint32_t next;  /* of the same flow or of the free list; 0 for none */
	uint32_t place; /* holds buckets PLACE * BLOCK and following, counted from 0 */
	uint32_t counts[BLOCK];
};

struct turns_pool {
	uint64_t untimed[TURNS_UNTIMED];
	uint32_t free;
	uint32_t unused; /* blocks from here on were never used */
	uint32_t size;
	struct block blocks[];
};

struct turns_pool *turns_pool_new(size_t size)
{
	/* Block 0 is never used: number 0 means none. */
	struct turns_pool *pool = calloc(1, sizeof(*pool) + (size + 1) * sizeof(pool->blocks[0]));

	if (pool != NULL) {
		pool->size = (uint32_t)size + 1;
		pool->unused = 1;
	}
	return pool;
}

void turns_pool_free(struct turns_pool *pool)
{
	free(pool);
}

uint64_t turns_pool_untimed(const struct turns_pool *pool, enum turns_untimed reason)
{
	return pool->untimed[reason];
}

static uint32_t take_block(struct turns_pool *pool)
{
	uint32_t number = pool->free;

	if (number != 0) {
		pool->free = pool->blocks[number].next;
	} else {
		if (pool->unused == pool->size)
			return 0;
		number = pool->unused++;
	}
	memset(&pool->blocks[number], 0, sizeof(pool->blocks[number]));
	return number;
}

/* The block at PLACE, a new one if there is none; NULL if the pool is full. */
static struct block *find_block(struct turns *turns, struct turns_pool *pool, uint32_t place)
{
	uint32_t number, previous = 0;

	for (number = turns->blocks; number != 0; number = pool->blocks[number].next) {
		struct block *block = &pool->blocks[number];

		if (block->place != place) {
			previous = number;
			continue;
		}
		/* To the front: the next response time is probably similar. */
		if (previous != 0) {
			pool->blocks[previous].next = block->next;
			block->next = turns->blocks;
			turns->blocks = number;
		}
		return block;
	}
	number = take_block(pool);
	if (number == 0)
		return NULL;
	pool->blocks[number].place = place;
	pool->blocks[number].next = turns->blocks;
	turns->blocks = number;
	return &pool->blocks[number];
}

/* False if there is no room. */
static bool count_bucket(struct turns *turns, struct turns_pool *pool, unsigned bucket)
{
	struct block *block;

	if (bucket >= FLOW_BUCKETS)
		return false;
	if (turns->samples < TURNS_FIRST) {
		turns->first[turns->samples] = (uint16_t)bucket;
		return true;
	}
	block = find_block(turns, pool, bucket / BLOCK);
	if (block == NULL)
		return false;
	block->counts[bucket % BLOCK]++;
	return true;
}

static void add_sample(struct turns *turns, struct turns_pool *pool, uint64_t ns)
{
	if (!count_bucket(turns, pool, (unsigned)(flow_bucket(ns) - FLOW_BUCKET_MIN))) {
		pool->untimed[TURNS_NO_ROOM]++;
		return;
	}
	if (turns->samples == 0 || ns < turns->min)
		turns->min = ns;
	if (ns > turns->max)
		turns->max = ns;
	turns->sum += ns;
	turns->samples++;
}

void turns_payload(struct turns *turns, struct turns_pool *pool, bool by_initiator,
		   struct when time)
{
	if (by_initiator) {
		if (!turns->waiting) {
			turns->waiting = true;
			turns->tainted = 0;
			turns->requests++;
		} else if (when_before(time, turns->request_at)) {
			turns->tainted = 1 + TURNS_DISORDER;
		}
		turns->request_at = time;
		return;
	}
	if (!turns->waiting)
		return;
	if (turns->tainted == 0 && when_before(time, turns->request_at))
		turns->tainted = 1 + TURNS_DISORDER;
	if (turns->tainted == 0)
		add_sample(turns, pool, (uint64_t)when_since(time, turns->request_at));
	else
		pool->untimed[turns->tainted - 1]++;
	turns->waiting = false;
}

void turns_taint(struct turns *turns)
{
	turns->tainted = 1 + TURNS_RETRANSMITTED;
}

void turns_end(struct turns *turns, struct turns_pool *pool)
{
	if (turns->waiting)
		pool->untimed[TURNS_UNANSWERED]++;
	turns->waiting = false;
}

/* Adds the counts of the flow's blocks to COUNTS, which begins with bucket LOW, and frees them. */
static void take_blocks(struct turns *turns, struct turns_pool *pool, uint32_t *counts,
			unsigned low)
{
	uint32_t next;

	for (uint32_t number = turns->blocks; number != 0; number = next) {
		struct block *block = &pool->blocks[number];

		for (unsigned i = 0; i < BLOCK; i++) {
			if (block->counts[i] > 0)
				counts[block->place * BLOCK + i - low] += block->counts[i];
		}
		next = block->next;
		block->next = pool->free;
		pool->free = number;
	}
	turns->blocks = 0;
}

static void take_histogram(struct turns *turns, struct turns_pool *pool,
			   struct flow_response_time *times)
{
	uint32_t *counts = times->counts;
	unsigned low = (unsigned)(flow_bucket(turns->min) - FLOW_BUCKET_MIN);
	unsigned high = (unsigned)(flow_bucket(turns->max) - FLOW_BUCKET_MIN);

	times->offset = (int)low + FLOW_BUCKET_MIN;
	times->buckets = high - low + 1;
	memset(counts, 0, times->buckets * sizeof(counts[0]));
	for (unsigned i = 0; i < TURNS_FIRST && i < turns->samples; i++)
		counts[turns->first[i] - low]++;
	take_blocks(turns, pool, counts, low);
}

void turns_take(struct turns *turns, struct turns_pool *pool, struct flow *flow)
{
	struct flow_response_time *times = &flow->response_time;

	flow->requests = turns->requests;
	times->count = turns->samples;
	times->sum = turns->sum;
	times->min = turns->min;
	times->max = turns->max;
	times->offset = 0;
	times->buckets = 0;
	if (turns->samples > 0)
		take_histogram(turns, pool, times);
	*turns = (struct turns){
		.request_at = turns->request_at,
		.waiting = turns->waiting,
		.tainted = turns->tainted,
	};
}
