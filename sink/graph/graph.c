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
	*graph = (struct graph){.limit = GRAPH_EDGES_MAX};
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
	*graph = (struct graph){.limit = graph->limit, .by_port = graph->by_port};
	reset(graph);
}

static bool alike(const struct graph_edge *a, const struct graph_edge *b)
{
	return a->client == b->client && a->server == b->server && a->directed == b->directed &&
	       a->transport == b->transport && a->port == b->port;
}

static size_t slot_of(const struct graph *graph, const struct graph_edge *like)
{
	const int32_t key[] = {like->client, like->server, like->transport, like->port};
	size_t slot = hash_quick(HASH_START, key, sizeof(key)) & (graph->slot_count - 1);

	while (graph->slots[slot] != 0) {
		if (alike(&graph->edges[graph->slots[slot] - 1], like))
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
		slots[slot_of(graph, &edges[i])] = (uint32_t)(i + 1);
	return 0;
}

struct graph_edge *graph_edge_like(struct graph *graph, const struct graph_edge *like)
{
	if (graph->limit == 0)
		return &graph->rest;
	if (graph->count == graph->capacity && graph->count < graph->limit && grow(graph) < 0)
		return NULL;

	size_t slot = slot_of(graph, like);

	if (graph->slots[slot] == 0) {
		struct graph_edge *edge = &graph->edges[graph->count];

		if (graph->count >= graph->limit)
			return &graph->rest;
		*edge = (struct graph_edge){.client = like->client,
					    .server = like->server,
					    .directed = like->directed,
					    .transport = like->transport,
					    .port = like->port};
		graph->slots[slot] = (uint32_t)++graph->count;
	}
	return &graph->edges[graph->slots[slot] - 1];
}

const struct graph_edge *graph_find(const struct graph *graph, const struct graph_edge *like)
{
	uint32_t found = graph->count == 0 ? 0 : graph->slots[slot_of(graph, like)];

	return found == 0 ? NULL : &graph->edges[found - 1];
}

static int add_histogram(struct histogram **sum, const struct histogram *more)
{
	return more == NULL
		       ? 0
		       : histogram_add(sum, more->scale, more->offset, more->counts, more->used);
}

/* A slice has one handshake at most. */
static int add_handshake(struct graph_edge *edge, uint64_t rtt_ns)
{
	const uint64_t one = 1;

	return histogram_add(&edge->handshake, HISTOGRAM_OWN_SCALE,
			     histogram_index(rtt_ns, HISTOGRAM_OWN_SCALE), &one, 1);
}

struct graph_edge graph_edge_none(void)
{
	return (struct graph_edge){.client = -1, .server = -1, .transport = -1, .port = -1};
}

void graph_edge_clear(struct graph_edge *edge)
{
	free(edge->histogram);
	free(edge->handshake);
	messages_free(edge->messages);
	edge->histogram = edge->handshake = NULL;
	edge->messages = NULL;
}

void graph_edge_reset(struct graph_edge *edge)
{
	edge->measures = (struct measures){0};
	if (edge->histogram != NULL)
		histogram_clear(edge->histogram);
	if (edge->handshake != NULL)
		histogram_clear(edge->handshake);
	messages_reset(edge->messages);
}

void graph_edge_turn(struct graph_edge *edge)
{
	int32_t client = edge->client;

	edge->client = edge->server;
	edge->server = client;
	measures_turn(&edge->measures);
	messages_turn(edge->messages);
}

static int add_edge(struct graph_edge *into, const struct graph_edge *from, bool turned)
{
	struct measures measures = from->measures;

	if (add_histogram(&into->histogram, from->histogram) < 0 ||
	    add_histogram(&into->handshake, from->handshake) < 0 ||
	    messages_add(&into->messages, from->messages, turned) < 0)
		return -1;
	if (turned)
		measures_turn(&measures);
	measures_add(&into->measures, &measures);
	return 0;
}

int graph_edge_add(struct graph_edge *into, const struct graph_edge *from)
{
	return add_edge(into, from, false);
}

int graph_edge_add_turned(struct graph_edge *into, const struct graph_edge *from)
{
	return add_edge(into, from, true);
}

static int add_buckets(struct histogram **sum, const struct conversation_buckets *buckets,
		       const uint64_t *counts)
{
	if (buckets->count == 0)
		return 0;
	return histogram_add(sum, buckets->scale, buckets->first, counts, buckets->count);
}

static int add_messages(struct graph_edge *edge, const struct conversation_slice *slice)
{
	const struct conversation_messages *more = slice->messages;
	const uint64_t *counts = conversation_slice_buckets(slice) + slice->response.count;
	struct messages_kind *sum;

	if (more == NULL)
		return 0;
	sum = messages_like(&edge->messages, more->kind.protocol, more->kind.from_server);
	if (sum == NULL || add_buckets(&sum->first_bytes, &more->first_bytes, counts) < 0 ||
	    add_buckets(&sum->last_bytes, &more->last_bytes, counts + more->first_bytes.count) < 0)
		return -1;
	return messages_kind_add(sum, &more->kind);
}

int graph_add(struct graph *graph, const struct conversation_slice *slice)
{
	const struct graph_edge like = {
		.client = slice->client,
		.server = slice->server,
		.directed = slice->directed,
		.transport = graph->by_port ? slice->protocol : -1,
		.port = graph->by_port ? slice->server_port : -1,
	};
	struct graph_edge *edge;

	if (!slice->counted)
		return 0;
	edge = graph_edge_like(graph, &like);
	if (edge == NULL)
		return -1;
	if (add_buckets(&edge->histogram, &slice->response, conversation_slice_buckets(slice)) <
		    0 ||
	    add_messages(edge, slice) < 0)
		return -1;
	if (slice->measures.handshake.count > 0 &&
	    add_handshake(edge, slice->measures.handshake.sum_ns) < 0)
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
		struct graph_edge *sum = graph_edge_like(into, edge);

		if (sum == NULL || graph_edge_add(sum, edge) < 0)
			return -1;
	}
	into->first = when_earlier(into->first, from->first);
	into->last = when_later(into->last, from->last);
	return graph_edge_add(&into->rest, &from->rest);
}

uint64_t graph_edge_percentile(const struct graph_edge *edge, unsigned per_mille)
{
	return durations_percentile(&edge->measures.response, edge->histogram, per_mille);
}

uint64_t graph_edge_handshake_percentile(const struct graph_edge *edge, unsigned per_mille)
{
	return durations_percentile(&edge->measures.handshake, edge->handshake, per_mille);
}
