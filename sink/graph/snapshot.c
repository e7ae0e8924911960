#include "sink/graph/snapshot.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX ((size_t)NODES_MAX * 2048) /* bytes; a node's label and id take at most 1400 */

static bool several_clusters(const struct node_table *nodes)
{
	const char *seen = NULL;

	for (size_t i = 0; i < nodes->count; i++) {
		const char *cluster = nodes->nodes[i].cluster;

		if (cluster[0] == '\0')
			continue;
		if (seen != NULL && strcmp(seen, cluster) != 0)
			return true;
		seen = cluster;
	}
	return false;
}

static int compare_nodes(const void *left, const void *right)
{
	const struct snapshot_node *a = left, *b = right;

	return node_compare(a->node, b->node);
}

int snapshot_compare_edges(const void *left, const void *right)
{
	const struct snapshot_edge *a = left, *b = right;

	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	if (a->server != b->server)
		return a->server < b->server ? -1 : 1;
	if (a->edge->directed != b->edge->directed)
		return a->edge->directed ? -1 : 1;
	if (a->edge->transport != b->edge->transport)
		return a->edge->transport < b->edge->transport ? -1 : 1;
	return a->edge->port < b->edge->port ? -1 : a->edge->port > b->edge->port;
}

/* Says where the ends of the edges are, by the PLACES of the table's nodes. */
static void place_edges(struct snapshot *snapshot, const size_t *places)
{
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		struct snapshot_edge *edge = &snapshot->edges[i];

		edge->client = places[edge->edge->client];
		edge->server = places[edge->edge->server];
	}
}

static int add_edges(struct snapshot *snapshot, const struct graph *graph, uint64_t least)
{
	snapshot->rest = snapshot->total = graph_edge_none();
	for (size_t i = 0; i < graph->count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (graph_edge_add(&snapshot->total, edge) < 0)
			return -1;
		if (edge->measures.flows >= least)
			snapshot->edges[snapshot->edge_count++].edge = edge;
		else if (graph_edge_add(&snapshot->rest, edge) < 0)
			return -1;
	}
	if (graph_edge_add(&snapshot->total, &graph->rest) < 0)
		return -1;
	return graph_edge_add(&snapshot->rest, &graph->rest);
}

/* The largest first; equal ones in the order of the snapshot. */
static int compare_sizes(const void *left, const void *right)
{
	const struct snapshot_edge *a = left, *b = right;
	uint64_t more = a->edge->measures.flows, other = b->edge->measures.flows;

	if (more != other)
		return more > other ? -1 : 1;
	return snapshot_compare_edges(a, b);
}

/* Keeps the MOST largest edges, and sums the others (2). PLACES has a 0 for each node of TABLE, also
 * afterwards. */
static int keep_largest(struct snapshot *snapshot, const struct node_table *table, size_t most,
			size_t *places)
{
	if (snapshot->edge_count <= most)
		return 0;
	for (size_t i = 0; i < table->count; i++)
		snapshot->nodes[i].node = &table->nodes[i];
	qsort(snapshot->nodes, table->count, sizeof(*snapshot->nodes), compare_nodes);
	for (size_t i = 0; i < table->count; i++)
		places[snapshot->nodes[i].node - table->nodes] = i;
	place_edges(snapshot, places);
	qsort(snapshot->edges, snapshot->edge_count, sizeof(*snapshot->edges), compare_sizes);
	while (snapshot->edge_count > most) {
		if (graph_edge_add(&snapshot->rest, snapshot->edges[--snapshot->edge_count].edge) <
		    0)
			return -1;
	}
	memset(places, 0, table->count * sizeof(*places));
	return 0;
}

/* Adds the nodes of the edges. PLACES has a 0 for each node of TABLE
 * and gets the node's index. */
static void add_nodes(struct snapshot *snapshot, const struct node_table *table, size_t *places)
{
	bool clusters = several_clusters(table);
	struct text *names = &snapshot->names;

	for (size_t i = 0; i < snapshot->edge_count; i++) {
		places[snapshot->edges[i].edge->client] = 1;
		places[snapshot->edges[i].edge->server] = 1;
	}
	for (size_t i = 0; i < table->count; i++) {
		if (places[i] == 1)
			snapshot->nodes[snapshot->node_count++].node = &table->nodes[i];
	}
	qsort(snapshot->nodes, snapshot->node_count, sizeof(*snapshot->nodes), compare_nodes);
	for (size_t i = 0; i < snapshot->node_count; i++) {
		struct snapshot_node *node = &snapshot->nodes[i];

		places[node->node - table->nodes] = i;
		node->label = names->length;
		node_add_label(node->node, clusters, names);
		text_add(names, "", 1);
		node->id = names->length;
		node_add_id(node->node, names);
		text_add(names, "", 1);
	}
}

int snapshot_make(struct snapshot *snapshot, const struct graph *graph,
		  const struct node_table *nodes, uint64_t least, size_t most)
{
	size_t *places = calloc(nodes->count + 1, sizeof(*places));
	int rc = -1;

	*snapshot = (struct snapshot){
		.nodes = calloc(nodes->count + 1, sizeof(*snapshot->nodes)),
		.edges = calloc(graph->count + 1, sizeof(*snapshot->edges)),
		.first = graph->first,
		.last = graph->last,
	};
	text_init(&snapshot->names, NAMES_MAX);
	if (places == NULL || snapshot->nodes == NULL || snapshot->edges == NULL ||
	    add_edges(snapshot, graph, least) < 0 ||
	    keep_largest(snapshot, nodes, most, places) < 0)
		goto out;
	add_nodes(snapshot, nodes, places);
	place_edges(snapshot, places);
	qsort(snapshot->edges, snapshot->edge_count, sizeof(*snapshot->edges),
	      snapshot_compare_edges);
	rc = snapshot->names.failed ? -1 : 0;
out:
	free(places);
	if (rc < 0)
		snapshot_free(snapshot);
	return rc;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->nodes);
	free(snapshot->edges);
	graph_edge_clear(&snapshot->rest);
	graph_edge_clear(&snapshot->total);
	text_free(&snapshot->names);
	*snapshot = (struct snapshot){0};
}

void snapshot_forget_ends(struct snapshot *snapshot)
{
	if (when_before(snapshot->last, snapshot->first))
		return;
	snapshot->first = WHEN_MIN;
	snapshot->last = WHEN_MAX;
}

const char *snapshot_label(const struct snapshot *snapshot, size_t index)
{
	return snapshot->names.data + snapshot->nodes[index].label;
}

const char *snapshot_id(const struct snapshot *snapshot, size_t index)
{
	return snapshot->names.data + snapshot->nodes[index].id;
}

static const char *namespace_of(const struct snapshot *snapshot, size_t index)
{
	return index < snapshot->node_count ? snapshot->nodes[index].node->namespace : "";
}

bool snapshot_begins_namespace(const struct snapshot *snapshot, size_t index)
{
	const char *namespace = namespace_of(snapshot, index);

	return namespace[0] != '\0' &&
	       (index == 0 || strcmp(namespace, namespace_of(snapshot, index - 1)) != 0);
}

bool snapshot_ends_namespace(const struct snapshot *snapshot, size_t index)
{
	const char *namespace = namespace_of(snapshot, index);

	return namespace[0] != '\0' && strcmp(namespace, namespace_of(snapshot, index + 1)) != 0;
}
