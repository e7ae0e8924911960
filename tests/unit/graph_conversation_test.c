#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/conversations.h"
#include "tests/unit/graph_flow.h"

/* What was counted of some records, over all conversations. */
struct counted {
	unsigned conversations, slices, flows;
	uint64_t bytes; /* of the sources */
	unsigned refused, unanswered, reset;
	unsigned servers; /* of the counted slices, a bit for each */
};

static void add(struct conversations *table, const struct tagged_flow *flow, int32_t server)
{
	struct conversation_slice *slice = conversation_slice_new(flow, 0, server);

	assert_non_null(slice);
	assert_int_equal(conversations_add(table, flow, slice), 0);
}

static void count_one(struct conversation *conversation, struct when from, struct when to,
		      struct counted *sum)
{
	conversation_choose(conversation, from, to);
	sum->conversations++;
	for (size_t i = 0; i < conversation->count; i++) {
		const struct conversation_slice *slice = conversation->slices[i];

		if (!slice->counted)
			continue;
		sum->slices++;
		sum->flows += slice->ends_flow;
		sum->bytes += slice->source_bytes;
		sum->servers |= 1u << slice->server;
		sum->refused += slice->error == CONVERSATION_REFUSED;
		sum->unanswered += slice->error == CONVERSATION_UNANSWERED;
		sum->reset += slice->error == CONVERSATION_RESET;
	}
}

static struct counted count_window(struct conversations *table, struct when from, struct when to)
{
	struct counted sum = {0};
	struct conversation *conversation;

	conversations_settle(table, WHEN_MAX);
	assert_null(conversations_next(table, NULL));
	while ((conversation = conversations_next_settled(table))) {
		count_one(conversation, from, to, &sum);
		conversation_free(conversation);
	}
	return sum;
}

static struct counted count(struct conversations *table)
{
	return count_window(table, WHEN_MIN, WHEN_MAX);
}

/* Adds FLOWS in every one of some orders; the sums must be the same. Record I goes
 * to server I. */
static struct counted count_in_any_order(const struct tagged_flow *flows, size_t number)
{
	struct counted first = {0}, sum;

	for (size_t turn = 0; turn < number * 2; turn++) {
		struct conversations *table = conversations_new(100);

		for (size_t i = 0; i < number; i++) {
			size_t at = (turn < number ? i + turn : 2 * number - i - 1 + turn) % number;

			add(table, &flows[at], (int32_t)at);
		}
		sum = count(table);
		if (turn == 0)
			first = sum;
		assert_memory_equal(&sum, &first, sizeof(sum));
		conversations_free(table);
	}
	return first;
}

static void counts_one_observer_of_the_very_same_packets(void **state)
{
	static struct tagged_flow flows[3];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1.002, 2.002, "n2", "veth9");
	flow_make(&flows[1], 1, 1.001, 2.001, "n1", "veth1");
	flow_make(&flows[2], 2, 1.0005, 2.0015, "n1", "eth0");
	flows[0].source.bytes = 7;
	flows[1].source.bytes = 8;
	flows[2].source.bytes = 9;
	sum = count_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.flows, 1);
	/* On the client's node, and there the earliest. */
	assert_int_equal(sum.bytes, 9);
	assert_int_equal(sum.servers, 1u << 2);
}

static void counts_before_and_after_the_choice_of_a_pod_once_at_the_client(void **state)
{
	static struct tagged_flow flows[3];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n1", "eth0");
	flow_make(&flows[1], 1, 1.002, 2, "n2", "veth9");
	flow_make(&flows[2], 2, 1.0015, 2, "n1", "veth1");
	flow_address(&flows[2].destination, "10.96.0.10", 80);
	flow_service(&flows[2].destination, "shop/web");
	flows[2].source.bytes = 77;
	sum = count_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.flows, 1);
	assert_int_equal(sum.bytes, 77);
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
	assert_int_equal(count_in_any_order(flows, 2).conversations, 2);
}

