/* history_totals.h - what was measured since the history began, in memory, between services: what a scrape asks for again and
 * again, and what reading rows would take too long for. Pure.
 *
 * (1) At most LIMIT edges are apart: at first those of the most flows, then those that come until there is no room. An
 *     edge stays, so its sums never shrink. What is measured on others is in the graph's REST, and their nodes are not
 *     kept: there are at most twice as many as edges.
 */
#ifndef TENURE_GRAPH_HISTORY_TOTALS_H
#define TENURE_GRAPH_HISTORY_TOTALS_H

#include "sink/graph/end_table.h"
#include "sink/graph/graph.h"
#include "sink/graph/grouping.h"
#include "sink/graph/history/history_target.h"
#include "sink/graph/node.h"

/* Zero-initialised; history_totals_init() comes before anything is added. */
struct history_totals {
	struct node_table nodes;
	struct graph graph; /* of indexes of NODES */
	struct grouping grouping;
	struct history_target *targets; /* of each numbered edge of ends */
	size_t count, capacity;
};

/* Begins with FROM, of indexes of NODES. REST is begun with what does not fit, or at 0. -1 if out of memory. */
int history_totals_init(struct history_totals *totals, const struct graph *from,
			const struct node_table *nodes, size_t limit, bool rest);
void history_totals_free(struct history_totals *totals);

/* Adds what was measured on the edge NUMBER, which is ENDS's EDGE: a number names the same edge each time. -1 if out of
 * memory. */
int history_totals_add(struct history_totals *totals, const struct end_table *ends,
		       const struct graph_edge *edge, size_t number,
		       const struct graph_edge *measured);
/* The same for an edge without a number. */
int history_totals_add_rest(struct history_totals *totals, const struct graph_edge *measured);

#endif
