#include "producers/flows/wheel.h"

#include <stdlib.h>

#include "producers/flows/ring.h"

#define WORDS (WHEEL_SLOTS / 64)

struct wheel {
	int64_t tick;           /* the first tick that is not yet over */
	uint64_t filled[WORDS]; /* one bit for each slot; one that is empty may be set */
	uint32_t size;
	/* Of the items, then of the slots' heads. An item that is not filed is alone. */
	struct ring_link links[];
};

struct wheel *wheel_new(size_t size)
{
	size_t count = size + WHEEL_SLOTS;
	struct wheel *wheel = malloc(sizeof(*wheel) + count * sizeof(wheel->links[0]));

	if (wheel == NULL)
		return NULL;
	*wheel = (struct wheel){.size = (uint32_t)size};
	for (size_t i = 0; i < count; i++)
		ring_clear(wheel->links, (uint32_t)i);
	return wheel;
}

void wheel_free(struct wheel *wheel)
{
	free(wheel);
}

static int64_t tick_of(struct when moment)
{
	return moment.ns >> WHEEL_TICK_BITS;
}

void wheel_set(struct wheel *wheel, struct when now)
{
	wheel->tick = tick_of(now);
}

/* The items of a slot come out after its tick, so not before MOMENT. */
static uint32_t slot_of(const struct wheel *wheel, struct when moment)
{
	int64_t tick = tick_of(moment);

	if (tick < wheel->tick)
		tick = wheel->tick;
	if (tick - wheel->tick >= WHEEL_SLOTS)
		tick = wheel->tick + WHEEL_SLOTS - 1;
	return (uint32_t)(tick & (WHEEL_SLOTS - 1));
}

void wheel_file(struct wheel *wheel, uint32_t item, struct when moment)
{
	uint32_t slot = slot_of(wheel, moment);

	wheel->filled[slot / 64] |= UINT64_C(1) << slot % 64;
	ring_append(wheel->links, wheel->size + slot, item);
}

void wheel_remove(struct wheel *wheel, uint32_t item)
{
	ring_remove(wheel->links, item);
	ring_clear(wheel->links, item);
}

bool wheel_moves(const struct wheel *wheel, struct when now)
{
	return tick_of(now) > wheel->tick;
}

/* Ticks from wheel->tick to the first slot whose bit is set; WHEEL_SLOTS if there is none. */
static uint32_t find_bit(const struct wheel *wheel)
{
	uint32_t start = (uint32_t)(wheel->tick & (WHEEL_SLOTS - 1));

	/* One more word than there are: the first is searched in two parts. */
	for (uint32_t i = 0; i <= WORDS; i++) {
		uint32_t word = (start / 64 + i) % WORDS;
		uint64_t bits = wheel->filled[word];

		if (i == 0)
			bits &= ~UINT64_C(0) << start % 64;
		if (i == WORDS)
			bits &= ~(~UINT64_C(0) << start % 64);
		if (bits != 0) {
			uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(bits);

			return (slot - start) & (WHEEL_SLOTS - 1);
		}
	}
	return WHEEL_SLOTS;
}

static uint32_t head_at(const struct wheel *wheel, uint32_t ahead)
{
	return wheel->size + (uint32_t)((wheel->tick + ahead) & (WHEEL_SLOTS - 1));
}

/* Ticks from wheel->tick to the first filled slot; WHEEL_SLOTS if all are empty. */
static uint32_t find_filled(struct wheel *wheel)
{
	uint32_t ahead, head;

	while ((ahead = find_bit(wheel)) < WHEEL_SLOTS) {
		head = head_at(wheel, ahead);
		if (!ring_is_empty(wheel->links, head))
			break;
		wheel->filled[(head - wheel->size) / 64] &=
			~(UINT64_C(1) << (head - wheel->size) % 64);
	}
	return ahead;
}

uint32_t wheel_take(struct wheel *wheel, struct when now)
{
	int64_t end = tick_of(now);
	uint32_t ahead, item;

	if (end <= wheel->tick)
		return WHEEL_NONE;
	ahead = find_filled(wheel);
	if (ahead == WHEEL_SLOTS || ahead >= end - wheel->tick) {
		wheel->tick = end;
		return WHEEL_NONE;
	}
	wheel->tick += ahead;
	item = wheel->links[head_at(wheel, 0)].next;
	wheel_remove(wheel, item);
	return item;
}

uint32_t wheel_first(struct wheel *wheel)
{
	uint32_t ahead = find_filled(wheel);

	return ahead == WHEEL_SLOTS ? WHEEL_NONE : wheel->links[head_at(wheel, ahead)].next;
}

void wheel_prefetch(const struct wheel *wheel, uint32_t item)
{
	__builtin_prefetch(&wheel->links[item], 1);
}
