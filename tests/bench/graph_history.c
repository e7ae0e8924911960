/* graph_history FOLDER EDGES MINUTES [messages] - fills a history with EDGES edges in each of MINUTES minutes, unless
 * that is done, with requests as turns or as messages, and asks it for graphs of windows of several lengths at drawn
 * times. Prints what each took, in CPU time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sink/graph/end.h"
#include "sink/graph/history/history.h"
#include "sink/graph/history/history_rows.h"

#define START_MINUTE 29900160 /* the beginning of a day */
#define ENDS 1000
#define QUESTIONS 100
#define BUCKETS 8
#define STRIDE 7919 /* a prime: the edges of each minute come in another order */

static uint64_t drawn = 42;

static uint64_t draw(uint64_t below)
{
	drawn = drawn * 6364136223846793005u + 1442695040888963407u;
	return (drawn >> 33) % below;
}

static double cpu_ms(void)
{
	return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

static void fill_ends(struct end_table *ends)
{
	static struct tagged_flow_end end = {.status = TAGGED_FLOW_KNOWN, .kind = TAGGED_FLOW_POD};
	char packed[END_SIZE];

	for (int i = 0; i < ENDS; i++) {
		snprintf(end.namespace, sizeof(end.namespace), "namespace-%d", i % 20);
		snprintf(end.workload, sizeof(end.workload), "workload-%d", i);
		snprintf(end.workload_kind, sizeof(end.workload_kind), "deployment");
		snprintf(end.service, sizeof(end.service), "%s/service-%d", end.namespace, i / 2);
		end_table_index(ends, (struct span){packed, end_pack(&end, false, packed)});
	}
}

/* Edge NUMBER in MINUTE. */
static int add(struct history *history, struct tagged_flow *flow, uint64_t number, int32_t minute)
{
	int32_t client = (int32_t)(number % ENDS),
		server = (int32_t)((number * 7 + number / ENDS) % ENDS);
	struct conversation_slice *slice;
	int rc;

	flow->end =
		(struct when){history_minute_start(minute).ns + (int64_t)draw(60) * NS_PER_SECOND};
	flow->source.bytes = 500 + draw(100000);
	flow->destination.bytes = 500 + draw(1000000);
	flow->source.packets = flow->destination.packets = 5 + draw(1000);
	flow->requests = flow->response.count = BUCKETS;
	flow->response.offset = 150 + (int32_t)draw(20);
	flow->response.sum_ns = draw(100000000);
	flow->response.min_ns = 100000;
	flow->response.max_ns = 10000000;
	flow->handshake_ns = 100000 + draw(1000000);
	if (flow->messages.requests > 0) {
		flow->messages.first_byte = flow->messages.last_byte = flow->response;
		flow->messages.last_byte.sum_ns += draw(10000000);
		flow->messages.last_byte.offset += (int32_t)draw(8);
	}
	slice = conversation_slice_new(flow, client, server);
	if (slice == NULL)
		return -1;
	slice->counted = true;
	slice->measures.flows = 1;
	rc = history_add(history, slice);
	conversation_slice_free(slice);
	return rc;
}

static int fill(struct history *history, uint64_t edges, int32_t minutes, bool messages)
{
	static struct tagged_flow flow = {
		.transport = "tcp", .directed = true, .has_handshake = true};

	uint64_t first;

	flow.destination.port = 8080;
	flow.response.scale = 3;
	flow.response.bucket_count = BUCKETS;
	for (int i = 0; i < BUCKETS; i++)
		flow.response.buckets[i] = 1;
	if (messages) {
		snprintf(flow.messages.protocol, sizeof(flow.messages.protocol), "http");
		flow.messages.requests = flow.messages.responses = BUCKETS;
	}
	for (int32_t minute = START_MINUTE; minute < START_MINUTE + minutes; minute++) {
		flow.start = flow.end = history_minute_start(minute);
		if (history_note(history, &flow) < 0)
			return -1;
		first = draw(edges);
		for (uint64_t i = 0; i < edges; i++) {
			if (add(history, &flow, (first + i * STRIDE) % edges, minute) < 0)
				return -1;
		}
		if (history_is_full(history) && history_save(history, span_of("")) < 0)
			return -1;
	}
	if (history_save(history, span_of("")) < 0)
		return -1;
	return history_flush(history);
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int ask(struct history *history, int32_t minutes, int32_t length)
{
	double took[QUESTIONS];
	size_t edges = 0;

	for (int i = 0; i < QUESTIONS; i++) {
		int32_t to =
			START_MINUTE + length + (int32_t)draw((uint64_t)(minutes - length) + 1);
		struct node_table nodes = {0};
		struct graph graph;
		double begun = cpu_ms();

		graph_init(&graph);
		if (history_sum(history, history_minute_start(to - length),
				history_minute_start(to), NODE_LEVEL_SERVICE, NULL, &nodes,
				&graph) < 0)
			return -1;
		edges = graph.count;
		graph_free(&graph);
		node_table_free(&nodes);
		took[i] = cpu_ms() - begun;
	}
	qsort(took, QUESTIONS, sizeof(took[0]), compare);
	printf("window of %5" PRId32 " minutes: %zu edges, p50 %.1f ms, p99 %.1f ms\n", length,
	       edges, took[QUESTIONS / 2], took[QUESTIONS - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	static const int32_t lengths[] = {5, 60, 1440, 7 * 1440};
	struct history_options options = {NULL, 30 * 86400 * NS_PER_SECOND, 262144, GRAPH_EDGES_MAX,
					  0};
	struct end_table ends;
	struct history *history;
	uint64_t edges;
	int32_t minutes;
	double begun;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: graph_history FOLDER EDGES MINUTES [messages]\n");
		return 64;
	}
	options.folder = argv[1];
	edges = strtoull(argv[2], NULL, 10);
	minutes = (int32_t)strtol(argv[3], NULL, 10);
	end_table_init(&ends, ENDS + 1);
	fill_ends(&ends);
	history = history_open(&options, &ends);
	begun = cpu_ms();
	if (history == NULL)
		return 1;
	if (when_is_max(history_bounds(history).first)) {
		if (fill(history, edges, minutes, argc == 5) < 0)
			return 1;
		printf("%" PRIu64 " edges, %" PRId32
		       " minutes: %.2f us of CPU for each edge of a minute\n",
		       edges, minutes, (cpu_ms() - begun) * 1000 / (double)edges / minutes);
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		if (lengths[i] <= minutes && ask(history, minutes, lengths[i]) < 0)
			return 1;
	}
	history_close(history);
	end_table_free(&ends);
	return 0;
}
