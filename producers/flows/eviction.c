#include "producers/flows/eviction.h"

#include <stdlib.h>

#include "producers/flows/ring.h"

#define SLOTS 1024 /* twice the longest silence, so that no live item is clamped */
#define EMBRYONIC SLOTS
#define RINGS (SLOTS + 1)

struct eviction {
	size_t size;
	unsigned tick_bits;
	int64_t base; /* the oldest tick that has a slot; older items are in that slot too */
	struct ring_link links[]; /* of the items, then of the heads */
};

static uint32_t head_of(const struct eviction *eviction, int64_t tick)
{
	return (uint32_t)(eviction->size + (uint64_t)tick % SLOTS);
}

struct eviction *eviction_new(size_t size, int64_t span_ns)
{
	struct eviction *eviction =
		calloc(1, sizeof(*eviction) + (size + RINGS) * sizeof(eviction->links[0]));

	if (eviction == NULL)
		return NULL;
	eviction->size = size;
	while (span_ns >> eviction->tick_bits >= SLOTS / 2)
		eviction->tick_bits++;
	for (size_t i = 0; i < RINGS; i++)
		ring_clear(eviction->links, (uint32_t)(size + i));
	return eviction;
}

void eviction_free(struct eviction *eviction)
{
	free(eviction);
}

void eviction_reset(struct eviction *eviction)
{
	eviction->base = 0;
}

/* Puts the items of ring FROM before those of ring TO. */
static void splice(struct eviction *eviction, uint32_t from, uint32_t to)
{
	struct ring_link *links = eviction->links;
	uint32_t first = links[from].next, last = links[from].previous;

	if (first == from)
		return;
	links[last].next = links[to].next;
	links[links[to].next].previous = last;
	links[first].previous = to;
	links[to].next = first;
	ring_clear(links, from);
}

/* Makes BASE the oldest tick. */
static void advance(struct eviction *eviction, int64_t base)
{
	uint32_t oldest = head_of(eviction, eviction->base);

	for (unsigned i = 0; i < SLOTS && eviction->base < base; i++) {
		uint32_t head = head_of(eviction, ++eviction->base);

		splice(eviction, oldest, head);
		oldest = head;
	}
	/* If that was not enough, all items are in one slot. */
	if (eviction->base < base) {
		eviction->base = base;
		if (head_of(eviction, base) != oldest)
			splice(eviction, oldest, head_of(eviction, base));
	}
}

void eviction_add(struct eviction *eviction, uint32_t item)
{
	ring_append(eviction->links, (uint32_t)eviction->size + EMBRYONIC, item);
}

void eviction_remove(struct eviction *eviction, uint32_t item)
{
	ring_remove(eviction->links, item);
}

static int64_t tick_of(const struct eviction *eviction, struct when moment)
{
	return moment.ns >> eviction->tick_bits;
}

void eviction_file(struct eviction *eviction, uint32_t item, struct when last)
{
	int64_t tick = tick_of(eviction, last);

	eviction_remove(eviction, item);
	if (tick - eviction->base >= SLOTS)
		advance(eviction, tick - SLOTS + 1);
	ring_append(eviction->links,
		    head_of(eviction, tick < eviction->base ? eviction->base : tick), item);
}

uint32_t eviction_first(struct eviction *eviction)
{
	uint32_t embryonic = (uint32_t)eviction->size + EMBRYONIC;

	if (!ring_is_empty(eviction->links, embryonic))
		return eviction->links[embryonic].next;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint32_t head = head_of(eviction, eviction->base);

		if (!ring_is_empty(eviction->links, head))
			return eviction->links[head].next;
		eviction->base++;
	}
	return EVICTION_NONE;
}

bool eviction_is_stale(const struct eviction *eviction, struct when last)
{
	return tick_of(eviction, last) > eviction->base;
}

uint32_t eviction_after(const struct eviction *eviction, uint32_t item)
{
	uint32_t next = item == EVICTION_NONE ? item : eviction->links[item].next;

	return next < eviction->size ? next : EVICTION_NONE;
}

void eviction_prefetch(const struct eviction *eviction, uint32_t item)
{
	__builtin_prefetch(&eviction->links[item]);
}
