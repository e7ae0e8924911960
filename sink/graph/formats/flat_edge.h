/* flat_edge.h - what was measured on an edge as a flat list of named numbers, for formats without
 * nested members. Pure.
 *
 * (1) The names and their order are the same for every edge.
 */
#ifndef TENURE_FLAT_EDGE_H
#define TENURE_FLAT_EDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "sink/graph/graph.h"
#include "sink/graph/snapshot.h"

#define FLAT_EDGE_MEASURES 28
#define FLAT_EDGE_MESSAGES 21
#define FLAT_EDGE_NUMBERS (FLAT_EDGE_MEASURES + FLAT_EDGE_MESSAGES)

struct flat_edge_number {
	const char *name; /* "flows", "response_p95_ns"; a C identifier */
	uint64_t value;
	bool known; /* false: not measured, such as a percentile without a histogram */
};

/* Those of messages are of all protocols together. -1 if out of memory. */
int flat_edge_numbers(const struct graph_edge *edge,
		      struct flat_edge_number numbers[static FLAT_EDGE_NUMBERS]);
/* The protocols of its messages in words (messages_describe()); nothing without messages. */
#define FLAT_EDGE_PROTOCOLS "message_protocols"
void flat_edge_add_protocols(const struct graph_edge *edge, struct text *out);

/* Adds "tcp", or the number of a protocol without a name. EDGE has a transport. */
void flat_edge_add_transport(const struct graph_edge *edge, struct text *out);

/* Adds what identifies an edge from one graph to the next: CLIENT|SERVER, ids of node.h;
 * then "|undirected" if its client is not known, and "|TRANSPORT|PORT" if these are kept apart. */
void flat_edge_add_key(const struct snapshot *snapshot, const struct snapshot_edge *edge,
		       struct text *out);

#endif
