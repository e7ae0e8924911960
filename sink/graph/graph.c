#include "sink/graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

#define FIRST_CAPACITY 64

static void add_to(uint64_t *sum, uint64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = UINT64_MAX;
}

static void start_rest(struct graph *graph)
{
	graph->rest = (struct graph_edge){.client = -1, .server = -1};
	graph->first = WHEN_MAX;
	graph->last = WHEN_MIN;
}

void graph_init(struct graph *graph)
{
	*graph = (struct graph){0};
	start_rest(graph);
}

void graph_clear(struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++)
		free(graph->edges[i].histogram);
	free(graph->rest.histogram);
	if (graph->slots)
		memset(graph->slots, 0, graph->slot_count * sizeof(graph->slots[0]));
	graph->count = 0;
	start_rest(graph);
}

void graph_free(struct graph *graph)
{
	graph_clear(graph);
	free(graph->edges);
	free(graph->slots);
	graph_init(graph);
}

static size_t slot_of(const struct graph *graph, int32_t client, int32_t server)
{
	uint64_t hash = hash_bytes(hash_bytes(HASH_START, &client, sizeof(client)), &server,
				   sizeof(server));
	size_t slot = hash & (graph->slot_count - 1);

	while (graph->slots[slot] != 0) {
		const struct graph_edge *edge = &graph->edges[graph->slots[slot] - 1];

		if (edge->client == client && edge->server == server)
			break;
		slot = (slot + 1) & (graph->slot_count - 1);
	}
	return slot;
}

static int grow(struct graph *graph)
{
	size_t capacity = graph->capacity == 0 ? FIRST_CAPACITY : graph->capacity * 2;
	struct graph_edge *edges = realloc(graph->edges, capacity * sizeof(*edges));
	uint32_t *slots;

	if (edges == NULL)
		return -1;
	graph->edges = edges;
	slots = calloc(capacity * 2, sizeof(*slots));
	if (slots == NULL)
		return -1;
	free(graph->slots);
	graph->slots = slots;
	graph->slot_count = capacity * 2;
	graph->capacity = capacity;
	for (size_t i = 0; i < graph->count; i++)
		slots[slot_of(graph, edges[i].client, edges[i].server)] = (uint32_t)(i + 1);
	return 0;
}

static struct graph_edge *edge_of(struct graph *graph, int32_t client, int32_t server)
{
	if (client < 0)
		return &graph->rest;
	if (graph->count == graph->capacity && graph->count < GRAPH_EDGES_MAX && grow(graph) < 0)
		return NULL;

	size_t slot = slot_of(graph, client, server);

	if (graph->slots[slot] == 0) {
		if (graph->count == GRAPH_EDGES_MAX)
			return &graph->rest;
		graph->edges[graph->count++] =
			(struct graph_edge){.client = client, .server = server};
		graph->slots[slot] = (uint32_t)graph->count;
	}
	return &graph->edges[graph->slots[slot] - 1];
}

static struct histogram *histogram_of(struct graph_edge *edge)
{
	if (edge->histogram == NULL)
		edge->histogram = calloc(1, sizeof(*edge->histogram));
	return edge->histogram;
}

static void add_responses(struct graph_edge *edge, uint64_t count, uint64_t sum, uint64_t min,
			  uint64_t max)
{
	if (count == 0)
		return;
	if (edge->response_count == 0 || min < edge->response_min_ns)
		edge->response_min_ns = min;
	if (max > edge->response_max_ns)
		edge->response_max_ns = max;
	add_to(&edge->response_count, count);
	add_to(&edge->response_sum_ns, sum);
}

static void extend(struct graph *graph, struct when first, struct when last)
{
	graph->first = when_earlier(graph->first, first);
	graph->last = when_later(graph->last, last);
}

int graph_add(struct graph *graph, const struct conversation_slice *slice)
{
	struct graph_edge *edge;

	if (!slice->counted)
		return 0;
	edge = edge_of(graph, slice->client, slice->server);
	if (edge == NULL)
		return -1;
	if (slice->bucket_count > 0) {
		struct histogram *histogram = histogram_of(edge);

		if (histogram == NULL)
			return -1;
		histogram_add(histogram, slice->scale, slice->first_bucket,
			      conversation_slice_buckets(slice), slice->bucket_count);
	}
	extend(graph, slice->end, slice->end);
	edge->flows += slice->ends_flow;
	edge->provisional += slice->provisional;
	edge->refused += slice->error == CONVERSATION_REFUSED;
	edge->unanswered += slice->error == CONVERSATION_UNANSWERED;
	edge->reset += slice->error == CONVERSATION_RESET;
	add_to(&edge->source_bytes, slice->source_bytes);
	add_to(&edge->destination_bytes, slice->destination_bytes);
	add_to(&edge->source_packets, slice->source_packets);
	add_to(&edge->destination_packets, slice->destination_packets);
	add_to(&edge->requests, slice->requests);
	add_responses(edge, slice->response_count, slice->response_sum_ns, slice->response_min_ns,
		      slice->response_max_ns);
	return 0;
}

