/* snapshot.h - what a format shows: nodes and edges in order, the window, and what was read.
 *
 * Each of the formats (formats/) is one function of it.
 *
 * (1) Nodes are those of the edges, in the order of node_compare(); edges are ordered by
 *     client, then server, directed ones first, then transport and port. So equal graphs are equal snapshots.
 * (2) Edges of fewer flows than LEAST are summed into REST; of the others, if they are more than MOST, those of
 *     the fewest flows, and of equal ones the last in that order.
 */
#ifndef TENURE_SNAPSHOT_H
#define TENURE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "sink/graph/graph.h"
#include "sink/graph/node.h"

struct snapshot_node {
	const struct node *node;
	size_t label, id; /* where they begin in NAMES */
};

struct snapshot_edge {
	const struct graph_edge *edge;
	size_t client, server; /* indexes in NODES */
};

struct snapshot_records {
	uint64_t read;       /* all of them */
	uint64_t unreadable; /* refused, see tagged_flow.h */
	uint64_t outside;    /* flows that ended outside the window */
	uint64_t repeated;   /* the same revision, or a higher one, was already there */
	uint64_t superseded; /* replaced by a higher revision */
	uint64_t early;      /* conversations settled before they were certainly over */
};

struct snapshot {
	struct snapshot_node *nodes;
	size_t node_count;
	struct snapshot_edge *edges;
	size_t edge_count;
	struct graph_edge rest, total;
	struct text names;

	/* event.end of the flows that count; FIRST > LAST if none do, WHEN_MIN and WHEN_MAX if it is not known. */
	struct when first, last;
	struct when from, to; /* the window: from <= event.end < to; WHEN_MIN, WHEN_MAX: no bound */
	struct snapshot_records records;
};

/* Fills all of *SNAPSHOT but the window and RECORDS. It borrows from GRAPH and NODES.
 * -1 if out of memory, and there is nothing to free. */
int snapshot_make(struct snapshot *snapshot, const struct graph *graph,
		  const struct node_table *nodes, uint64_t least, size_t most);
void snapshot_free(struct snapshot *snapshot);
/* Forgets when the first and the last flow ended: a history knows it to the minute only. */
void snapshot_forget_ends(struct snapshot *snapshot);

/* The order of two struct snapshot_edge of one snapshot (1), for qsort() and bsearch(). */
int snapshot_compare_edges(const void *left, const void *right);

/* Of the node at INDEX of NODES, as node.h defines them. If the nodes of the table are of
 * several clusters, labels name the cluster. */
const char *snapshot_label(const struct snapshot *snapshot, size_t index);
const char *snapshot_id(const struct snapshot *snapshot, size_t index);

/* Whether the node at INDEX is the first or the last of its namespace; false without one. */
bool snapshot_begins_namespace(const struct snapshot *snapshot, size_t index);
bool snapshot_ends_namespace(const struct snapshot *snapshot, size_t index);

#endif
