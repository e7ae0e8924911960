/* history_target.h - where in a graph what was measured on an edge of the history is summed. Pure. */
#ifndef TENURE_GRAPH_HISTORY_TARGET_H
#define TENURE_GRAPH_HISTORY_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/graph/graph.h"

/* Places that are none of the graph's edges. */
enum { HISTORY_NOT_LOOKED = -1, HISTORY_IN_REST = -2, HISTORY_UNWANTED = -3 };

struct history_target {
	int32_t place; /* in the graph, or one of those above */
	bool turned;   /* client and server are exchanged there */
};

/* The sum of TARGET in GRAPH; NULL while it was not looked for. Borrowed until GRAPH has another edge. */
static inline struct graph_edge *history_target_sum(const struct history_target *target,
						    struct graph *graph)
{
	if (target->place == HISTORY_IN_REST)
		return &graph->rest;
	return target->place >= 0 ? &graph->edges[target->place] : NULL;
}

/* SUM, of GRAPH, is that of TARGET. */
static inline void history_target_set(struct history_target *target, const struct graph *graph,
				      const struct graph_edge *sum)
{
	target->place = sum == &graph->rest ? HISTORY_IN_REST : (int32_t)(sum - graph->edges);
}

#endif
