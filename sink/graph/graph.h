/* graph.h - who talks to whom: edges, and what was measured on them. Pure.
 *
 * A graph is filled with the counted slices of conversations (conversation.h), and its edges are
 * between ends; or with other graphs, and they may be between nodes (grouping.h).
 *
 * (1) An edge goes from the client, which began the conversation, to the server, or is not directed
 *     (direction.h).
 * (2) Once LIMIT edges are there, further ones are summed as one, REST.
 */
#ifndef TENURE_GRAPH_H
#define TENURE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/conversation/conversation_slice.h"
#include "sink/graph/histogram.h"
#include "sink/graph/measures.h"
#include "sink/graph/messages.h"

/* At most 180 MB with their histograms; messages take 3 KB at most for each protocol of an edge. */
#define GRAPH_EDGES_MAX 65536

struct graph_edge {
	int32_t client, server; /* indexes in a table of ends or of nodes */
	bool directed;
	struct measures measures;
	int transport; /* IANA number and server port; -1 if summed, or unknown */
	int32_t port;
	struct histogram *histogram; /* of measures.response_*; NULL if there is none */
	struct histogram *handshake; /* of measures.handshake_*; NULL if there is none */
	struct messages *messages;   /* that were read; NULL if there is none */
};

struct graph {
	struct graph_edge *edges;
	size_t count;
	size_t capacity;
	size_t limit;    /* GRAPH_EDGES_MAX, unless its owner lowers it */
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	size_t slot_count;
	bool by_port;            /* graph_add() keeps transports and server ports apart */
	struct graph_edge rest;  /* (2), its nodes are -1 */
	struct when first, last; /* event.end counted; WHEN_MAX and WHEN_MIN if none was */
};

/* Makes GRAPH empty, whatever its memory contained. */
void graph_init(struct graph *graph);
void graph_free(struct graph *graph);
/* Forgets all edges and keeps the memory of the table. */
void graph_clear(struct graph *graph);

/* Adds SLICE if it counts. -1 if out of memory. */
int graph_add(struct graph *graph, const struct conversation_slice *slice);
int graph_merge(struct graph *into, const struct graph *from);

/* The edge between the same, in the same way, as LIKE; added if it is new; REST if there is no room (2);
 * NULL if out of memory. Borrowed until the next addition. */
struct graph_edge *graph_edge_like(struct graph *graph, const struct graph_edge *like);

/* The edge between the same, in the same way, as LIKE; NULL if there is none. */
const struct graph_edge *graph_find(const struct graph *graph, const struct graph_edge *like);

/* An edge between nothing, without measures; its histograms and messages are the caller's. */
struct graph_edge graph_edge_none(void);
/* Frees its histograms and messages, which are NULL then. */
void graph_edge_clear(struct graph_edge *edge);
/* Forgets what was measured, and keeps the memory of histograms and messages. */
void graph_edge_reset(struct graph_edge *edge);
/* Exchanges client and server, and what each sent. */
void graph_edge_turn(struct graph_edge *edge);
/* Adds what was measured on FROM to INTO, whose histograms and messages are owned by the caller. -1 if
 * out of memory. */
int graph_edge_add(struct graph_edge *into, const struct graph_edge *from);
/* The same, of FROM with client and server exchanged. */
int graph_edge_add_turned(struct graph_edge *into, const struct graph_edge *from);
/* Of response times and of handshakes: from the histogram, and never outside minimum and maximum; 0
 * without a histogram. */
uint64_t graph_edge_percentile(const struct graph_edge *edge, unsigned per_mille);
uint64_t graph_edge_handshake_percentile(const struct graph_edge *edge, unsigned per_mille);

#endif
