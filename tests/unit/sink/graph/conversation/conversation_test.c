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

static void counts_one_observer_of_the_same_packets(void **state)
{
	static struct tagged_flow flows[3];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1.002, 2.002, "n2", "veth9");
	flow_make(&flows[1], 1, 1.001, 2.001, "n1", "veth1");
	flow_make(&flows[2], 2, 1.0005, 2.0015, "n1", "eth0");
	flows[0].source.bytes = 7;
	flows[1].source.bytes = 8;
	flows[2].source.bytes = 9;
	sum = tally_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.measures.flows, 1);
	/* The earliest on the client's node. */
	assert_int_equal(sum.measures.source_bytes, 9);
	assert_int_equal(sum.servers, 1u << 2);
}

static void keeps_different_conversations_apart(void **state)
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
		assert_int_equal(tally_in_any_order(flows, 2).conversations, 2);
	}
}

static void takes_a_reused_source_port_as_another_conversation(void **state)
{
	static struct tagged_flow flows[4];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n1", "veth1");
	flow_make(&flows[1], 1, 1, 2, "n2", "veth9");
	flow_make(&flows[2], 2, 3.1, 4, "n1", "veth1");
	flow_make(&flows[3], 3, 3.1, 4, "n2", "veth9");
	sum = tally_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 2);
	assert_int_equal(sum.measures.flows, 2);
	assert_int_equal(sum.measures.source_bytes, 200);
	/* Within the gap it is one conversation, but each flow of the counted observer still
	 * counts. */
	flow_make(&flows[2], 2, 2.5, 4, "n1", "veth1");
	flow_make(&flows[3], 3, 2.5, 4, "n2", "veth9");
	sum = tally_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.measures.flows, 2);
	assert_int_equal(sum.measures.source_bytes, 200);
}

static void joins_slices_of_a_flow_across_any_pause(void **state)
{
	static struct tagged_flow flows[4];
	struct tally sum;

	(void)state;
	for (int i = 0; i < 4; i++) {
		flow_make(&flows[i], i, 1 + 60 * (i / 2), 50 + 60 * (i / 2), i % 2 ? "n1" : "n2",
			  i % 2 ? "veth1" : "veth9");
		snprintf(flows[i].flow_id, sizeof(flows[i].flow_id), "%d", i % 2);
		flows[i].slice = (uint64_t)(i / 2);
	}
	sum = tally_in_any_order(flows, 4);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.measures.flows, 1);
	assert_int_equal(sum.slices, 2);
	assert_int_equal(sum.measures.source_bytes, 200);
}

static void counts_the_last_of_running_totals(void **state)
{
	static struct tagged_flow flows[4];
	struct tally tally;

	(void)state;
	for (int i = 0; i < 4; i++) {
		/* The last is another flow of the same endpoints, and so of the same flow.id. */
		flow_make(&flows[i], i, i < 3 ? 0 : 100, i < 3 ? 10 * (i + 1) : 110, "", "");
		memcpy(flows[i].flow_id, "EQwA", sizeof("EQwA"));
		flows[i].running_totals = true;
		flows[i].source.bytes = i < 3 ? (uint64_t)(i + 1) * 100 : 50;
	}
	tally = tally_in_any_order(flows, 4);
	assert_int_equal(tally.slices, 2);
	assert_int_equal(tally.measures.flows, 2);
	assert_int_equal(tally.measures.source_bytes, 350);
}

static void merges_conversations_that_a_late_record_connects(void **state)
{
	static struct tagged_flow flows[3];
	struct tally sum;

	(void)state;
	/* One meter ended the flow at its idle timeout, the other did not. */
	flow_make(&flows[0], 0, 1, 10, "n2", "veth9");
	flow_make(&flows[1], 1, 45, 60, "n2", "veth9");
	flow_make(&flows[2], 2, 1, 60, "n1", "veth1");
	flows[2].source.bytes = 201;
	sum = tally_in_any_order(flows, 3);
	assert_int_equal(sum.conversations, 1);
	assert_int_equal(sum.measures.source_bytes, 201);
	assert_int_equal(sum.measures.flows, 1);
}

static void counts_a_window_by_the_end_of_flows(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct tally sum;

	(void)state;
	for (int i = 0; i < 4; i++) {
		flow_make(&flow, i, 10 * i, 10 * i + 10, "n1", "veth1");
		snprintf(flow.flow_id, sizeof(flow.flow_id), "a");
		tally_add(table, &flow, 0);
	}
	/* The counted observer's record is outside: this one does not replace it. */
	flow_make(&flow, 9, 10, 19, "n2", "veth9");
	tally_add(table, &flow, 0);
	sum = tally_window(table, (struct when){20 * NS_PER_SECOND},
			   (struct when){40 * NS_PER_SECOND});
	assert_int_equal(sum.slices, 2);
	assert_int_equal(sum.measures.flows, 1);
	assert_int_equal(sum.measures.source_bytes, 200);
	conversations_free(table);
}

static void counts_errors_by_kind(void **state)
{
	static struct tagged_flow flows[5];
	struct tally sum;

	(void)state;
	for (int i = 0; i < 5; i++) {
		flow_make(&flows[i], i, 10 * i, 10 * i + 1, "n1", "veth1");
		flows[i].source.port = 40000 + i;
	}
	flows[0].source.tcp_flags = TCP_SYN;
	flows[0].destination.tcp_flags = TCP_RST | TCP_ACK;
	flows[1].source.tcp_flags = TCP_SYN;
	flows[1].destination.tcp_flags = 0;
	flows[1].destination.packets = 0;
	flows[2].source.tcp_flags |= TCP_RST;
	flows[3].destination.packets = 0;
	flows[3].destination.has_packets = false; /* absent is not zero */
	snprintf(flows[4].transport, sizeof(flows[4].transport), "udp");
	flows[4].source.tcp_flags = TCP_RST;
	sum = tally_in_any_order(flows, 5);
	assert_int_equal(sum.measures.refused, 1);
	assert_int_equal(sum.measures.unanswered, 1);
	assert_int_equal(sum.measures.reset, 1);
	assert_int_equal(sum.measures.flows, 5);
}

static void finds_errors_in_all_slices_of_a_flow(void **state)
{
	static struct tagged_flow flows[2];
	struct tally sum;

	(void)state;
	flow_make(&flows[0], 0, 1, 2, "n1", "veth1");
	flow_make(&flows[1], 1, 2, 3, "n1", "veth1");
	memcpy(flows[1].flow_id, flows[0].flow_id, sizeof(flows[0].flow_id));
	flows[1].destination.packets = 0;
	sum = tally_in_any_order(flows, 2);
	assert_int_equal(sum.measures.flows, 1);
	assert_int_equal(sum.measures.unanswered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_one_observer_of_the_same_packets),
		cmocka_unit_test(keeps_different_conversations_apart),
		cmocka_unit_test(takes_a_reused_source_port_as_another_conversation),
		cmocka_unit_test(joins_slices_of_a_flow_across_any_pause),
		cmocka_unit_test(counts_the_last_of_running_totals),
		cmocka_unit_test(merges_conversations_that_a_late_record_connects),
		cmocka_unit_test(counts_a_window_by_the_end_of_flows),
		cmocka_unit_test(counts_errors_by_kind),
		cmocka_unit_test(finds_errors_in_all_slices_of_a_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
