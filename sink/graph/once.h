/* once.h - tenure-graph without a history: reads the input and shows a window of it, what changed from one window
 * to another, or a series. */
#ifndef TENURE_ONCE_H
#define TENURE_ONCE_H

#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "sink/graph/aggregator.h"

struct once_options {
	const struct settings_list *in;
	const char *edges; /* where the edges of each step go; NULL: to standard output */
	int format;        /* enum format */
	int sort;          /* enum table_column */
	int64_t least;
	struct aggregator_options aggregation;
	struct when base_from,
		base_to; /* the window to compare with; BASE_FROM is WHEN_MAX for none */
};

/* Reads until the end, a signal, or the output is closed. Returns the exit code. */
int once_run(const struct once_options *options, const struct bus_options *bus);

#endif
