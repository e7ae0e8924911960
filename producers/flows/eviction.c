#include "producers/flows/eviction.h"

#include <stdlib.h>

#define SLOTS 1024 /* twice the longest silence, so that no live item is clamped */
#define EMBRYONIC SLOTS
#define RINGS (SLOTS + 1)

/* Rings of items, each with a head of its own; the heads come after the items. */
struct link {
	uint32_t next;
	uint32_t previous;
};

struct eviction {
	size_t size;
	unsigned tick_bits;
	int64_t base; /* the oldest tick that has a slot; older items are in that slot too */
	struct link links[];
};

static uint32_t head_of(const struct eviction *eviction, int64_t tick)
{
	return (uint32_t)(eviction->size + (uint64_t)tick % SLOTS);
}

static void clear_ring(struct eviction *eviction, uint32_t head)
{
	eviction->links[head] = (struct link){head, head};
}

static bool is_empty(const struct eviction *eviction, uint32_t head)
{
	return eviction->links[head].next == head;
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
		clear_ring(eviction, (uint32_t)(size + i));
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

static void append(struct eviction *eviction, uint32_t head, uint32_t item)
{
	uint32_t last = eviction->links[head].previous;

	eviction->links[item] = (struct link){head, last};
	eviction->links[last].next = item;
	eviction->links[head].previous = item;
}

/* Puts the items of ring FROM before those of ring TO. */
static void splice(struct eviction *eviction, uint32_t from, uint32_t to)
{
	struct link *links = eviction->links;
	uint32_t first = links[from].next, last = links[from].previous;

	if (first == from)
		return;
	links[last].next = links[to].next;
	links[links[to].next].previous = last;
	links[first].previous = to;
	links[to].next = first;
	clear_ring(eviction, from);
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
	append(eviction, (uint32_t)eviction->size + EMBRYONIC, item);
}

void eviction_remove(struct eviction *eviction, uint32_t item)
{
	struct link link = eviction->links[item];

	eviction->links[link.previous].next = link.next;
	eviction->links[link.next].previous = link.previous;
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
	append(eviction, head_of(eviction, tick < eviction->base ? eviction->base : tick), item);
}

uint32_t eviction_first(struct eviction *eviction)
{
	uint32_t embryonic = (uint32_t)eviction->size + EMBRYONIC;

	if (!is_empty(eviction, embryonic))
		return eviction->links[embryonic].next;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint32_t head = head_of(eviction, eviction->base);

		if (!is_empty(eviction, head))
			return eviction->links[head].next;
		eviction->base++;
	}
	return EVICTION_NONE;
}

bool eviction_is_stale(const struct eviction *eviction, struct when last)
{
	return tick_of(eviction, last) > eviction->base;
}
