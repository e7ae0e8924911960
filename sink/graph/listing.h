/* listing.h - the nodes and edges of a view, each once and in order.
 *
 * (1) Only nodes that an edge touches are listed.
 */
#ifndef TENURE_LISTING_H
#define TENURE_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "sink/graph/view.h"

struct listing {
	const struct graph_edge **edges; /* as many as the graph has, as graph_order() */
	int32_t *nodes;                  /* indexes in the view's table, as node_compare() */
	size_t node_count;
	size_t *places; /* of each node of the table in NODES */
};

/* Fills *LISTING, whose edges are borrowed from VIEW. -1 without memory, and then
 * there is nothing to clear. */
int listing_make(struct listing *listing, const struct view *view);
void listing_clear(struct listing *listing);

#endif