static void takes_the_same_packets_to_nobody_known_for_the_service(void **state)
{
	static struct tagged_flow flows[2];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n2", "veth9");
	flow_unknown(&flows[0].destination, "hand_over");
	flows[0].destination.service_count = 0;
	flow_make(&flows[1], 1, 1, 2, "n1", "veth1");
	flow_address(&flows[1].destination, "10.96.0.10", 80);
	flow_service(&flows[1].destination, "shop/web");
	sum = count_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 1);
	flows[0].source.packets++;
	assert_int_equal(count_in_any_order(flows, 2).conversations, 2);
}

static void takes_a_node_port_for_the_service_before_its_pod(void **state)
{
	static struct tagged_flow flows[2];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1.001, 2, "n1", "veth9");
	flow_make(&flows[1], 1, 1, 2, "n3", "eth0");
	flow_address(&flows[1].destination, "192.168.1.3", 30080);
	flow_pod(&flows[1].destination, "", "n3", "shop/web");
	flows[1].destination.kind = TAGGED_FLOW_NODE;
	sum = count_in_any_order(flows, 2);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.servers, 1u << 1);
	/* Behind a service's address a node is where the pod is. */
	flow_service(&flows[0].destination, "shop/web");
	sum = count_in_any_order(flows, 2);
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
	assert_int_equal(count_in_any_order(flows, 3).flows, 2);
}

static void keeps_what_differs_apart(void **state)
{
	static struct tagged_flow flows[2];

	(void)state;
	for (int i = 0; i < 6; i++) {
		flow_make(&flows[0], 0, 1, 2, "n1", "veth1");
		flow_make(&flows[1], 1, 1, 2, "n2", "veth9");
		switch (i) {
		case 0:
			snprintf(flows[1].transport, sizeof(flows[1].transport), "udp");
			break;
		case 1:
			flows[1].source.port++;
			break;
		case 2:
			flow_address(&flows[1].source, "10.0.0.9", 40000);
			break;
		case 3:
			flows[1].destination.port++;
			break;
		case 4:
			flow_pod(&flows[1].source, "other", "n1", NULL);
			break;
		case 5:
			snprintf(flows[0].source.cluster, 10, "east");
			snprintf(flows[1].source.cluster, 10, "west");
			break;
		}
		assert_int_equal(count_in_any_order(flows, 2).conversations, 2);
	}
}

static void takes_a_source_port_that_comes_back_for_another_conversation(void **state)
{
	static struct tagged_flow flows[4];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n1", "veth1");
	flow_make(&flows[1], 1, 1, 2, "n2", "veth9");
	flow_make(&flows[2], 2, 3.1, 4, "n1", "veth1");
	flow_make(&flows[3], 3, 3.1, 4, "n2", "veth9");
	sum = count_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 2);
	assert_int_equal(sum.flows, 2);
	assert_int_equal(sum.bytes, 200);
	/* Within the gap it is one, but each flow of the counted observer still counts. */
	flow_make(&flows[2], 2, 2.5, 4, "n1", "veth1");
	flow_make(&flows[3], 3, 2.5, 4, "n2", "veth9");
	sum = count_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.flows, 2);
	assert_int_equal(sum.bytes, 200);
}

static void joins_slices_whatever_lies_between_them(void **state)
{
	static struct tagged_flow flows[4];
	struct counted sum;

	(void)state;
	for (int i = 0; i < 4; i++) {
		flow_make(&flows[i], i, 1 + 60 * (i / 2), 50 + 60 * (i / 2), i % 2 ? "n1" : "n2",
			  i % 2 ? "veth1" : "veth9");
		snprintf(flows[i].flow_id, sizeof(flows[i].flow_id), "%d", i % 2);
		flows[i].slice = (uint64_t)(i / 2);
	}
	sum = count_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.flows, 1);
	assert_int_equal(sum.slices, 2);
	assert_int_equal(sum.bytes, 200);
}

static void brings_together_what_a_late_record_connects(void **state)
{
	static struct tagged_flow flows[3];
	struct counted sum;

	(void)state;
	/* One meter ended the flow when it was idle, the other did not. */
	flow_make(&flows[0], 0, 1, 10, "n2", "veth9");
	flow_make(&flows[1], 1, 45, 60, "n2", "veth9");
	flow_make(&flows[2], 2, 1, 60, "n1", "veth1");
	flows[2].source.bytes = 201;
	sum = count_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.bytes, 201);
	assert_int_equal(sum.flows, 1);
}

