/* graph.h - who talks to whom: edges between nodes, and what was measured on them.
 *
 * A graph is filled with the counted slices of conversations (conversation.h), or
 * with other graphs.
 *
 * (1) An edge goes from the client, who began the conversation, to the server.
 * (2) A flow is counted with its last counted slice, so once in a graph, and so is
 *     its error.
 * (3) Sums saturate instead of wrapping.
 * (4) Beyond GRAPH_EDGES_MAX new edges are summed as one, REST, shown as
 *     "(further edges)"; graph_fold() moves small ones there too.
 */
#ifndef TENURE_GRAPH_H
#define TENURE_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/conversation.h"
#include "sink/graph/histogram.h"
#include "sink/graph/node.h"

#define GRAPH_EDGES_MAX 65536 /* at most 180 MB with their histograms */

struct graph_edge {
	int32_t client, server; /* indexes in the table of nodes */
	uint64_t flows;
	uint64_t provisional; /* records that may be answered again */
	uint64_t source_bytes, destination_bytes;
	uint64_t source_packets, destination_packets;
	uint64_t requests;
	uint64_t refused, unanswered, reset; /* flows, see conversation.h */
	uint64_t response_count, response_sum_ns, response_min_ns, response_max_ns;
	struct histogram *histogram; /* NULL where there is none */
};

struct graph {
	struct graph_edge *edges;
	size_t count;
	size_t capacity;
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	size_t slot_count;
	struct graph_edge rest;  /* (4), its nodes are -1 */
	struct when first, last; /* event.end counted; WHEN_MAX and WHEN_MIN for none */
};

/* GRAPH becomes empty; it need not have been anything before. */
void graph_init(struct graph *graph);
void graph_free(struct graph *graph);
/* Forgets all edges, keeps the memory of the table. */
void graph_clear(struct graph *graph);

/* Adds what conversation_choose() marked in SLICE. -1 without memory. */
int graph_add(struct graph *graph, const struct conversation_slice *slice);
int graph_merge(struct graph *into, const struct graph *from);

/* Moves the edges of fewer than LEAST flows into REST. -1 without memory. */
int graph_fold(struct graph *graph, uint64_t least);

/* Every edge but REST, by client, then server, in the order of node_compare(); NULL
 * without memory.
 * The caller frees the array; the edges are borrowed. */
const struct graph_edge **graph_order(const struct graph *graph, const struct node_table *nodes);
/* All edges as one. Its histogram is NULL. */
struct graph_edge graph_total(const struct graph *graph);

#endif
