/* counters.h - what the program counts, by name: one table for the log, the statistics and their schema. */
#ifndef TENURE_FLOWS_COUNTERS_H
#define TENURE_FLOWS_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/input.h"
#include "producers/flows/meter.h"
#include "producers/flows/outlet.h"

#define COUNTERS_MAX 96
#define COUNTERS_NAME_SIZE 40

struct counter {
	char name[COUNTERS_NAME_SIZE];
	uint64_t value;
};

struct counters {
	size_t count;
	struct counter list[COUNTERS_MAX];
};

/* All totals since the start. LIVE: with those of interfaces. OUTLET's are there if it has a queue: QUEUE. */
void counters_collect(const struct input *input, const struct meter *meter,
		      const struct outlet *outlet, bool live, bool queue,
		      struct counters *counters);

#endif