static void keeps_two_pods_of_a_service_apart(void **state)
{
	static struct tagged_flow flows[2];

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n2", "veth9");
	flow_make(&flows[1], 1, 1, 2, "n2", "veth8");
	flow_address(&flows[1].destination, "10.0.0.3", 8080);
	flow_pod(&flows[1].destination, "web-2", "n2", "shop/web");
	assert_int_equal(count_in_any_order(flows, 2).conversations, 2);
}

static void counts_a_window_by_the_end_of_flows(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct counted sum;

	(void)state;
	for (int i = 0; i < 4; i++) {
		flow_make(&flow, i, 10 * i, 10 * i + 10, "n1", "veth1");
		snprintf(flow.flow_id, sizeof(flow.flow_id), "a");
		add(table, &flow, 0);
	}
	/* The counted observer's record lies outside: this one does not take its place. */
	flow_make(&flow, 9, 10, 19, "n2", "veth9");
	add(table, &flow, 0);
	sum = count_window(table, (struct when){20 * NS_PER_SECOND},
			   (struct when){40 * NS_PER_SECOND});
	assert_int_equal(sum.slices, 2);
	assert_int_equal(sum.flows, 1);
	assert_int_equal(sum.bytes, 200);
	conversations_free(table);
}

static void names_what_went_wrong(void **state)
{
	static struct tagged_flow flows[5];
	struct counted sum;

	(void)state;
	for (int i = 0; i < 5; i++) {
		flow_make(&flows[i], i, 10 * i, 10 * i + 1, "n1", "veth1");
		flows[i].source.port = 40000 + i;
	}
	flows[0].source.tcp_flags = TAGGED_FLOW_SYN;
	flows[0].destination.tcp_flags = TAGGED_FLOW_RST | TAGGED_FLOW_ACK;
	flows[1].source.tcp_flags = TAGGED_FLOW_SYN;
	flows[1].destination.tcp_flags = 0;
	flows[1].destination.packets = 0;
	flows[2].source.tcp_flags |= TAGGED_FLOW_RST;
	flows[3].destination.packets = 0;
	flows[3].destination.has_packets = false; /* not said is not none */
	snprintf(flows[4].transport, sizeof(flows[4].transport), "udp");
	flows[4].source.tcp_flags = TAGGED_FLOW_RST;
	sum = count_in_any_order(flows, 5);
	assert_int_equal(sum.refused, 1);
	assert_int_equal(sum.unanswered, 1);
	assert_int_equal(sum.reset, 1);
	assert_int_equal(sum.flows, 5);
}

static void judges_a_flow_by_all_its_slices(void **state)
{
	static struct tagged_flow flows[2];
	struct counted sum;

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n1", "veth1");
	flow_make(&flows[1], 1, 2, 3, "n1", "veth1");
	memcpy(flows[1].flow_id, flows[0].flow_id, sizeof(flows[0].flow_id));
	flows[1].destination.packets = 0;
	sum = count_in_any_order(flows, 2);
	assert_int_equal(sum.flows, 1);
	assert_int_equal(sum.unanswered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_one_observer_of_the_very_same_packets),
		cmocka_unit_test(counts_before_and_after_the_choice_of_a_pod_once_at_the_client),
		cmocka_unit_test(keeps_another_service_apart),
		cmocka_unit_test(takes_the_same_packets_to_nobody_known_for_the_service),
		cmocka_unit_test(takes_a_node_port_for_the_service_before_its_pod),
		cmocka_unit_test(keeps_two_services_of_one_pod_apart),
		cmocka_unit_test(keeps_what_differs_apart),
		cmocka_unit_test(takes_a_source_port_that_comes_back_for_another_conversation),
		cmocka_unit_test(joins_slices_whatever_lies_between_them),
		cmocka_unit_test(brings_together_what_a_late_record_connects),
		cmocka_unit_test(keeps_two_pods_of_a_service_apart),
		cmocka_unit_test(counts_a_window_by_the_end_of_flows),
		cmocka_unit_test(names_what_went_wrong),
		cmocka_unit_test(judges_a_flow_by_all_its_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
