#include "producers/flows/flow_index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE 64
#define HUGE_PAGE (2u << 20)

/* Entries are visited in random order, so a big table costs many TLB misses. Huge pages, where
 * available, avoid them. */
static void *allocate(size_t size)
{
	size_t unit = size < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
	size_t whole = (size + unit - 1) / unit * unit;
	void *memory = aligned_alloc(unit, whole);

	if (memory != NULL && unit == HUGE_PAGE)
		madvise(memory, whole, MADV_HUGEPAGE);
	return memory;
}

int flow_index_init(struct flow_index *index, size_t size)
{
	size_t slots = 2 * size;

	*index = (struct flow_index){.size = size, .slot_count = (uint32_t)slots};
	index->slots = allocate(slots * sizeof(*index->slots));
	index->entries = allocate(size * sizeof(*index->entries));
	if (index->slots == NULL || index->entries == NULL)
		return -1;
	memset(index->slots, 0, slots * sizeof(*index->slots));
	return 0;
}

void flow_index_clear(struct flow_index *index)
{
	free(index->entries);
	free(index->slots);
	*index = (struct flow_index){0};
}

uint32_t flow_index_add(struct flow_index *index, uint32_t tag)
{
	uint32_t at = flow_index_home(index, tag), number;

	if (index->free == 0) {
		number = index->unused++;
	} else {
		number = index->free - 1;
		index->free = index->entries[number].slice;
	}
	while (index->slots[at].number != 0)
		at = flow_index_next(index, at);
	index->slots[at] = (struct flow_index_slot){tag, number + 1};
	index->count++;
	return number;
}

/* How many slots TO is after FROM. */
static uint32_t distance(const struct flow_index *index, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + index->slot_count - from;
}

void flow_index_remove(struct flow_index *index, uint32_t number, uint32_t tag)
{
	struct flow_index_slot *slots = index->slots;
	uint32_t hole = flow_index_home(index, tag);

	while (slots[hole].number != number + 1)
		hole = flow_index_next(index, hole);
	/* Later slots that are not at home move up into the hole. */
	for (uint32_t at = flow_index_next(index, hole); slots[at].number != 0;
	     at = flow_index_next(index, at)) {
		uint32_t home = flow_index_home(index, slots[at].tag);

		if (distance(index, home, at) < distance(index, hole, at))
			continue;
		slots[hole] = slots[at];
		hole = at;
	}
	slots[hole].number = 0;
	index->entries[number].slice = index->free;
	index->free = number + 1;
	index->count--;
}
