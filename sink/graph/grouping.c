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

int grouping_move(struct grouping *grouping, const struct graph_edge *edge, bool by_port,
		  struct graph_edge *moved)
{
	int32_t client = grouping_node(grouping, edge->client);
	int32_t server = grouping_node(grouping, edge->server);
	const struct node *nodes = grouping->nodes->nodes;
	bool turned;

	if (client < 0 || server < 0)
		return -1;
	turned = !edge->directed && node_compare(&nodes[client], &nodes[server]) > 0;
	moved->client = turned ? server : client;
	moved->server = turned ? client : server;
	moved->directed = edge->directed;
	moved->transport = by_port ? edge->transport : -1;
	moved->port = by_port ? edge->port : -1;
	return turned;
}

int grouping_add(struct grouping *grouping, const struct graph_edge *edge, bool by_port,
		 struct graph *graph)
{
	struct graph_edge moved = *edge;
	int turned = grouping_move(grouping, edge, by_port, &moved);
	struct graph_edge *sum;

	if (turned < 0)
		return -1;
	sum = graph_edge_like(graph, &moved);
	if (sum == NULL)
		return -1;
	return turned ? graph_edge_add_turned(sum, edge) : graph_edge_add(sum, edge);
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
