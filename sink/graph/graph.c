#include "sink/graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

#define FIRST_CAPACITY 64

static void reset(struct graph *graph)
{
	graph->count = 0;
	graph->rest = graph_edge_none();
	graph->first = WHEN_MAX;
	graph->last = WHEN_MIN;
}

void graph_init(struct graph *graph)
{
	*graph = (struct graph){0};
	reset(graph);
}

void graph_clear(struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++)
		graph_edge_clear(&graph->edges[i]);
	graph_edge_clear(&graph->rest);
	if (graph->slots != NULL)
		memset(graph->slots, 0, graph->slot_count * sizeof(graph->slots[0]));
	reset(graph);
}

void graph_free(struct graph *graph)
{
	graph_clear(graph);
	free(graph->edges);
	free(graph->slots);
	graph_init(graph);
}

static size_t slot_of(const struct graph *graph, int32_t client, int32_t server, bool directed)
{
	uint64_t hash = hash_bytes(hash_bytes(HASH_START, &client, sizeof(client)), &server,
				   sizeof(server));
	size_t slot = hash & (graph->slot_count - 1);

	while (graph->slots[slot] != 0) {
		const struct graph_edge *edge = &graph->edges[graph->slots[slot] - 1];

		if (edge->client == client && edge->server == server && edge->directed == directed)
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
		slots[slot_of(graph, edges[i].client, edges[i].server, edges[i].directed)] =
			(uint32_t)(i + 1);
	return 0;
}

/* The edge from CLIENT to SERVER, or between them unless DIRECTED, added if it is new; NULL if out of memory. */
static struct graph_edge *edge_of(struct graph *graph, int32_t client, int32_t server,
				  bool directed)
{
	if (graph->count == graph->capacity && graph->count < GRAPH_EDGES_MAX && grow(graph) < 0)
		return NULL;

	size_t slot = slot_of(graph, client, server, directed);

	if (graph->slots[slot] == 0) {
		if (graph->count == GRAPH_EDGES_MAX)
			return &graph->rest;
		graph->edges[graph->count] = graph_edge_none();
		graph->edges[graph->count].client = client;
		graph->edges[graph->count].server = server;
		graph->edges[graph->count++].directed = directed;
		graph->slots[slot] = (uint32_t)graph->count;
	}
	return &graph->edges[graph->slots[slot] - 1];
}

/* Adds to *SUM, which is made if it is NULL. */
static int add_buckets(struct histogram **sum, int scale, int64_t offset, const uint64_t *counts,
		       size_t count)
{
	if (*sum == NULL)
		*sum = calloc(1, sizeof(**sum));
	if (*sum == NULL)
		return -1;
	histogram_add(*sum, scale, offset, counts, count);
	return 0;
}

static int add_histogram(struct histogram **sum, const struct histogram *more)
{
	if (more == NULL)
		return 0;
	return add_buckets(sum, more->scale, more->offset, more->counts, more->used);
}

struct graph_edge graph_edge_none(void)
{
	return (struct graph_edge){.client = -1, .server = -1, .transport = -1, .port = -1};
}

void graph_edge_clear(struct graph_edge *edge)
{
	free(edge->histogram);
	free(edge->handshake);
	edge->histogram = edge->handshake = NULL;
}

int graph_edge_add(struct graph_edge *into, const struct graph_edge *from)
{
	if (add_histogram(&into->histogram, from->histogram) < 0 ||
	    add_histogram(&into->handshake, from->handshake) < 0)
		return -1;
	measures_add(&into->measures, &from->measures);
	return 0;
}

int graph_add(struct graph *graph, const struct conversation_slice *slice)
{
	struct graph_edge *edge;

	if (!slice->counted)
		return 0;
	edge = edge_of(graph, slice->client, slice->server, slice->directed);
	if (edge == NULL)
		return -1;
	if (slice->bucket_count > 0 &&
	    add_buckets(&edge->histogram, slice->scale, slice->first_bucket,
			conversation_slice_buckets(slice), slice->bucket_count) < 0)
		return -1;
	measures_add(&edge->measures, &slice->measures);
	graph->first = when_earlier(graph->first, slice->end);
	graph->last = when_later(graph->last, slice->end);
	return 0;
}

int graph_merge(struct graph *into, const struct graph *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct graph_edge *edge = &from->edges[i];
		struct graph_edge *sum = edge_of(into, edge->client, edge->server, edge->directed);

		if (sum == NULL || graph_edge_add(sum, edge) < 0)
			return -1;
	}
	into->first = when_earlier(into->first, from->first);
	into->last = when_later(into->last, from->last);
	return graph_edge_add(&into->rest, &from->rest);
}

static uint64_t percentile(const struct histogram *histogram, unsigned per_mille, uint64_t min,
			   uint64_t max)
{
	uint64_t value;

	if (histogram == NULL || histogram->total == 0)
		return 0;
	value = histogram_percentile(histogram, per_mille);
	if (value < min)
		return min;
	return value > max ? max : value;
}

uint64_t graph_edge_percentile(const struct graph_edge *edge, unsigned per_mille)
{
	return percentile(edge->histogram, per_mille, edge->measures.response_min_ns,
			  edge->measures.response_max_ns);
}

uint64_t graph_edge_handshake_percentile(const struct graph_edge *edge, unsigned per_mille)
{
	return percentile(edge->handshake, per_mille, edge->measures.handshake_min_ns,
			  edge->measures.handshake_max_ns);
}
