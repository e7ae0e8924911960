#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "sink/graph/conversation/conversations.h"
#include "tests/unit/sink/graph/flow.h"
#include "tests/unit/sink/graph/tally.h"

static void counts_before_and_after_dnat_once_at_the_client(void **state)
{
	static struct tagged_flow flows[3];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n1", "eth0");
	flow_make(&flows[1], 1, 1.002, 2, "n2", "veth9");
	flow_make(&flows[2], 2, 1.0015, 2, "n1", "veth1");
	flow_address(&flows[2].destination, "10.96.0.10", 80);
	flow_service(&flows[2].destination, "shop/web");
	flows[2].source.bytes = 77;
	sum = tally_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.measures.flows, 1);
	assert_int_equal(sum.measures.source_bytes, 77);
	assert_int_equal(sum.servers, 1u << 2);
}

static void keeps_another_service_apart(void **state)
{
	static struct tagged_flow flows[2];

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n2", "veth9");
	flow_make(&flows[1], 1, 1, 2, "n1", "veth1");
	flow_address(&flows[1].destination, "10.96.0.11", 80);
	flow_service(&flows[1].destination, "shop/db");
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 2);
}

static void joins_an_unknown_end_that_got_the_same_packets(void **state)
{
	static struct tagged_flow flows[2];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n2", "veth9");
	flow_unknown(&flows[0].destination, "hand_over");
	flows[0].destination.service_count = 0;
	flow_make(&flows[1], 1, 1, 2, "n1", "veth1");
	flow_address(&flows[1].destination, "10.96.0.10", 80);
	flow_service(&flows[1].destination, "shop/web");
	sum = tally_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 1);
	flows[0].source.packets++; /* TCP is decided by its SYN */
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 1);
	snprintf(flows[0].transport, sizeof(flows[0].transport), "udp");
	snprintf(flows[1].transport, sizeof(flows[1].transport), "udp");
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 2);
	flows[0].source.packets--;
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 1);
}

static void joins_the_rest_of_a_broken_connection(void **state)
{
	static struct tagged_flow flows[2];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1, 60, "n1", "veth1");
	flow_address(&flows[0].destination, "10.96.0.10", 80);
	flow_service(&flows[0].destination, "shop/web");
	flow_make(&flows[1], 1, 50, 50, "n2", "veth9");
	flow_pod(&flows[1].destination, "db-0", "n2", "shop/db");
	flows[1].source.tcp_flags = TCP_ACK | TCP_PSH;
	flows[1].destination.tcp_flags = TCP_RST;
	sum = tally_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 0);
	flows[1].destination.tcp_flags = TCP_ACK;
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 2);
}

static void prefers_a_node_port_to_the_pod_behind_it(void **state)
{
	static struct tagged_flow flows[2];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n1", "veth9");
	flow_make(&flows[1], 1, 1, 2, "n3", "eth0");
	flow_address(&flows[1].destination, "192.168.1.3", 30080);
	flow_pod(&flows[1].destination, "", "n3", "shop/web");
	flows[1].destination.kind = TAGGED_FLOW_NODE;
	sum = tally_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 1);
	/* After a service's address a node is a pod on the host network. */
	flow_service(&flows[0].destination, "shop/web");
	sum = tally_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 0);
}

static void keeps_two_services_of_one_pod_apart(void **state)
{
	static struct tagged_flow flows[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		flow_make(&flows[i], i, 1, 2, i < 2 ? "n1" : "n2", i < 2 ? "veth1" : "veth9");
	flow_address(&flows[0].destination, "10.96.0.10", 80);
	flow_service(&flows[0].destination, "shop/web");
	flow_address(&flows[1].destination, "10.96.0.11", 80);
	flow_service(&flows[1].destination, "shop/admin");
	snprintf(flows[2].destination.services[1], sizeof(flows[2].destination.services[1]),
		 "shop/admin");
	flows[2].destination.service_count = 2;
	assert_int_equal(tally_in_any_order(flows, 3).measures.flows, 2);
}

static void keeps_two_pods_of_a_service_apart(void **state)
{
	static struct tagged_flow flows[2];

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n2", "veth9");
	flow_make(&flows[1], 1, 1, 2, "n2", "veth8");
	flow_address(&flows[1].destination, "10.0.0.3", 8080);
	flow_pod(&flows[1].destination, "web-2", "n2", "shop/web");
	assert_int_equal(tally_in_any_order(flows, 2).conversations, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_before_and_after_dnat_once_at_the_client),
		cmocka_unit_test(keeps_another_service_apart),
		cmocka_unit_test(joins_an_unknown_end_that_got_the_same_packets),
		cmocka_unit_test(joins_the_rest_of_a_broken_connection),
		cmocka_unit_test(prefers_a_node_port_to_the_pod_behind_it),
		cmocka_unit_test(keeps_two_services_of_one_pod_apart),
		cmocka_unit_test(keeps_two_pods_of_a_service_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
