#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/node.h"
#include "tests/unit/sink/graph/flow.h"

static const char *label(const struct tagged_flow_end *end, bool addresses, bool cluster)
{
	static struct text text;
	struct node node = flow_node(end, addresses, NODE_LEVEL_SERVICE);

	text_free(&text);
	text_init(&text, 1000);
	node_add_label(&node, cluster, &text);
	return text_terminate(&text);
}

static const char *id(const struct tagged_flow_end *end)
{
	static struct text text;
	struct node node = flow_node(end, true, NODE_LEVEL_SERVICE);

	text_free(&text);
	text_init(&text, 1000);
	node_add_id(&node, &text);
	return text_terminate(&text);
}

static void names_an_end_by_its_service_first(void **state)
{
	static struct tagged_flow_end end;

	(void)state;
	flow_pod(&end, "cart-1", "n1", "shop/cart");
	snprintf(end.workload_kind, sizeof(end.workload_kind), "deployment");
	snprintf(end.workload, sizeof(end.workload), "cart-v2");
	assert_string_equal(label(&end, false, false), "shop/cart");
	assert_string_equal(id(&end), "service/shop/cart");
	end.service[0] = '\0'; /* several, and none chosen */
	assert_string_equal(label(&end, false, false), "shop/cart-v2 (deployment)");
	assert_string_equal(id(&end), "deployment/shop/cart-v2");
	end.workload[0] = '\0';
	assert_string_equal(label(&end, false, false), "shop/cart-1 (pod)");
	snprintf(end.cluster, sizeof(end.cluster), "prod");
	assert_string_equal(label(&end, false, false), "shop/cart-1 (pod)");
	assert_string_equal(label(&end, false, true), "shop/cart-1@prod (pod)");
	assert_string_equal(id(&end), "pod/prod/shop/cart-1");
}

static void names_nodes_services_and_the_outside(void **state)
{
	static struct tagged_flow_end end;

	(void)state;
	end.kind = TAGGED_FLOW_NODE;
	snprintf(end.node, sizeof(end.node), "n1");
	assert_string_equal(label(&end, false, false), "node/n1");
	assert_string_equal(id(&end), "node/n1");
	snprintf(end.service, sizeof(end.service), "shop/edge"); /* a NodePort */
	assert_string_equal(label(&end, false, false), "shop/edge");
	flow_service(&end, "shop/cart");
	assert_string_equal(label(&end, false, false), "shop/cart");
	end = (struct tagged_flow_end){.kind = TAGGED_FLOW_OUTSIDE};
	flow_address(&end, "192.0.2.7", 443);
	assert_string_equal(label(&end, false, false), "outside");
	assert_string_equal(label(&end, true, false), "outside 192.0.2.7");
	assert_string_equal(id(&end), "outside/192.0.2.7");
}

static void shows_what_is_not_known_as_such(void **state)
{
	static struct tagged_flow_end end;

	(void)state;
	flow_unknown(&end, "between_holders");
	assert_string_equal(label(&end, true, true), "unknown (between_holders)");
	end.status = TAGGED_FLOW_AMBIGUOUS;
	snprintf(end.reason, sizeof(end.reason), "hand_over");
	assert_string_equal(label(&end, true, true), "ambiguous (hand_over)");
	assert_string_equal(id(&end), "ambiguous/hand_over");
}

static void tells_a_service_of_the_namespace_node_from_a_node(void **state)
{
	static struct tagged_flow_end end;

	(void)state;
	flow_service(&end, "node/n1");
	assert_string_equal(label(&end, false, false), "node/n1 (service)");
	flow_service(&end, "nodes/n1");
	assert_string_equal(label(&end, false, false), "nodes/n1");
}

static void sends_no_control_characters_to_a_terminal(void **state)
{
	static struct tagged_flow_end end;

	(void)state;
	flow_unknown(&end, "\033[31m\xc3\xa9z\n");
	assert_string_equal(label(&end, false, false), "unknown (?[31m?"
						       "?z?)");
}

static void indexes_equal_nodes_once_and_shares_the_last_index(void **state)
{
	struct node_table table = {0};
	struct node node = {.kind = NODE_SERVICE};

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < NODES_MAX + 10; i++) {
			int32_t wanted = i < NODES_MAX - 1 ? i : NODES_MAX - 1;

			snprintf(node.name, sizeof(node.name), "s%d", i);
			assert_int_equal(node_table_index(&table, &node), wanted);
		}
	}
	assert_int_equal(table.count, NODES_MAX);
	assert_int_equal(table.further, 22);
	assert_int_equal(table.nodes[NODES_MAX - 1].kind, NODE_FURTHER);
	node_table_free(&table);
}

static void orders_namespaces_first_and_the_unknown_last(void **state)
{
	static const struct node nodes[] = {
		{.kind = NODE_WORKLOAD, .namespace = "a", .name = "z"},
		{.kind = NODE_SERVICE, .namespace = "b", .name = "a"},
		{.kind = NODE_SERVICE, .cluster = "x", .namespace = "b", .name = "a"},
		{.kind = NODE_WORKLOAD, .namespace = "b", .name = "a"},
		{.kind = NODE_SERVICE, .namespace = "b", .name = "b"},
		{.kind = NODE_NODE, .name = "n1"},
		{.kind = NODE_OUTSIDE},
		{.kind = NODE_UNKNOWN, .name = "gap"},
		{.kind = NODE_AMBIGUOUS, .name = "a"},
		{.kind = NODE_FURTHER},
	};
	int count = sizeof(nodes) / sizeof(nodes[0]);

	(void)state;
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < count; j++) {
			int order = node_compare(&nodes[i], &nodes[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_an_end_by_its_service_first),
		cmocka_unit_test(names_nodes_services_and_the_outside),
		cmocka_unit_test(shows_what_is_not_known_as_such),
		cmocka_unit_test(tells_a_service_of_the_namespace_node_from_a_node),
		cmocka_unit_test(sends_no_control_characters_to_a_terminal),
		cmocka_unit_test(indexes_equal_nodes_once_and_shares_the_last_index),
		cmocka_unit_test(orders_namespaces_first_and_the_unknown_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
