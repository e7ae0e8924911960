#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_graphs_with_their_histograms),
		cmocka_unit_test(sums_the_edges_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
