#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "common/base/transport.h"

#include "sink/graph/conversation/conversations.h"
#include "tests/unit/sink/graph/flow.h"
#include "tests/unit/sink/graph/tally.h"

static void counts_the_highest_revision_once(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversations_stats stats;
	struct tally sum;

	(void)state;
	flow_make(&flow, 5, 1, 2, "n1", "veth1");
	flow.revision = 2;
	tally_add(table, &flow, 2);
	flow.revision = 1;
	tally_add(table, &flow, 1);
	flow.revision = 3;
	tally_add(table, &flow, 3);
	tally_add(table, &flow, 4);
	flow.partition = 1; /* another flow with the same offset */
	flow.source.port++;
	tally_add(table, &flow, 5);
	stats = conversations_stats(table);
	assert_int_equal(stats.repeated, 2);
	assert_int_equal(stats.superseded, 1);
	sum = tally_all(table);
	assert_int_equal(sum.slices, 2);
	conversations_free(table);
}

static void counts_a_capture_that_is_read_twice_once(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;

	(void)state;
	flow_make(&flow, 5, 1, 2, "n1", "veth1");
	tally_add(table, &flow, 1);
	flow.offset = 1005;
	snprintf(flow.flow_id, sizeof(flow.flow_id), "another");
	tally_add(table, &flow, 1);
	snprintf(flow.interface, sizeof(flow.interface), "veth2");
	tally_add(table, &flow, 1);
	assert_int_equal(conversations_stats(table).repeated, 1);
	assert_int_equal(conversations_held(table), 2);
	assert_int_equal(tally_all(table).measures.flows, 1);
	conversations_free(table);
}

/* It only says what was not answered. */
static void a_slice_without_packets_does_not_take_the_flow(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversation *part;

	(void)state;
	flow_make(&flow, 5, 1, 2, "n1", "veth1");
	flow.source.has_packets = flow.destination.has_packets = true;
	flow.source.packets = flow.destination.packets = 3;
	tally_add(table, &flow, 1);
	flow.offset++;
	flow.slice = 1;
	flow.start = flow.end;
	flow.source.packets = flow.destination.packets = 0;
	tally_add(table, &flow, 1);
	part = conversations_next(table, NULL);
	assert_non_null(part);
	conversation_choose(part, WHEN_MIN, WHEN_MAX);
	assert_int_equal(part->count, 2);
	for (size_t s = 0; s < part->count; s++) {
		assert_int_equal(part->slices[s]->measures.flows, part->slices[s]->has_packets);
		assert_int_equal(part->slices[s]->measures.unanswered, 0);
	}
	conversations_free(table);
}

/* A long connection, slice by slice, and its first part again after a restart. */
static void counts_a_conversation_part_by_part(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversation *part;
	const struct conversation *open;
	uint64_t flows = 0, bytes = 0, slices = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		/* The better observer comes when the other one is counted already. */
		flow_make(&flow, 7, 60 * i, 60 * i + 60, i < 8 ? "n2" : "n1", "veth1");
		flow.offset = i;
		flow.source.tcp_flags = i == 0 ? TCP_SYN : TCP_ACK;
		flow.destination.tcp_flags = i == 7 ? TCP_RST : TCP_ACK;
		flow.destination.packets = i == 0 ? 1 : 0;
		tally_add(table, &flow, 1);
		assert_int_equal(
			conversations_settle(table, (struct when){(60 * i - 60) * NS_PER_SECOND}),
			0);
		while ((part = conversations_next_settled(table)) != NULL) {
			conversation_choose(part, WHEN_MIN, WHEN_MAX);
			for (size_t s = 0; s < part->count; s++) {
				slices += part->slices[s]->counted;
				flows += part->slices[s]->measures.flows;
				bytes += part->slices[s]->measures.source_bytes *
					 part->slices[s]->counted;
			}
			conversation_free(part);
		}
		assert_true(conversations_held(table) <= 5);
	}
	assert_int_equal(slices, 7);
	assert_int_equal(flows, 0);
	open = conversations_next(table, NULL);
	assert_non_null(open);
	assert_true(open->counted.chosen);
	flow_make(&flow, 7, 600, 610, "n2", "veth1");
	flow.offset = 100;
	tally_add(table, &flow, 1);
	part = conversations_next(table, NULL);
	conversation_choose(part, WHEN_MIN, WHEN_MAX);
	for (size_t s = 0; s < part->count; s++) {
		flows += part->slices[s]->measures.flows;
		bytes += part->slices[s]->measures.source_bytes * part->slices[s]->counted;
		/* What the slices before said of the flow is known. */
		assert_int_equal(part->slices[s]->measures.unanswered, 0);
	}
	assert_int_equal(flows, 1);
	assert_int_equal(bytes, 900);
	conversations_free(table);
}

