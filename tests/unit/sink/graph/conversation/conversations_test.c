#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
	tally_add(table, &flow, 5);
	stats = conversations_stats(table);
	assert_int_equal(stats.repeated, 2);
	assert_int_equal(stats.superseded, 1);
	sum = tally_all(table);
	assert_int_equal(sum.slices, 2);
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
		cmocka_unit_test(holds_no_more_than_its_limit),
		cmocka_unit_test(limits_the_conversations_of_a_source),
		cmocka_unit_test(settles_only_what_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
