#include "producers/flows/turns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16 /* buckets: two octaves */

struct block {
	uint32_t next : 27; /* of the same flow or of the free list; 0 for none */
	uint32_t place : 5; /* holds buckets PLACE * BLOCK and following, counted from 0 */
	/* Of a bucket that is full there is another block. */
	uint16_t counts[BLOCK];
};

static_assert(sizeof(struct block) == TURNS_BLOCK_SIZE, "as documented");
static_assert(FLOW_BUCKETS <= BLOCK << 5, "PLACE has room");

#define NUMBER_MASK (TURNS_SIZE_MAX + 1)

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

static void put_first(struct turns *turns, struct turns_pool *pool, uint32_t number)
{
	pool->blocks[number].next = turns->blocks & NUMBER_MASK;
	turns->blocks = number;
}

/* The block that can count BUCKET, a new one if there is none; NULL if the pool is full. */
static struct block *find_block(struct turns *turns, struct turns_pool *pool, unsigned bucket)
{
	uint32_t number, previous = 0, place = bucket / BLOCK;

	for (number = turns->blocks; number != 0; number = pool->blocks[number].next) {
		struct block *block = &pool->blocks[number];

		if (block->place != place || block->counts[bucket % BLOCK] == UINT16_MAX) {
			previous = number;
			continue;
		}
		/* To the front: the next response time is probably similar. */
		if (previous != 0) {
			pool->blocks[previous].next = block->next;
			put_first(turns, pool, number);
		}
		return block;
	}
	number = take_block(pool);
	if (number == 0)
		return NULL;
	pool->blocks[number].place = place & 31;
	put_first(turns, pool, number);
	return &pool->blocks[number];
}

/* Moves the samples that TURNS holds to the pool, where there is room for them. Several at once: the
 * blocks are not in the cache. */
static void move_held(struct turns *turns, struct turns_pool *pool)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < turns->held_count; i++) {
		uint16_t bucket = turns->held[i];
		struct block *block = find_block(turns, pool, bucket);

		if (block != NULL)
			block->counts[bucket % BLOCK]++;
		else
			turns->held[kept++] = bucket;
	}
	turns->held_count = (uint8_t)kept;
}

/* False if there is no room. */
static bool count_bucket(struct turns *turns, struct turns_pool *pool, unsigned bucket)
{
	if (bucket >= FLOW_BUCKETS)
		return false;
	if (turns->held_count == TURNS_HELD)
		move_held(turns, pool);
	if (turns->held_count == TURNS_HELD)
		return false;
	turns->held[turns->held_count++] = (uint16_t)bucket;
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
		add_sample(turns, pool, (uint64_t)(time.ns - turns->request_at.ns));
	else
		pool->untimed[turns->tainted - 1]++;
	turns->waiting = false;
}

void turns_prefetch(const struct turns *turns, const struct turns_pool *pool)
{
	if (turns->blocks != 0)
		__builtin_prefetch(&pool->blocks[turns->blocks], 1);
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
		block->next = pool->free & NUMBER_MASK;
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
	for (unsigned i = 0; i < turns->held_count; i++)
		counts[turns->held[i] - low]++;
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
