#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/graph.h"
#include "tests/unit/sink/graph/flow.h"

static void merges_graphs_with_their_histograms(void **state)
{
	struct graph graph, other;
	struct conversation_slice *slice = flow_slice(1, 3, 4);

	(void)state;
	graph_init(&graph);
	graph_init(&other);
	for (int i = 0; i < 3; i++)
		assert_int_equal(graph_add(i == 0 ? &graph : &other, slice), 0);
	slice->measures.refused = 1;
	slice->measures.response.max_ns = 2000000;
	slice->server = 5;
	assert_int_equal(graph_add(&other, slice), 0);
	assert_int_equal(graph_merge(&graph, &other), 0);
	assert_int_equal(graph.count, 2);
	assert_int_equal(graph.edges[0].measures.flows, 3);
	assert_int_equal(graph.edges[0].histogram->total, 3);
	assert_int_equal(graph.edges[1].measures.refused, 1);
	assert_int_equal(graph.edges[1].measures.response.max_ns, 2000000);
	assert_int_equal(graph.first.ns, NS_PER_SECOND);
	slice->counted = false;
	assert_int_equal(graph_add(&graph, slice), 0);
	assert_int_equal(graph.edges[1].measures.flows, 1);
	conversation_slice_free(slice);
	graph_free(&graph);
	graph_free(&other);
}

static void sums_the_edges_that_do_not_fit(void **state)
{
	struct graph graph;
	struct conversation_slice *slice = flow_slice(1, 0, 0);

	(void)state;
	slice->response.count = 0;
	graph_init(&graph);
	for (int32_t i = 0; i < GRAPH_EDGES_MAX + 5; i++) {
		slice->client = i % 300;
		slice->server = i / 300;
		assert_int_equal(graph_add(&graph, slice), 0);
	}
	assert_int_equal(graph.count, GRAPH_EDGES_MAX);
	assert_int_equal(graph.rest.measures.flows, 5);
	conversation_slice_free(slice);
	graph_free(&graph);
}

struct family_case {
	uint64_t requests, responses, turns;
	bool incomplete, messages;
};

static struct conversation_slice *slice_of(const struct family_case *wanted)
{
	static struct tagged_flow flow;
	struct conversation_slice *slice;

	flow_make(&flow, 1, 1, 2, "n1", "veth1");
	snprintf(flow.messages.protocol, sizeof(flow.messages.protocol), "http");
	flow.requests = flow.response.count = wanted->turns;
	flow.response.bucket_count = 1;
	flow.response.buckets[0] = wanted->turns;
	flow.messages.requests = wanted->requests;
	flow.messages.responses = wanted->responses;
	flow.messages.incomplete = wanted->incomplete;
	flow.messages.first_byte.count = wanted->responses;
	flow.messages.first_byte.bucket_count = 1;
	flow.messages.first_byte.buckets[0] = wanted->responses;
	slice = conversation_slice_new(&flow, 0, 1);
	assert_non_null(slice);
	assert_string_equal(conversation_slice_observer(slice), "n1");
	slice->counted = true;
	return slice;
}

static void check_family(const struct graph_edge *edge, const struct family_case *wanted)
{
	const struct messages_kind *kind;

	assert_int_equal(edge->messages != NULL, wanted->messages);
	if (!wanted->messages) {
		assert_int_equal(edge->measures.requests, wanted->turns);
		assert_int_equal(edge->measures.response.count, wanted->turns);
		assert_int_equal(edge->measures.set_aside,
				 wanted->requests + wanted->responses > 0);
		return;
	}
	kind = &edge->messages->kinds[0];
	assert_int_equal(kind->counts.records, 1);
	assert_int_equal(kind->counts.requests, wanted->requests);
	assert_int_equal(kind->counts.turns, wanted->turns);
	assert_int_equal(kind->counts.incomplete, wanted->incomplete);
	assert_int_equal(kind->first_byte.count, wanted->responses);
	if (wanted->responses > 0)
		assert_int_equal(kind->first_bytes->total, wanted->responses);
	assert_int_equal(edge->measures.requests, 0);
	assert_int_equal(edge->measures.response.count, 0);
	assert_null(edge->histogram);
	assert_int_equal(edge->measures.set_aside, 0);
}

/* A slice is in one family of requests. */
static void messages_and_turns_are_counted_apart(void **state)
{
	static const struct family_case cases[] = {
		{5, 5, 5, false, true}, {9, 9, 1, false, true},  {1, 1, 2, false, true},
		{1, 0, 0, false, true}, {0, 1, 1, false, true},  {5, 5, 5, true, true},
		{9, 7, 1, true, true},  {5, 4, 5, true, false},  {5, 0, 5, true, false},
		{1, 0, 0, true, false}, {0, 0, 3, false, false}, {0, 0, 3, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conversation_slice *slice = slice_of(&cases[i]);
		struct graph graph;

		graph_init(&graph);
		assert_int_equal(graph_add(&graph, slice), 0);
		check_family(&graph.edges[0], &cases[i]);
		conversation_slice_free(slice);
		graph_free(&graph);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_graphs_with_their_histograms),
		cmocka_unit_test(sums_the_edges_that_do_not_fit),
		cmocka_unit_test(messages_and_turns_are_counted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
