#include "sink/graph/grouping.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "sink/graph/end.h"

void grouping_init(struct grouping *grouping, const struct end_table *ends, enum node_level level,
		   struct node_table *nodes)
{
	*grouping = (struct grouping){.ends = ends, .level = level, .nodes = nodes};
}

void grouping_free(struct grouping *grouping)
{
	free(grouping->places);
	grouping->places = NULL;
	grouping->count = grouping->capacity = 0;
}

int32_t grouping_node(struct grouping *grouping, int32_t end)
{
	size_t at = (size_t)end;
	struct node node;

	if (at >= grouping->count) {
		if (array_grow(&grouping->places, &grouping->capacity, at + 1,
			       sizeof(*grouping->places)) < 0)
			return -1;
		while (grouping->count <= at)
			grouping->places[grouping->count++] = -1;
	}
	if (grouping->places[at] < 0) {
		node = node_of(end_table_at(grouping->ends, end), grouping->level);
		grouping->places[at] = node_table_index(grouping->nodes, &node);
	}
	return grouping->places[at];
}

int grouping_add(struct grouping *grouping, const struct graph_edge *edge, bool by_port,
		 struct graph *graph)
{
	struct graph_edge moved = *edge;
	const struct node *nodes;
	struct graph_edge *sum;

	moved.client = grouping_node(grouping, edge->client);
	moved.server = grouping_node(grouping, edge->server);
	if (moved.client < 0 || moved.server < 0)
		return -1;
	if (!by_port)
		moved.transport = moved.port = -1;
	nodes = grouping->nodes->nodes;
	if (!moved.directed && node_compare(&nodes[moved.client], &nodes[moved.server]) > 0)
		graph_edge_turn(&moved);
	sum = graph_edge_like(graph, &moved);
	return sum == NULL ? -1 : graph_edge_add(sum, &moved);
}

int grouping_merge(struct grouping *grouping, const struct graph *from, struct graph *graph)
{
	for (size_t i = 0; i < from->count; i++) {
		if (grouping_add(grouping, &from->edges[i], false, graph) < 0)
			return -1;
	}
	graph->first = when_earlier(graph->first, from->first);
	graph->last = when_later(graph->last, from->last);
	return graph_edge_add(&graph->rest, &from->rest);
}
