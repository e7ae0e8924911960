#include "producers/flows/wheel.h"

#include <stdlib.h>

#define WORDS (WHEEL_SLOTS / 64)

struct link {
	uint32_t next; /* around the slot's ring */
	uint32_t previous;
	uint32_t slot; /* WHEEL_NONE if not filed */
};

struct wheel {
	int64_t tick;           /* the first tick that is not yet over */
	uint64_t filled[WORDS]; /* one bit for each slot */
	uint32_t heads[WHEEL_SLOTS];
	struct link links[];
};

struct wheel *wheel_new(size_t size)
{
	struct wheel *wheel = calloc(1, sizeof(*wheel) + size * sizeof(wheel->links[0]));

	for (size_t i = 0; wheel != NULL && i < size; i++)
		wheel->links[i].slot = WHEEL_NONE;
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
	struct link *link = &wheel->links[item];

	link->slot = slot_of(wheel, moment);
	if (!(wheel->filled[link->slot / 64] & UINT64_C(1) << link->slot % 64)) {
		wheel->filled[link->slot / 64] |= UINT64_C(1) << link->slot % 64;
		wheel->heads[link->slot] = item;
		link->next = link->previous = item;
		return;
	}

	struct link *head = &wheel->links[wheel->heads[link->slot]];

	link->next = wheel->heads[link->slot];
	link->previous = head->previous;
	wheel->links[head->previous].next = item;
	head->previous = item;
}

void wheel_remove(struct wheel *wheel, uint32_t item)
{
	struct link *link = &wheel->links[item];
	uint32_t slot = link->slot;

	if (slot == WHEEL_NONE)
		return;
	link->slot = WHEEL_NONE;
	if (link->next == item) {
		wheel->filled[slot / 64] &= ~(UINT64_C(1) << slot % 64);
		return;
	}
	wheel->links[link->previous].next = link->next;
	wheel->links[link->next].previous = link->previous;
	if (wheel->heads[slot] == item)
		wheel->heads[slot] = link->next;
}

bool wheel_moves(const struct wheel *wheel, struct when now)
{
	return tick_of(now) > wheel->tick;
}

/* Ticks from wheel->tick to the first filled slot; WHEEL_SLOTS if all are empty. */
static uint32_t find_filled(const struct wheel *wheel)
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
	item = wheel->heads[wheel->tick & (WHEEL_SLOTS - 1)];
	wheel_remove(wheel, item);
	return item;
}

uint32_t wheel_first(const struct wheel *wheel)
{
	uint32_t ahead = find_filled(wheel);

	return ahead == WHEEL_SLOTS ? WHEEL_NONE
				    : wheel->heads[(wheel->tick + ahead) & (WHEEL_SLOTS - 1)];
}
