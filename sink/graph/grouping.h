/* grouping.h - from ends to the nodes that a level groups them in. Pure.
 *
 * (1) The answer for an end is kept, so the ends of a table are grouped once, not once an edge.
 * (2) An edge without direction has the nodes in the order of node_compare(), at every level.
 */
#ifndef TENURE_GROUPING_H
#define TENURE_GROUPING_H

#include <stdint.h>

#include "sink/graph/end_table.h"
#include "sink/graph/graph.h"
#include "sink/graph/node.h"

struct grouping {
	const struct end_table *ends;
	enum node_level level;
	struct node_table *nodes;
	int32_t *places; /* of each end in NODES, or -1 */
	size_t count, capacity;
};

/* ENDS and NODES are borrowed until it is freed. */
void grouping_init(struct grouping *grouping, const struct end_table *ends, enum node_level level,
		   struct node_table *nodes);
void grouping_free(struct grouping *grouping);

/* The index in NODES of the node of END, an index of ENDS; -1 if out of memory. */
int32_t grouping_node(struct grouping *grouping, int32_t end);
/* Finds the edge between nodes that EDGE, whose client and server are indexes of ENDS, is a part of: sets
 * the ends, the direction, and with BY_PORT transport and port of *MOVED. 1 if client and server were
 * exchanged (2), 0 if not, -1 if out of memory. */
int grouping_move(struct grouping *grouping, const struct graph_edge *edge, bool by_port,
		  struct graph_edge *moved);
/* Adds EDGE, whose client and server are indexes of ENDS, to GRAPH, whose are indexes of NODES. BY_PORT
 * keeps transport and port. -1 if out of memory. */
int grouping_add(struct grouping *grouping, const struct graph_edge *edge, bool by_port,
		 struct graph *graph);
/* Adds every edge of FROM and its REST. -1 if out of memory. */
int grouping_merge(struct grouping *grouping, const struct graph *from, struct graph *graph);

#endif