/* What was counted of a long connection is known when its last slice is answered again. */
static void keeps_what_was_counted_when_a_slice_is_corrected(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversation *part;
	struct tally sum;

	(void)state;
	for (int i = 0; i < 2; i++) {
		flow_make(&flow, 7, 60 * i, 60 * i + 60, "n2", "veth1");
		flow.offset = i;
		flow.destination.packets = i == 0 ? 1 : 0;
		tally_add(table, &flow, 1);
	}
	assert_int_equal(conversations_settle(table, (struct when){61 * NS_PER_SECOND}), 0);
	part = conversations_next_settled(table);
	assert_non_null(part);
	assert_int_equal(part->count, 1);
	assert_true(part->slices[0]->counted);
	conversation_free(part);

	flow.revision = 2;
	tally_add(table, &flow, 1);
	assert_int_equal(conversations_stats(table).superseded, 1);
	/* A better observer, which comes too late. */
	flow_make(&flow, 8, 60, 120, "n1", "veth1");
	tally_add(table, &flow, 2);
	sum = tally_all(table);
	assert_int_equal(sum.slices, 1);
	assert_int_equal(sum.servers, 1u << 1);
	assert_int_equal(sum.measures.flows, 1);
	assert_int_equal(sum.measures.unanswered, 0);
	conversations_free(table);
}

/* A slice that a broker has twice, the second time after those before it were counted. */
static void counts_the_last_slice_of_a_long_flow_once(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;

	(void)state;
	for (int i = 0; i < 2; i++) {
		flow_make(&flow, 7, 60 * i, 60 * i + 60, "n1", "veth1");
		flow.offset = i;
		flow.source.tcp_flags = i == 0 ? TCP_SYN : TCP_ACK;
		tally_add(table, &flow, 1);
	}
	assert_int_equal(conversations_settle(table, (struct when){61 * NS_PER_SECOND}), 0);
	conversation_free(conversations_next_settled(table));
	flow.offset = 2;
	tally_add(table, &flow, 1);
	assert_int_equal(conversations_stats(table).repeated, 1);
	assert_int_equal(tally_all(table).slices, 1);
	conversations_free(table);
}

static void holds_no_more_than_its_limit(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversation *conversation = NULL;
	unsigned held = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		flow_make(&flow, i, i, i + 1, "n1", "veth1");
		flow.source.port = i;
		tally_add(table, &flow, 0);
	}
	while ((conversation = conversations_next(table, conversation))) {
		assert_true(conversation->end.ns > 900 * NS_PER_SECOND);
		held++;
	}
	assert_in_range(held, 50, 100);
	assert_int_equal(conversations_stats(table).early, 1000 - held);
	assert_int_equal(tally_all(table).measures.flows, 1000);
	conversations_free(table);
}

static void limits_the_conversations_of_a_source(void **state)
{
	struct conversations *table = conversations_new(10000);
	static struct tagged_flow flow;

	(void)state;
	for (int i = 0; i < CONVERSATIONS_OF_A_SOURCE + 10; i++) {
		flow_make(&flow, i, 10 * i, 10 * i + 1, "n1", "veth1");
		tally_add(table, &flow, 0);
	}
	assert_int_equal(conversations_stats(table).early, 10);
	assert_int_equal(tally_all(table).measures.flows, CONVERSATIONS_OF_A_SOURCE + 10);
	conversations_free(table);
	conversations_free(NULL);
}

static void settles_only_what_is_over(void **state)
{
	struct conversations *table = conversations_new(100);
	static struct tagged_flow flow;
	struct conversation *conversation;

	(void)state;
	for (int i = 0; i < 3; i++) {
		flow_make(&flow, i, 10 * i, 10 * i + 5, "n1", "veth1");
		tally_add(table, &flow, 0);
	}
	conversations_settle(table, (struct when){15 * NS_PER_SECOND});
	conversation = conversations_next_settled(table);
	assert_int_equal(conversation->end.ns, 5 * NS_PER_SECOND);
	assert_null(conversations_next_settled(table));
	conversation_free(conversation);
	assert_int_equal(tally_all(table).measures.flows, 2);
	conversations_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_highest_revision_once),
		cmocka_unit_test(counts_a_capture_that_is_read_twice_once),
		cmocka_unit_test(a_slice_without_packets_does_not_take_the_flow),
		cmocka_unit_test(counts_a_conversation_part_by_part),
		cmocka_unit_test(keeps_what_was_counted_when_a_slice_is_corrected),
		cmocka_unit_test(counts_the_last_slice_of_a_long_flow_once),
		cmocka_unit_test(holds_no_more_than_its_limit),
		cmocka_unit_test(limits_the_conversations_of_a_source),
		cmocka_unit_test(settles_only_what_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
