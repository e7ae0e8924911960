#include "producers/flows/aim.h"

void aim_set(struct aim *aim, const struct packet *packets, size_t count,
	     const uint64_t seed[static FLOW_KEY_SEED_WORDS], const struct flow_index *index)
{
	aim->count = count;
	aim->first = WHEN_MAX;
	aim->last = WHEN_MIN;
	for (size_t i = 0; i < count; i++) {
		struct aimed *aimed = &aim->packets[i];

		aimed->direction = flow_key_from_packet(&packets[i], &aimed->key);
		aimed->hash = flow_key_hash(&aimed->key, seed);
		aimed->tag = (uint32_t)aimed->hash;
		flow_index_aim(index, aimed->tag);
		if (when_before(packets[i].time, aim->first))
			aim->first = packets[i].time;
		aim->last = when_later(aim->last, packets[i].time);
	}
}

/* What the packet of entry NUMBER, which is there by now, will need. */
static void fetch_rest(const struct aim_memory *memory, uint32_t number)
{
	const struct flow_entry *entry = &memory->index->entries[number];

	if (turns_are_full(&entry->turns))
		turns_prefetch(&entry->turns, memory->pool);
	if (entry->embryonic)
		eviction_prefetch(memory->eviction, number);
	if (memory->l7 != NULL)
		l7_prefetch(memory->l7, entry->l7);
}

void aim_fetch(struct aim *aim, size_t at, const struct aim_memory *memory)
{
	size_t half = at - AIM_AHEAD / 2; /* way */

	if (at < aim->count) {
		struct aimed *aimed = &aim->packets[at];

		aimed->guess = flow_index_guess(memory->index, aimed->tag);
		if (aimed->guess != FLOW_INDEX_NONE)
			flow_index_prefetch(memory->index, aimed->guess, FLOW_ENTRY_HOT);
	}
	if (half < aim->count && aim->packets[half].guess != FLOW_INDEX_NONE)
		fetch_rest(memory, aim->packets[half].guess);
}

void aim_fetch_ends(const struct aim_memory *memory, uint32_t far, uint32_t near)
{
	const struct flow_index *index = memory->index;

	if (far != FLOW_INDEX_NONE)
		flow_index_prefetch(index, far, sizeof(struct flow_entry));
	if (near == FLOW_INDEX_NONE)
		return;
	flow_index_aim(index, index->entries[near].tag);
	turns_prefetch(&index->entries[near].turns, memory->pool);
	wheel_prefetch(memory->wheel, near);
	eviction_prefetch(memory->eviction, near);
}
