#include "producers/flows/aim.h"

void aim_set(struct aim *aim, const struct packet *packets, size_t count,
	     const uint64_t seed[static FLOW_KEY_SEED_WORDS], const struct flow_index *index)
{
	aim->count = count;
	for (size_t i = 0; i < count; i++) {
		struct aimed *aimed = &aim->packets[i];

		aimed->direction = flow_key_from_packet(&packets[i], &aimed->key);
		aimed->hash = flow_key_hash(&aimed->key, seed);
		aimed->tag = (uint32_t)aimed->hash;
		flow_index_aim(index, aimed->tag);
	}
}

/* What ENTRY, which is there by now, will need. */
static void fetch_rest(const struct flow_index *index, uint32_t number,
		       const struct turns_pool *pool, const struct eviction *eviction)
{
	const struct flow_entry *entry = &index->entries[number];

	if (turns_are_full(&entry->turns))
		turns_prefetch(&entry->turns, pool);
	if (entry->embryonic)
		eviction_prefetch(eviction, number);
}

void aim_fetch(struct aim *aim, size_t at, const struct flow_index *index,
	       const struct turns_pool *pool, const struct eviction *eviction)
{
	size_t half = at - AIM_AHEAD / 2; /* way */

	if (at < aim->count) {
		struct aimed *aimed = &aim->packets[at];

		aimed->guess = flow_index_guess(index, aimed->tag);
		if (aimed->guess != FLOW_INDEX_NONE)
			flow_index_prefetch(index, aimed->guess, FLOW_ENTRY_HOT);
	}
	if (half < aim->count && aim->packets[half].guess != FLOW_INDEX_NONE)
		fetch_rest(index, aim->packets[half].guess, pool, eviction);
}
