/* counters.h - what the program counts, by name: one table for the log, the statistics and their schema. */
#ifndef TENURE_FLOWS_COUNTERS_H
#define TENURE_FLOWS_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/input.h"
#include "producers/flows/links/link_outlet.h"
#include "producers/flows/meter.h"
#include "producers/flows/outlet.h"

#define COUNTERS_MAX 112
#define COUNTERS_NAME_SIZE 40

struct counter {
	char name[COUNTERS_NAME_SIZE];
	uint64_t value;
};

struct counters {
	size_t count;
	struct counter list[COUNTERS_MAX];
};

/* All totals since the start. LIVE: with those of interfaces. Those of a queue are there if OUTLET has one.
 * BEYOND, if not NULL: packets that were read and not metered. LINKS may be NULL. */
void counters_collect(const struct input *input, const struct meter *meter,
		      const struct outlet *outlet, bool live, const uint64_t *beyond,
		      const struct link_outlet *links, struct counters *counters);

#endif
