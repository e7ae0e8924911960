/* series.h - a graph for each step of event time. Pure.
 *
 * (1) Steps begin at multiples of STEP_NS since 1970. Those without flows are left out.
 * (2) At most SERIES_EDGES_MAX edges are kept, those of all steps together. Then FULL is true, and slices of further
 *     edges are left out.
 */
#ifndef TENURE_SERIES_H
#define TENURE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/graph.h"
#include "sink/graph/grouping.h"

#define SERIES_EDGES_MAX 131072 /* twice what graph.h says */

struct series_step {
	struct when from, to; /* event.end of its flows: FROM <= event.end < TO */
	struct graph graph;
};

struct series {
	int64_t step_ns;
	struct series_step *steps; /* in order */
	size_t count, capacity;
	size_t edges; /* of all steps */
	bool full;
};

/* STEP_NS is more than 0. */
void series_init(struct series *series, int64_t step_ns);
/* SERIES may be zero. */
void series_free(struct series *series);

/* The beginning of the step of MOMENT. */
struct when series_start(const struct series *series, struct when moment);
/* Adds GRAPH to the step of MOMENT, or nothing of it if its edges are too many (2). -1 if out of memory. */
int series_merge(struct series *series, struct when moment, const struct graph *graph);
/* Adds SLICE, if it counts, to the step of its end. -1 if out of memory. */
int series_add(struct series *series, const struct conversation_slice *slice);
/* Adds FROM, whose edges are between ends, to SERIES, which has no steps yet. -1 if out of memory. */
int series_group(struct series *series, const struct series *from, struct grouping *grouping);

#endif
