#include "producers/flows/exchange.h"

#include <stdlib.h>
#include <string.h>

#define GROUP 8 /* buckets of one octave */

/* Counts of the eight buckets from 8 * OCTAVE - 8 on. */
struct group {
	uint32_t next; /* of the same flow, or in the free list; 0 for none */
	uint32_t octave;
	uint32_t counts[GROUP];
};

struct exchange_pool {
	uint64_t lost;
	uint32_t free;
	uint32_t unused; /* groups from here on were never taken */
	uint32_t size;
	struct group *groups;
};

struct exchange_pool *exchange_pool_new(size_t size)
{
	struct exchange_pool *pool = calloc(1, sizeof(*pool));

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

void exchange_pool_free(struct exchange_pool *pool)
{
	if (!pool)
		return;
	free(pool->groups);
	free(pool);
}

uint64_t exchange_pool_lost(const struct exchange_pool *pool)
{
	return pool->lost;
}

static uint32_t take_group(struct exchange_pool *pool)
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
static struct group *find_group(struct exchange *exchange, struct exchange_pool *pool,
				uint32_t octave)
{
	uint32_t number, previous = 0;

	for (number = exchange->buckets; number != 0; number = pool->groups[number].next) {
		struct group *group = &pool->groups[number];

		if (group->octave != octave) {
			previous = number;
			continue;
		}
		/* To the front: response times of one flow are alike. */
		if (previous != 0) {
			pool->groups[previous].next = group->next;
			group->next = exchange->buckets;
			exchange->buckets = number;
		}
		return group;
	}
	number = take_group(pool);
	if (number == 0)
		return NULL;
	pool->groups[number].octave = octave;
	pool->groups[number].next = exchange->buckets;
	exchange->buckets = number;
	return &pool->groups[number];
}

static void add_sample(struct exchange *exchange, struct exchange_pool *pool, uint64_t ns)
{
	unsigned bucket = (unsigned)(flow_bucket(ns) + GROUP);
	struct group *group = NULL;

	if (bucket < FLOW_BUCKETS + GROUP + FLOW_BUCKET_MIN)
		group = find_group(exchange, pool, bucket / GROUP);
	if (!group) {
		pool->lost++;
		return;
	}
	group->counts[bucket % GROUP]++;
	if (exchange->samples == 0 || ns < exchange->min)
		exchange->min = ns;
	if (ns > exchange->max)
		exchange->max = ns;
	exchange->sum += ns;
	exchange->samples++;
}

void exchange_payload(struct exchange *exchange, struct exchange_pool *pool, bool by_initiator,
		      int64_t time)
{
	if (by_initiator) {
		if (!exchange->waiting) {
			exchange->waiting = true;
			exchange->tainted = false;
			exchange->requests++;
		} else if (time < exchange->request_at) {
			exchange->tainted = true;
		}
		exchange->request_at = time;
		return;
	}
	if (!exchange->waiting)
		return;
	if (!exchange->tainted && time >= exchange->request_at)
		add_sample(exchange, pool, (uint64_t)(time - exchange->request_at));
	exchange->waiting = false;
}

void exchange_taint(struct exchange *exchange)
{
	exchange->tainted = true;
}

/* Finds the lowest and the highest bucket, counted from -GROUP. */
static void find_ends(const struct exchange *exchange, const struct exchange_pool *pool,
		      unsigned *low, unsigned *high)
{
	*low = UINT32_MAX;
	*high = 0;
	for (uint32_t n = exchange->buckets; n != 0; n = pool->groups[n].next) {
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

static void take_buckets(struct exchange *exchange, struct exchange_pool *pool,
			 struct flow_response_time *times)
{
	unsigned low, high;
	uint32_t next;

	find_ends(exchange, pool, &low, &high);
	times->offset = (int)low - GROUP;
	times->buckets = high - low + 1;
	memset(times->counts, 0, times->buckets * sizeof(times->counts[0]));
	for (uint32_t n = exchange->buckets; n != 0; n = next) {
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

void exchange_take(struct exchange *exchange, struct exchange_pool *pool, struct flow *flow)
{
	struct flow_response_time *times = &flow->response_time;

	flow->requests = exchange->requests;
	times->count = exchange->samples;
	times->sum = exchange->sum;
	times->min = exchange->min;
	times->max = exchange->max;
	times->offset = 0;
	times->buckets = 0;
	if (exchange->buckets != 0)
		take_buckets(exchange, pool, times);
	*exchange = (struct exchange){
		.request_at = exchange->request_at,
		.waiting = exchange->waiting,
		.tainted = exchange->tainted,
	};
}