/* All but the histogram. */
static void add_edge(struct graph_edge *into, const struct graph_edge *from)
{
	add_to(&into->flows, from->flows);
	add_to(&into->provisional, from->provisional);
	add_to(&into->source_bytes, from->source_bytes);
	add_to(&into->destination_bytes, from->destination_bytes);
	add_to(&into->source_packets, from->source_packets);
	add_to(&into->destination_packets, from->destination_packets);
	add_to(&into->requests, from->requests);
	add_to(&into->refused, from->refused);
	add_to(&into->unanswered, from->unanswered);
	add_to(&into->reset, from->reset);
	add_responses(into, from->response_count, from->response_sum_ns, from->response_min_ns,
		      from->response_max_ns);
}

static int merge_edge(struct graph *graph, const struct graph_edge *from)
{
	struct graph_edge *edge = edge_of(graph, from->client, from->server);

	if (edge == NULL)
		return -1;
	if (from->histogram != NULL) {
		struct histogram *histogram = histogram_of(edge);

		if (histogram == NULL)
			return -1;
		histogram_merge(histogram, from->histogram);
	}
	add_edge(edge, from);
	return 0;
}

int graph_merge(struct graph *into, const struct graph *from)
{
	for (size_t i = 0; i < from->count; i++) {
		if (merge_edge(into, &from->edges[i]) < 0)
			return -1;
	}
	extend(into, from->first, from->last);
	return merge_edge(into, &from->rest);
}

int graph_fold(struct graph *graph, uint64_t least)
{
	size_t kept = 0;

	for (size_t i = 0; i < graph->count; i++) {
		struct graph_edge edge = graph->edges[i], nowhere = edge;

		if (edge.flows >= least) {
			graph->edges[kept++] = edge;
			continue;
		}
		nowhere.client = nowhere.server = -1;
		if (merge_edge(graph, &nowhere) < 0)
			return -1;
		free(edge.histogram);
		graph->edges[i].histogram = NULL;
	}
	graph->count = kept;
	if (graph->slots)
		memset(graph->slots, 0, graph->slot_count * sizeof(graph->slots[0]));
	for (size_t i = 0; i < kept; i++)
		graph->slots[slot_of(graph, graph->edges[i].client, graph->edges[i].server)] =
			(uint32_t)(i + 1);
	return 0;
}

/* An edge with the place of its nodes among all nodes. */
struct placed {
	const struct graph_edge *edge;
	size_t client, server;
};

static int compare_nodes(const void *left, const void *right)
{
	return node_compare(*(const struct node *const *)left, *(const struct node *const *)right);
}

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	return (a->server > b->server) - (a->server < b->server);
}

/* The place of each node when all are put in order; NULL without memory. */
static size_t *node_places(const struct node_table *nodes)
{
	const struct node **order = calloc(nodes->count + 1, sizeof(*order));
	size_t *places = calloc(nodes->count + 1, sizeof(*places));

	if (order != NULL && places != NULL) {
		for (size_t i = 0; i < nodes->count; i++)
			order[i] = &nodes->nodes[i];
		qsort(order, nodes->count, sizeof(*order), compare_nodes);
		for (size_t i = 0; i < nodes->count; i++)
			places[order[i] - nodes->nodes] = i;
	} else {
		free(places);
		places = NULL;
	}
	free(order);
	return places;
}

const struct graph_edge **graph_order(const struct graph *graph, const struct node_table *nodes)
{
	size_t *places = node_places(nodes);
	struct placed *placed = calloc(graph->count + 1, sizeof(*placed));
	const struct graph_edge **order = calloc(graph->count + 1, sizeof(*order));

	if (places == NULL || placed == NULL || order == NULL) {
		free(order);
		order = NULL;
		goto out;
	}
	for (size_t i = 0; i < graph->count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		placed[i] = (struct placed){edge, places[edge->client], places[edge->server]};
	}
	qsort(placed, graph->count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < graph->count; i++)
		order[i] = placed[i].edge;
out:
	free(places);
	free(placed);
	return order;
}

struct graph_edge graph_total(const struct graph *graph)
{
	struct graph_edge total = {.client = -1, .server = -1};

	for (size_t i = 0; i < graph->count; i++)
		add_edge(&total, &graph->edges[i]);
	add_edge(&total, &graph->rest);
	return total;
}
