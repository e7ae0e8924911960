/* view.h - what there is to show: a graph, the window it covers, and what was read.
 *
 * The formats (table.h, graph_json.h, dot.h, mermaid.h) are each one function of it.
 */
#ifndef TENURE_VIEW_H
#define TENURE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "sink/graph/graph.h"
#include "sink/graph/node.h"

#define VIEW_TEXT_MAX (64u * 1024 * 1024) /* bytes of one view; an edge takes 500 in JSON */

struct view_records {
	uint64_t read;       /* all that came */
	uint64_t unreadable; /* refused, see tagged_flow.h */
	uint64_t outside;    /* they end outside the window */
	uint64_t repeated;   /* answers that were there already */
	uint64_t superseded; /* answers replaced by a higher revision */
	uint64_t early;      /* conversations settled before they were surely over */
};

struct view {
	const struct graph *graph;
	const struct node_table *nodes;
	struct when from; /* flows with from <= event.end < to; WHEN_MIN and WHEN_MAX: no bound */
	struct when to;
	struct view_records records;
};

/* True when nodes of several clusters are there, so labels must say which. */
bool view_has_clusters(const struct view *view);

/* "2.05 KiB", "1.50 GiB": three digits that count. */
void view_add_bytes(struct text *text, uint64_t bytes);
/* "850 ns", "12.3 ms", "1.24 s", "47.5 min", the same. */
void view_add_duration(struct text *text, uint64_t ns);
/* "2 refused, 1 unanswered, 3 reset", or "-" for none. */
void view_add_errors(struct text *text, const struct graph_edge *edge);
/* An edge in words, for drawings: "12 flows, 3.05 KiB", then what else there is, on
 * lines of its own, after LINE_BREAK. */
void view_add_flows(struct text *text, const struct graph_edge *edge, const char *line_break);

uint64_t view_mean(const struct graph_edge *edge);
/* From the histogram, and never outside minimum and maximum; 0 without one. */
uint64_t view_percentile(const struct graph_edge *edge, unsigned per_mille);

#endif
