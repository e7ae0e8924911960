#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/snapshot.h"
#include "tests/unit/sink/graph/flow.h"

/* Adds a node called NAME in NAMESPACE of CLUSTER. */
static int32_t add_node(struct node_table *nodes, const char *cluster, const char *namespace,
			const char *name)
{
	struct node node = {.kind = NODE_SERVICE};

	snprintf(node.cluster, sizeof(node.cluster), "%s", cluster);
	snprintf(node.namespace, sizeof(node.namespace), "%s", namespace);
	snprintf(node.name, sizeof(node.name), "%s", name);
	return node_table_index(nodes, &node);
}

static void add_flows(struct graph *graph, int32_t client, int32_t server, int count)
{
	struct conversation_slice *slice = flow_slice(1, client, server);

	assert_non_null(slice);
	for (int i = 0; i < count; i++)
		assert_int_equal(graph_add(graph, slice), 0);
	conversation_slice_free(slice);
}

static void puts_nodes_and_edges_in_order(void **state)
{
	struct node_table nodes = {0};
	struct snapshot snapshot;
	struct graph graph;
	int32_t z = add_node(&nodes, "", "b", "z"), unused = add_node(&nodes, "", "b", "y");
	int32_t x = add_node(&nodes, "", "b", "x"), a = add_node(&nodes, "", "a", "a");

	(void)state;
	graph_init(&graph);
	add_flows(&graph, z, a, 1);
	add_flows(&graph, x, z, 1);
	add_flows(&graph, x, a, 1);
	assert_int_equal(unused, 1);
	assert_int_equal(snapshot_make(&snapshot, &graph, &nodes, 0, SIZE_MAX), 0);
	assert_int_equal(snapshot.node_count, 3);
	assert_string_equal(snapshot_label(&snapshot, 0), "a/a");
	assert_string_equal(snapshot_label(&snapshot, 1), "b/x");
	assert_string_equal(snapshot_id(&snapshot, 2), "service/b/z");
	assert_int_equal(snapshot.edge_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(snapshot.edges[i].client, i < 2 ? 1 : 2);
		assert_int_equal(snapshot.edges[i].server, i == 1 ? 2 : 0);
		assert_int_equal(snapshot_begins_namespace(&snapshot, i), i < 2);
		assert_int_equal(snapshot_ends_namespace(&snapshot, i), i != 1);
	}
	snapshot_free(&snapshot);
	graph_free(&graph);
	node_table_free(&nodes);
}

static void names_clusters_if_there_are_several(void **state)
{
	struct node_table nodes = {0};
	struct snapshot snapshot;
	struct graph graph;
	int32_t one = add_node(&nodes, "east", "a", "a");

	(void)state;
	graph_init(&graph);
	add_flows(&graph, one, one, 1);
	for (int clusters = 1; clusters <= 2; clusters++) {
		assert_int_equal(snapshot_make(&snapshot, &graph, &nodes, 0, SIZE_MAX), 0);
		assert_string_equal(snapshot_label(&snapshot, 0),
				    clusters == 1 ? "a/a" : "a/a@east");
		snapshot_free(&snapshot);
		add_node(&nodes, "west", "a", "a");
	}
	graph_free(&graph);
	node_table_free(&nodes);
}

static void sums_small_edges(void **state)
{
	struct node_table nodes = {0};
	struct snapshot snapshot;
	struct graph graph;

	(void)state;
	graph_init(&graph);
	assert_int_equal(snapshot_make(&snapshot, &graph, &nodes, 5, SIZE_MAX), 0);
	assert_int_equal(snapshot.edge_count, 0);
	assert_true(when_before(snapshot.last, snapshot.first));
	snapshot_free(&snapshot);
	for (int i = 0; i < 51; i++)
		add_flows(&graph, add_node(&nodes, "", "a", (char[]){(char)('0' + i), '\0'}), 0,
			  i == 0 ? 50 : 1);
	for (uint64_t least = 1; least <= 2; least++) {
		assert_int_equal(snapshot_make(&snapshot, &graph, &nodes, least, SIZE_MAX), 0);
		assert_int_equal(snapshot.edge_count, least == 1 ? 51 : 1);
		assert_int_equal(snapshot.rest.measures.flows, least == 1 ? 0 : 50);
		if (least == 2)
			assert_int_equal(snapshot.rest.histogram->total, 50);
		assert_int_equal(snapshot.total.measures.flows, 100);
		snapshot_free(&snapshot);
	}
	graph_free(&graph);
	node_table_free(&nodes);
}

/* Of the equal ones those that come first: an answer is the same whatever order the flows had. */
static void keeps_as_many_as_it_may(void **state)
{
	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct node_table nodes = {0};
		struct snapshot snapshot;
		struct graph graph;

		graph_init(&graph);
		for (int i = 0; i < 9; i++) {
			int number = turn == 0 ? i : 8 - i;
			char name[] = {(char)('a' + number), '\0'};
			int32_t server = add_node(&nodes, "", "x", "server");

			add_flows(&graph, add_node(&nodes, "", "a", name), server,
				  number == 8 ? 3 : 2);
		}
		assert_int_equal(snapshot_make(&snapshot, &graph, &nodes, 0, 4), 0);
		assert_int_equal(snapshot.edge_count, 4);
		assert_int_equal(snapshot.node_count, 5);
		assert_string_equal(snapshot_label(&snapshot, snapshot.edges[0].client), "a/a");
		assert_string_equal(snapshot_label(&snapshot, snapshot.edges[2].client), "a/c");
		assert_string_equal(snapshot_label(&snapshot, snapshot.edges[3].client), "a/i");
		assert_int_equal(snapshot.rest.measures.flows, 10);
		assert_int_equal(snapshot.total.measures.flows, 19);
		snapshot_free(&snapshot);
		graph_free(&graph);
		node_table_free(&nodes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_nodes_and_edges_in_order),
		cmocka_unit_test(names_clusters_if_there_are_several),
		cmocka_unit_test(sums_small_edges),
		cmocka_unit_test(keeps_as_many_as_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
