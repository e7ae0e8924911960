/* history_reader.h - sums windows of the history in a graph.
 *
 * (1) A span of minutes is read from the widest windows that fit in it.
 * (2) Only an edge of which something was measured gets into the graph.
 * (3) The same edges of all windows are read one after another, while their sums are in the processor's
 *     caches: most of the time of a long question is waiting for memory.
 */
#ifndef TENURE_GRAPH_HISTORY_READER_H
#define TENURE_GRAPH_HISTORY_READER_H

#include "sink/graph/grouping.h"
#include "sink/graph/history/history_internal.h"
#include "sink/graph/history/history_target.h"
#include "sink/graph/history/node_match.h"

/* A day, and what of it is to be read. */
struct history_reader_day {
	struct history_day *day;
	struct grouping grouping;
	struct history_target *targets;
	size_t target_count;
	bool *blocks; /* that have an edge that is wanted */
	struct history_window *windows;
	size_t window_count, window_capacity; /* a day has at most 1440 */
};

struct history_window {
	enum history_width width;
	int32_t start;
};

#define HISTORY_READER_DAYS 8 /* that are read together (3) */

struct history_reader {
	struct history *history;
	enum node_level level;
	struct history_filter filter;
	bool everything; /* no edge is left out */
	bool as_one;     /* all edges are summed in one */
	struct node_table *nodes;
	struct graph *graph;
	struct node_match match;
	struct graph_edge
		sums[EDGE_BLOCK_EDGES]; /* of the block that is read, over the windows of a day */
	bool summed[EDGE_BLOCK_EDGES];
	struct text row;
	struct history_reader_day days[HISTORY_READER_DAYS];
	size_t day_count;
};

/* NODES and GRAPH are empty and the caller's. AS_ONE sums all edges in the first of GRAPH, which may be
 * cleared in between. FILTER may be NULL. */
void history_reader_init(struct history_reader *reader, struct history *history,
			 enum node_level level, const struct history_filter *filter, bool as_one,
			 struct node_table *nodes, struct graph *graph);
void history_reader_free(struct history_reader *reader);

/* Adds the minutes from FROM on and before TO, from windows of at most LIMIT minutes. -1 after
 * logging. */
int history_reader_add(struct history_reader *reader, int32_t from, int32_t to, int32_t limit);
/* Adds everything since the history began. -1 after logging. */
int history_reader_add_ever(struct history_reader *reader);

#endif
