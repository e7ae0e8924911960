#include "producers/flows/turns.h"

#include <stdlib.h>
#include <string.h>

#define GROUP 8 /* buckets of one octave */

/* Counts of the eight buckets from 8 * OCTAVE - 8 on. */
struct group {
	uint32_t next; /* of the same flow, or in the free list; 0 for none */
	uint32_t octave;
	uint32_t counts[GROUP];
};

struct turns_pool {
	uint64_t lost;
	uint32_t free;
	uint32_t unused; /* groups from here on were never taken */
	uint32_t size;
	struct group *groups;
};

struct turns_pool *turns_pool_new(size_t size)
{
	struct turns_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->size = (uint32_t)size + 1; /* number 0 stands for none */
	pool->unused = 1;
	pool->groups = calloc(pool->size, sizeof(*pool->groups));
	if (!pool->groups) {
		free(pool);
		return NULL;
	}
	return pool;
}

void turns_pool_free(struct turns_pool *pool)
{
	if (!pool)
		return;
	free(pool->groups);
	free(pool);
}

uint64_t turns_pool_lost(const struct turns_pool *pool)
{
	return pool->lost;
}

static uint32_t take_group(struct turns_pool *pool)
{
	uint32_t number = pool->free;

	if (number != 0) {
		pool->free = pool->groups[number].next;
	} else {
		if (pool->unused == pool->size)
			return 0;
		number = pool->unused++;
	}
	memset(&pool->groups[number], 0, sizeof(pool->groups[number]));
	return number;
}

/* The group of OCTAVE, made when there is none; NULL when there is no room. */
static struct group *find_group(struct turns *turns, struct turns_pool *pool, uint32_t octave)
{
	uint32_t number, previous = 0;

	for (number = turns->buckets; number != 0; number = pool->groups[number].next) {
		struct group *group = &pool->groups[number];

		if (group->octave != octave) {
			previous = number;
			continue;
		}
		/* To the front: response times of one flow are alike. */
		if (previous != 0) {
			pool->groups[previous].next = group->next;
			group->next = turns->buckets;
			turns->buckets = number;
		}
		return group;
	}
	number = take_group(pool);
	if (number == 0)
		return NULL;
	pool->groups[number].octave = octave;
	pool->groups[number].next = turns->buckets;
	turns->buckets = number;
	return &pool->groups[number];
}

static void add_sample(struct turns *turns, struct turns_pool *pool, uint64_t ns)
{
	unsigned bucket = (unsigned)(flow_bucket(ns) + GROUP);
	struct group *group = NULL;

	if (bucket < FLOW_BUCKETS + GROUP + FLOW_BUCKET_MIN)
		group = find_group(turns, pool, bucket / GROUP);
	if (!group) {
		pool->lost++;
		return;
	}
	group->counts[bucket % GROUP]++;
	if (turns->samples == 0 || ns < turns->min)
		turns->min = ns;
	if (ns > turns->max)
		turns->max = ns;
	turns->sum += ns;
	turns->samples++;
}

void turns_payload(struct turns *turns, struct turns_pool *pool, bool by_initiator, int64_t time)
{
	if (by_initiator) {
		if (!turns->waiting) {
			turns->waiting = true;
			turns->tainted = false;
			turns->requests++;
		} else if (time < turns->request_at) {
			turns->tainted = true;
		}
		turns->request_at = time;
		return;
	}
	if (!turns->waiting)
		return;
	if (!turns->tainted && time >= turns->request_at)
		add_sample(turns, pool, (uint64_t)(time - turns->request_at));
	turns->waiting = false;
}

void turns_taint(struct turns *turns)
{
	turns->tainted = true;
}

/* Finds the lowest and the highest bucket, counted from -GROUP. */
static void find_ends(const struct turns *turns, const struct turns_pool *pool, unsigned *low,
		      unsigned *high)
{
	*low = UINT32_MAX;
	*high = 0;
	for (uint32_t n = turns->buckets; n != 0; n = pool->groups[n].next) {
		const struct group *group = &pool->groups[n];

		for (unsigned i = 0; i < GROUP; i++) {
			unsigned bucket = group->octave * GROUP + i;

			if (group->counts[i] == 0)
				continue;
			if (bucket < *low)
				*low = bucket;
			if (bucket > *high)
				*high = bucket;
		}
	}
}

static void take_buckets(struct turns *turns, struct turns_pool *pool,
			 struct flow_response_time *times)
{
	unsigned low, high;
	uint32_t next;

	find_ends(turns, pool, &low, &high);
	times->offset = (int)low - GROUP;
	times->buckets = high - low + 1;
	memset(times->counts, 0, times->buckets * sizeof(times->counts[0]));
	for (uint32_t n = turns->buckets; n != 0; n = next) {
		struct group *group = &pool->groups[n];

		for (unsigned i = 0; i < GROUP; i++) {
			if (group->counts[i] > 0)
				times->counts[group->octave * GROUP + i - low] = group->counts[i];
		}
		next = group->next;
		group->next = pool->free;
		pool->free = n;
	}
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
	if (turns->buckets != 0)
		take_buckets(turns, pool, times);
	*turns = (struct turns){
		.request_at = turns->request_at,
		.waiting = turns->waiting,
		.tainted = turns->tainted,
	};
}
