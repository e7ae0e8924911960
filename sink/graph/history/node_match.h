/* node_match.h - which edges a question wants. Pure.
 *
 * (1) What was found out about a node is kept, so its texts are made once.
 */
#ifndef TENURE_GRAPH_HISTORY_NODE_MATCH_H
#define TENURE_GRAPH_HISTORY_NODE_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "sink/graph/node.h"

struct node_match {
	const char *client, *server, *namespace; /* NULL for any */
	const struct node_table *nodes;
	uint8_t *known; /* of each node */
	size_t count, capacity;
	struct text id;
};

/* CLIENT and SERVER are ids (node_add_id()). All is borrowed until it is freed. */
void node_match_init(struct node_match *match, const char *client, const char *server,
		     const char *namespace, const struct node_table *nodes);
void node_match_free(struct node_match *match);
/* Whether the edge from the node CLIENT to the node SERVER is wanted; -1 if out of memory. */
int node_match_edge(struct node_match *match, int32_t client, int32_t server);

#endif
