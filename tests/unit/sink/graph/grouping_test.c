#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/end.h"
#include "sink/graph/grouping.h"
#include "tests/unit/sink/graph/flow.h"

static struct end_table ends;

static int32_t pod(const char *name, const char *service, const char *workload, const char *zone)
{
	static struct tagged_flow_end end;
	char packed[END_SIZE];

	flow_pod(&end, name, "n1", service);
	snprintf(end.workload, sizeof(end.workload), "%s", workload);
	snprintf(end.workload_kind, sizeof(end.workload_kind), "deployment");
	snprintf(end.zone, sizeof(end.zone), "%s", zone);
	return end_table_index(&ends, (struct span){packed, end_pack(&end, false, packed)});
}

static const char *label(const struct node *node)
{
	static struct text text;

	text_free(&text);
	text_init(&text, 1000);
	node_add_label(node, false, &text);
	return text_terminate(&text);
}

static void assert_node(enum node_level level, int32_t end, const char *expected)
{
	struct node_table nodes = {0};
	struct grouping grouping;
	int32_t node;

	grouping_init(&grouping, &ends, level, &nodes);
	node = grouping_node(&grouping, end);
	assert_true(node >= 0);
	assert_int_equal(grouping_node(&grouping, end), node);
	assert_string_equal(label(&nodes.nodes[node]), expected);
	grouping_free(&grouping);
	node_table_free(&nodes);
}

static void groups_an_end_at_each_level(void **state)
{
	int32_t end;

	(void)state;
	end_table_init(&ends, 100);
	end = pod("cart-1", "shop/cart", "cart-v2", "eu-1a");
	assert_node(NODE_LEVEL_SERVICE, end, "shop/cart");
	assert_node(NODE_LEVEL_WORKLOAD, end, "shop/cart-v2 (deployment)");
	assert_node(NODE_LEVEL_NAMESPACE, end, "shop");
	assert_node(NODE_LEVEL_ZONE, end, "zone/eu-1a");
	end = pod("bare", NULL, "", "");
	assert_node(NODE_LEVEL_SERVICE, end, "shop/bare (pod)");
	assert_node(NODE_LEVEL_WORKLOAD, end, "shop/bare (pod)");
	assert_node(NODE_LEVEL_NAMESPACE, end, "shop");
	assert_node(NODE_LEVEL_ZONE, end, "(no zone)");
	end = end_table_index(&ends, end_further());
	assert_node(NODE_LEVEL_ZONE, end, "(further nodes)");
	end_table_free(&ends);
}

static void joins_both_ways_without_a_direction(void **state)
{
	struct node_table nodes = {0};
	struct grouping grouping;
	struct graph graph;
	struct graph_edge edge = graph_edge_none();

	(void)state;
	end_table_init(&ends, 100);
	graph_init(&graph);
	grouping_init(&grouping, &ends, NODE_LEVEL_SERVICE, &nodes);
	edge.client = pod("b", NULL, "b", "");
	edge.server = pod("a", NULL, "a", "");
	edge.measures = (struct measures){.flows = 1, .source_bytes = 10, .destination_bytes = 1};
	assert_int_equal(grouping_add(&grouping, &edge, false, &graph), 0);
	graph_edge_turn(&edge);
	assert_int_equal(grouping_add(&grouping, &edge, false, &graph), 0);
	assert_int_equal(graph.count, 1);
	assert_string_equal(label(&nodes.nodes[graph.edges[0].client]), "shop/a (deployment)");
	assert_int_equal(graph.edges[0].measures.flows, 2);
	assert_int_equal(graph.edges[0].measures.source_bytes, 2);
	assert_int_equal(graph.edges[0].measures.destination_bytes, 20);

	edge.directed = true;
	assert_int_equal(grouping_add(&grouping, &edge, false, &graph), 0);
	graph_edge_turn(&edge);
	assert_int_equal(grouping_add(&grouping, &edge, false, &graph), 0);
	assert_int_equal(graph.count, 3);
	grouping_free(&grouping);
	graph_free(&graph);
	node_table_free(&nodes);
	end_table_free(&ends);
}

static void keeps_ports_apart_if_asked(void **state)
{
	struct node_table nodes = {0};
	struct grouping grouping;
	struct graph graph;
	struct graph_edge edge = graph_edge_none();

	(void)state;
	end_table_init(&ends, 100);
	graph_init(&graph);
	grouping_init(&grouping, &ends, NODE_LEVEL_SERVICE, &nodes);
	edge.client = edge.server = pod("a", NULL, "a", "");
	for (int32_t port = 80; port < 83; port++) {
		edge.transport = 6;
		edge.port = port;
		assert_int_equal(grouping_add(&grouping, &edge, true, &graph), 0);
		assert_int_equal(graph.count, (size_t)port - 79);
	}
	graph_clear(&graph);
	assert_int_equal(grouping_add(&grouping, &edge, false, &graph), 0);
	assert_int_equal(graph.edges[0].port, -1);
	assert_int_equal(graph.edges[0].transport, -1);
	grouping_free(&grouping);
	graph_free(&graph);
	node_table_free(&nodes);
	end_table_free(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_an_end_at_each_level),
		cmocka_unit_test(joins_both_ways_without_a_direction),
		cmocka_unit_test(keeps_ports_apart_if_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
