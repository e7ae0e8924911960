#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/window.h"
#include "tests/unit/sink/graph/flow.h"

/* A counted slice of SECONDS that answered one request in 1 ms. */
static struct conversation_slice *slice_at(int64_t seconds, int32_t client, int32_t server)
{
	static struct tagged_flow flow;
	struct conversation_slice *slice;

	flow_make(&flow, seconds, (double)seconds - 0.5, (double)seconds, "n1", "veth1");
	flow.requests = 1;
	flow.response.count = 1;
	flow.response.sum_ns = flow.response.min_ns = flow.response.max_ns = 1000000;
	flow.response.scale = 3;
	flow.response.offset = 159;
	flow.response.bucket_count = 1;
	flow.response.buckets[0] = 1;
	slice = conversation_slice_new(&flow, client, server);
	assert_non_null(slice);
	slice->counted = slice->ends_flow = true;
	return slice;
}

static void add_at(struct window *window, int64_t seconds)
{
	struct conversation_slice *slice = slice_at(seconds, 0, 1);

	assert_int_equal(window_add(window, slice), 0);
	conversation_slice_free(slice);
}

static uint64_t flows_in(const struct window *window)
{
	struct graph graph;
	uint64_t flows;

	graph_init(&graph);
	assert_int_equal(window_sum(window, &graph), 0);
	flows = graph_total(&graph).flows;
	graph_free(&graph);
	return flows;
}

static void lets_the_oldest_fall_off(void **state)
{
	static struct window window;

	(void)state;
	window_init(&window, 30 * NS_PER_SECOND);
	assert_int_equal(window_start(&window).ns, WHEN_MIN.ns);
	add_at(&window, 5); /* time has not begun */
	assert_int_equal(window.late, 1);
	for (int64_t i = 1; i <= 100; i++) {
		window_advance(&window, (struct when){i * NS_PER_SECOND});
		add_at(&window, i);
	}
	assert_int_equal(flows_in(&window), 30);
	assert_int_equal(window_start(&window).ns, 71 * NS_PER_SECOND);
	add_at(&window, 71);
	add_at(&window, 70);
	add_at(&window, 101);
	assert_int_equal(window.late, 3);
	assert_int_equal(flows_in(&window), 31);
	window_advance(&window, (struct when){1});
	assert_int_equal(flows_in(&window), 31);
	window_advance(&window, (struct when){110 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 20);
	window_advance(&window, (struct when){100000 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 0);
	window_free(&window);
}

static void stands_before_1970_too(void **state)
{
	static struct window window;

	(void)state;
	window_init(&window, 30 * NS_PER_SECOND);
	window_advance(&window, (struct when){-45 * NS_PER_SECOND});
	add_at(&window, -45);
	add_at(&window, -50);
	window_advance(&window, (struct when){-20 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 1);
	window_free(&window);
}

static void merges_graphs_with_their_histograms(void **state)
{
	struct graph graph, other;
	struct conversation_slice *slice = slice_at(1, 3, 4);

	(void)state;
	graph_init(&graph);
	graph_init(&other);
	for (int i = 0; i < 3; i++)
		assert_int_equal(graph_add(i == 0 ? &graph : &other, slice), 0);
	slice->error = CONVERSATION_REFUSED;
	slice->response_max_ns = 2000000;
	slice->server = 5;
	assert_int_equal(graph_add(&other, slice), 0);
	assert_int_equal(graph_merge(&graph, &other), 0);
	assert_int_equal(graph.count, 2);
	assert_int_equal(graph.edges[0].flows, 3);
	assert_int_equal(graph.edges[0].histogram->total, 3);
	assert_int_equal(graph.edges[1].refused, 1);
	assert_int_equal(graph_total(&graph).response_max_ns, 2000000);
	assert_int_equal(graph.first.ns, NS_PER_SECOND);
	slice->counted = false;
	assert_int_equal(graph_add(&graph, slice), 0);
	assert_int_equal(graph_total(&graph).flows, 4);
	conversation_slice_free(slice);
	graph_free(&graph);
	graph_free(&other);
}

static void sums_the_edges_that_do_not_fit(void **state)
{
	struct graph graph;
	struct conversation_slice *slice = slice_at(1, 0, 0);

	(void)state;
	slice->bucket_count = 0;
	graph_init(&graph);
	for (int32_t i = 0; i < GRAPH_EDGES_MAX + 5; i++) {
		slice->client = i % 300;
		slice->server = i / 300;
		assert_int_equal(graph_add(&graph, slice), 0);
	}
	assert_int_equal(graph.count, GRAPH_EDGES_MAX);
	assert_int_equal(graph.rest.flows, 5);
	assert_int_equal(graph_total(&graph).flows, GRAPH_EDGES_MAX + 5);
	conversation_slice_free(slice);
	graph_free(&graph);
}

static void folds_small_edges_into_one(void **state)
{
	struct graph graph;
	struct conversation_slice *slice = slice_at(1, 0, 0);

	(void)state;
	graph_init(&graph);
	assert_int_equal(graph_fold(&graph, 5), 0);
	for (int32_t i = 0; i < 100; i++) {
		slice->client = i < 50 ? 1 : i;
		assert_int_equal(graph_add(&graph, slice), 0);
	}
	assert_int_equal(graph_fold(&graph, 1), 0);
	assert_int_equal(graph.count, 51);
	assert_int_equal(graph_fold(&graph, 2), 0);
	assert_int_equal(graph.count, 1);
	assert_int_equal(graph.rest.flows, 50);
	assert_int_equal(graph.rest.histogram->total, 50);
	assert_int_equal(graph_total(&graph).flows, 100);
	slice->client = 1;
	assert_int_equal(graph_add(&graph, slice), 0);
	assert_int_equal(graph.edges[0].flows, 51);
	conversation_slice_free(slice);
	graph_free(&graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_the_oldest_fall_off),
		cmocka_unit_test(stands_before_1970_too),
		cmocka_unit_test(merges_graphs_with_their_histograms),
		cmocka_unit_test(sums_the_edges_that_do_not_fit),
		cmocka_unit_test(folds_small_edges_into_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
