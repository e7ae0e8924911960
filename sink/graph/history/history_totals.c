#include "sink/graph/history/history_totals.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "sink/graph/snapshot.h"

/* Adds EDGE, of indexes of NODES. -1 if out of memory. */
static int begin_edge(struct history_totals *totals, const struct graph_edge *edge,
		      const struct node *nodes)
{
	struct graph_edge like = graph_edge_none(), *sum;

	like.client = node_table_index(&totals->nodes, &nodes[edge->client]);
	like.server = node_table_index(&totals->nodes, &nodes[edge->server]);
	like.directed = edge->directed;
	if (like.client < 0 || like.server < 0)
		return -1;
	sum = graph_edge_like(&totals->graph, &like);
	return sum == NULL ? -1 : graph_edge_add(sum, edge);
}

int history_totals_init(struct history_totals *totals, const struct graph *from,
			const struct node_table *nodes, size_t limit, bool rest)
{
	struct snapshot largest;
	int rc = 0;

	*totals = (struct history_totals){0};
	graph_init(&totals->graph);
	totals->graph.limit = limit;
	if (snapshot_make(&largest, from, nodes, 0, limit) < 0)
		return -1;
	for (size_t i = 0; i < largest.edge_count && rc == 0; i++)
		rc = begin_edge(totals, largest.edges[i].edge, nodes->nodes);
	if (rc == 0 && rest)
		rc = graph_edge_add(&totals->graph.rest, &largest.rest);
	snapshot_free(&largest);
	return rc;
}

void history_totals_free(struct history_totals *totals)
{
	graph_free(&totals->graph);
	node_table_free(&totals->nodes);
	grouping_free(&totals->grouping);
	free(totals->targets);
	*totals = (struct history_totals){0};
}

/* The target of NUMBER; NULL if out of memory. */
static struct history_target *target_of(struct history_totals *totals, size_t number)
{
	if (number >= totals->count && array_grow(&totals->targets, &totals->capacity, number + 1,
						  sizeof(*totals->targets)) < 0)
		return NULL;
	while (totals->count <= number)
		totals->targets[totals->count++] =
			(struct history_target){.place = HISTORY_NOT_LOOKED};
	return &totals->targets[number];
}

/* Whether END is of a node that an edge of the totals has. */
static bool has_node(const struct history_totals *totals, const struct end_table *ends, int32_t end)
{
	struct node node = node_of(end_table_at(ends, end), NODE_LEVEL_SERVICE);

	return node_table_find(&totals->nodes, &node) >= 0;
}

/* Finds the place of TARGET. -1 if out of memory. */
static int look(struct history_totals *totals, const struct end_table *ends,
		const struct graph_edge *edge, struct history_target *target)
{
	struct graph_edge moved = graph_edge_none(), *sum;
	int turned;

	if (totals->graph.count >= totals->graph.limit &&
	    !(has_node(totals, ends, edge->client) && has_node(totals, ends, edge->server))) {
		target->place = HISTORY_IN_REST;
		return 0;
	}
	/* The table may have been read again, with the same numbers. */
	totals->grouping.ends = ends;
	totals->grouping.level = NODE_LEVEL_SERVICE;
	totals->grouping.nodes = &totals->nodes;
	turned = grouping_move(&totals->grouping, edge, false, &moved);
	if (turned < 0)
		return -1;
	sum = graph_edge_like(&totals->graph, &moved);
	if (sum == NULL)
		return -1;
	target->turned = turned;
	history_target_set(target, &totals->graph, sum);
	return 0;
}

int history_totals_add(struct history_totals *totals, const struct end_table *ends,
		       const struct graph_edge *edge, size_t number,
		       const struct graph_edge *measured)
{
	struct history_target *target = target_of(totals, number);
	struct graph_edge *sum;

	if (target == NULL ||
	    (target->place == HISTORY_NOT_LOOKED && look(totals, ends, edge, target) < 0))
		return -1;
	if (target->place == HISTORY_IN_REST)
		return history_totals_add_rest(totals, measured);
	sum = history_target_sum(target, &totals->graph);
	return target->turned ? graph_edge_add_turned(sum, measured)
			      : graph_edge_add(sum, measured);
}

int history_totals_add_rest(struct history_totals *totals, const struct graph_edge *measured)
{
	return graph_edge_add(&totals->graph.rest, measured);
}
