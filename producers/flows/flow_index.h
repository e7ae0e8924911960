/* flow_index.h - the entries of a flow table, found by their keys.
 *
 * Open addressing with linear probing, without tombstones, over slots of eight bytes. At most half
 * of them are used. A slot's place is the tag as a fraction of all slots.
 *
 * (1) An entry keeps its place and its number from flow_index_add() to
 *     flow_index_remove().
 */
#ifndef TENURE_FLOWS_FLOW_INDEX_H
#define TENURE_FLOWS_FLOW_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow_entry.h"
#include "producers/flows/flow_key.h"

#define FLOW_INDEX_NONE UINT32_MAX

struct flow_index_slot {
	uint32_t tag;    /* the hash's low half */
	uint32_t number; /* of the entry, plus 1; 0 if empty */
};

struct flow_index {
	size_t size;  /* most entries */
	size_t count; /* entries now */
	uint32_t slot_count;
	uint32_t free;   /* the first free entry, plus 1; its SLICE links to the next */
	uint32_t unused; /* entries from here on were never used */
	struct flow_index_slot *slots;
	struct flow_entry *entries;
};

/* Returns -1 if out of memory; flow_index_clear() may be called even then. */
int flow_index_init(struct flow_index *index, size_t size);
void flow_index_clear(struct flow_index *index);

/* Where the search for TAG begins. */
static inline uint32_t flow_index_home(const struct flow_index *index, uint32_t tag)
{
	return (uint32_t)((uint64_t)tag * index->slot_count >> 32);
}

static inline uint32_t flow_index_next(const struct flow_index *index, uint32_t at)
{
	return at + 1 < index->slot_count ? at + 1 : 0;
}

/* The number of the entry with KEY, whose hash's low half is TAG, or FLOW_INDEX_NONE. */
static inline uint32_t flow_index_find(const struct flow_index *index, const struct flow_key *key,
				       uint32_t tag)
{
	const struct flow_index_slot *slots = index->slots;

	for (uint32_t at = flow_index_home(index, tag); slots[at].number != 0;
	     at = flow_index_next(index, at)) {
		if (slots[at].tag == tag &&
		    flow_key_equal(&index->entries[slots[at].number - 1].key, key))
			return slots[at].number - 1;
	}
	return FLOW_INDEX_NONE;
}

/* Returns the number of a new entry for a key that is not there. There must be room.
 * The caller sets the entry's key. */
uint32_t flow_index_add(struct flow_index *index, uint32_t tag);
void flow_index_remove(struct flow_index *index, uint32_t number, uint32_t tag);

/* Fetches the slots in which an entry with TAG is found. */
static inline void flow_index_aim(const struct flow_index *index, uint32_t tag)
{
	__builtin_prefetch(&index->slots[flow_index_home(index, tag)]);
}

/* The number of what is probably the entry with TAG, without a look at its key, or FLOW_INDEX_NONE. */
static inline uint32_t flow_index_guess(const struct flow_index *index, uint32_t tag)
{
	const struct flow_index_slot *slots = index->slots;
	uint32_t at = flow_index_home(index, tag);

	while (slots[at].number != 0 && slots[at].tag != tag)
		at = flow_index_next(index, at);
	return slots[at].number - 1;
}

/* Fetches the first SIZE bytes of an entry. */
static inline void flow_index_prefetch(const struct flow_index *index, uint32_t number, size_t size)
{
	const char *entry = (const char *)&index->entries[number];

	for (size_t at = 0; at < size; at += 64)
		__builtin_prefetch(entry + at, 1);
}

#endif
