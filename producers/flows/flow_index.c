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
	size_t slots = 64;

	while (slots < 2 * size)
		slots *= 2;
	*index = (struct flow_index){.size = size, .mask = (uint32_t)(slots - 1)};
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
	uint32_t at = tag & index->mask, number;

	if (index->free == 0) {
		number = index->unused++;
	} else {
		number = index->free - 1;
		index->free = index->entries[number].slice;
	}
	while (index->slots[at].number != 0)
		at = (at + 1) & index->mask;
	index->slots[at] = (struct flow_index_slot){tag, number + 1};
	index->count++;
	return number;
}

void flow_index_remove(struct flow_index *index, uint32_t number, uint32_t tag)
{
	struct flow_index_slot *slots = index->slots;
	uint32_t mask = index->mask;
	uint32_t hole = tag & mask;

	while (slots[hole].number != number + 1)
		hole = (hole + 1) & mask;
	/* Later slots that are not at home move up into the hole. */
	for (uint32_t at = (hole + 1) & mask; slots[at].number != 0; at = (at + 1) & mask) {
		uint32_t home = slots[at].tag & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		slots[hole] = slots[at];
		hole = at;
	}
	slots[hole].number = 0;
	index->entries[number].slice = index->free;
	index->free = number + 1;
	index->count--;
}
