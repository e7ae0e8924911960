#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/alignment.h"
#include "tests/unit/enricher/loop.h"
#include "tests/unit/quoted.h"

static void a_flow_without_a_position_holds_up_only_its_own_partition(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_flow(0, 30);
	loop_add_flow(0, 5);
	loop_add_flow(1, 5);
	loop_turn(40, 42);
	assert_int_equal(memory_exchange.put, 1);
	loop_assert_outcome(0, 1, 0, NULL);
	assert_int_equal(loop_alignment.stats.waited, 1);
	loop_add_known(40);
	loop_turn(43, 43);
	assert_int_equal(memory_exchange.put, 3);
	loop_assert_outcome(1, 0, 0, NULL);
	loop_assert_outcome(2, 0, 1, NULL);
	assert_int_equal(loop_alignment.stats.read, 3);
	assert_int_equal(loop_alignment.stats.waited, 1);
	assert_int_equal(loop_alignment.tagger.stats.tagged, 3);
}

static void it_waits_for_what_the_flows_need(void **state)
{
	(void)state;
	loop_turn(0, 0);
	assert_int_equal(memory_exchange.waited_ms, 100);
	assert_int_equal(loop_kube.waited_ms, 0);
	loop_add_flow(0, 0);
	loop_turn(1, 1);
	assert_int_equal(memory_exchange.waited_ms, 0);
	assert_int_equal(loop_kube.waited_ms, 20);
	loop_add_known(10);
	memory_exchange.waited_ms = -1;
	loop_turn(2, 2);
	assert_int_equal(memory_exchange.waited_ms, -1);
	assert_int_equal(memory_exchange.put, 1);
}

static void answers_are_provisional_while_known_does_not_move(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_flow(0, 30);
	loop_turn(40, 99);
	assert_int_equal(memory_exchange.put, 0);
	loop_turn(100, 100);
	assert_int_equal(memory_exchange.put, 1);
	loop_assert_outcome(0, 0, 0, quoted("'provisional_reason':'kube_stalled'"));
	assert_non_null(strstr(memory_exchange.outcomes[0].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));
	loop_add_known(30);
	loop_add_flow(0, 31);
	loop_turn(101, 101);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(loop_alignment.tagger.stats.provisional, 1);
	assert_int_equal(loop_alignment.stats.waited, 2);
}

static void a_flow_in_the_future_does_not_wait(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_flow(0, 101);
	loop_turn(40, 40);
	loop_assert_outcome(0, 0, 0, quoted("'provisional_reason':'future_flow'"));
	assert_int_equal(loop_alignment.stats.waited, 0);
}

/* Returns for how many seconds the flow behind one that ends AHEAD s ahead of the clock waits, while
 * known is 1 s behind the clock. */
static int wait_behind(int ahead)
{
	int now = 100;

	loop_add_flow(0, now + ahead);
	loop_add_flow(0, now);
	for (; memory_exchange.put < 2; now++) {
		loop_add_known(now - 1);
		loop_turn(now, now);
		assert_true(now < 200);
	}
	return now - 1 - 100;
}

/* enricher/README.md has these figures. */
static void a_flow_ahead_of_the_clock_delays_its_partition_by_max_ahead_at_most(void **state)
{
	static const struct {
		int max_ahead, ahead, waited;
	} cases[] = {{5, 0, 11},  {5, 1, 12},  {5, 5, 16},   {5, 6, 11},
		     {5, 10, 11}, {5, 50, 11}, {60, 0, 11},  {60, 1, 12},
		     {60, 5, 16}, {60, 6, 17}, {60, 10, 21}, {60, 50, 61}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool too_far = cases[i].ahead > cases[i].max_ahead;

		loop_alignment.policy.max_ahead_ns = cases[i].max_ahead * NS_PER_SECOND;
		assert_int_equal(wait_behind(cases[i].ahead), cases[i].waited);
		loop_assert_outcome(0, 0, 0, too_far ? "future_flow" : NULL);
		loop_assert_outcome(1, 0, 1, NULL);
		loop_finish(state);
		loop_start(state);
	}
}

/* It finds more kube records than one turn reads, and only the last one moves known. It was not
 * checked in between, so known did not stall. */
static void a_process_that_was_stopped_answers_as_a_replay_does(void **state)
{
	struct memory_outcome outcome;

	(void)state;
	loop_add_known(5);
	loop_add_flow(0, 5);
	loop_turn(20, 25);
	for (int i = 0; i < 1500; i++)
		loop_add_known(5);
	loop_add_known(15);
	loop_turn(1000, 1000);
	assert_int_equal(memory_exchange.put, 0);
	loop_turn(1000, 1000);
	assert_int_equal(memory_exchange.put, 1);
	loop_assert_outcome(0, 0, 0, NULL);
	assert_non_null(strstr(memory_exchange.outcomes[0].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));

	outcome = memory_exchange.outcomes[0];
	memset(memory_exchange.next, 0, sizeof(memory_exchange.next));
	memory_exchange.put = 0;
	loop_turn(2000, 2000);
	assert_int_equal(memory_exchange.put, 1);
	assert_string_equal(memory_exchange.outcomes[0].record, outcome.record);
}

static void hindsight_answers_at_the_last_position_and_reads_no_further(void **state)
{
	(void)state;
	loop_add_known(15);
	kube_topic_turn(&loop_kube, 1, 0);
	loop_add_known(50);
	loop_options.hindsight = true;
	loop_alignment.policy.bounded = true;
	loop_add_flow(0, 1);
	loop_add_flow(0, 30);
	loop_turn(40, 40);
	assert_int_equal(memory_exchange.put, 2);
	loop_assert_outcome(0, 0, 0, NULL);
	loop_assert_outcome(1, 0, 1, "kube_ended");
	assert_non_null(strstr(memory_exchange.outcomes[1].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));
	assert_int_equal(loop_kube.next, 1);
}

static void a_window_skips_what_ended_outside_and_waits_for_nothing(void **state)
{
	(void)state;
	loop_add_known(15);
	kube_topic_turn(&loop_kube, 1, 0);
	loop_add_known(50);
	loop_options.since = loop_at(3);
	loop_options.until = loop_at(30);
	loop_alignment.policy.bounded = true;
	loop_add_flow(0, 2);
	loop_add_flow(0, 3);
	loop_add_flow(0, 29);
	loop_add_flow(0, 30);
	memory_exchange.ended = true;
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(40)), ALIGNMENT_ENDED);
	assert_int_equal(memory_exchange.put, 2);
	loop_assert_outcome(0, 0, 1, NULL);
	loop_assert_outcome(1, 0, 2, quoted("'provisional_reason':'kube_ended'"));
	assert_int_equal(loop_alignment.stats.outside, 2);
	assert_int_equal(loop_alignment.stats.read, 4);
	assert_int_equal(loop_kube.next, 1);
}

static void it_ends_when_every_partition_has_ended_and_nothing_waits(void **state)
{
	(void)state;
	memory_exchange.ended = true;
	loop_add_flow(1, 5);
	loop_turn(10, 12);
	loop_add_known(15);
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(13)), ALIGNMENT_ENDED);
	assert_int_equal(memory_exchange.put, 1);
}

static void what_is_not_a_flow_is_rejected_without_waiting(void **state)
{
	(void)state;
	snprintf(memory_exchange.flows[0][memory_exchange.count[0]++], MEMORY_RECORD_SIZE,
		 quoted("{'event':{}}"));
	loop_add_flow(0, 5);
	loop_turn(10, 10);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(memory_exchange.outcomes[0].topic, EXCHANGE_REJECTED);
	loop_assert_outcome(0, 0, 0, quoted("'reason':'missing_member'"));
	assert_int_equal(loop_alignment.tagger.stats.rejected[FAULT_MISSING_MEMBER], 1);
	assert_int_equal(loop_alignment.stats.waited, 1);
}

static void a_tagged_record_that_is_refused_becomes_a_rejected_one(void **state)
{
	(void)state;
	loop_add_known(15);
	memory_exchange.refuses[EXCHANGE_TAGGED] = true;
	loop_add_flow(0, 5);
	loop_turn(40, 40);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(memory_exchange.outcomes[0].topic, EXCHANGE_REJECTED);
	loop_assert_outcome(0, 0, 0, quoted("'reason':'produce_failed'"));
	assert_int_equal(loop_alignment.tagger.stats.rejected[FAULT_PRODUCE_FAILED], 1);
}

static void a_rejected_record_that_is_refused_ends_the_run(void **state)
{
	(void)state;
	loop_add_known(15);
	memory_exchange.refuses[EXCHANGE_TAGGED] = memory_exchange.refuses[EXCHANGE_REJECTED] =
		true;
	loop_add_flow(0, 5);
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(40)), ALIGNMENT_BROKEN);
	assert_int_equal(loop_alignment.exit_code, EX_CONFIG);
}

static void a_new_assignment_rereads_the_heads(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_flow(0, 5);
	memory_exchange.serves = EXCHANGE_AGAIN;
	loop_turn(40, 40);
	assert_int_equal(memory_exchange.put, 0);
	memory_exchange.serves = EXCHANGE_DONE;
	loop_turn(41, 41);
	assert_int_equal(memory_exchange.put, 1);
}

static void a_second_cluster_ends_the_run_before_a_flow_is_answered(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_turn(40, 40);
	loop_kube.cluster = "other";
	loop_add_known(16);
	loop_add_flow(0, 5);
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(41)), ALIGNMENT_UNDECIDED);
	assert_int_equal(memory_exchange.put, 0);
	loop_settings.options.cluster = "c";
	loop_turn(42, 42);
	assert_int_equal(memory_exchange.put, 1);
}

static void a_kube_topic_or_an_exchange_that_fails_ends_the_run(void **state)
{
	(void)state;
	loop_kube.broken = true;
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(0)), ALIGNMENT_BROKEN);
	loop_kube.broken = false;
	memory_exchange.serves = EXCHANGE_BROKEN;
	assert_int_equal(alignment_turn(&loop_alignment, loop_at(1)), ALIGNMENT_BROKEN);
	/* They know it themselves. */
	assert_int_equal(loop_alignment.exit_code, EX_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loop_start, loop_finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flow_without_a_position_holds_up_only_its_own_partition),
		TEST(it_waits_for_what_the_flows_need),
		TEST(answers_are_provisional_while_known_does_not_move),
		TEST(a_flow_in_the_future_does_not_wait),
		TEST(a_flow_ahead_of_the_clock_delays_its_partition_by_max_ahead_at_most),
		TEST(a_process_that_was_stopped_answers_as_a_replay_does),
		TEST(hindsight_answers_at_the_last_position_and_reads_no_further),
		TEST(a_window_skips_what_ended_outside_and_waits_for_nothing),
		TEST(it_ends_when_every_partition_has_ended_and_nothing_waits),
		TEST(what_is_not_a_flow_is_rejected_without_waiting),
		TEST(a_tagged_record_that_is_refused_becomes_a_rejected_one),
		TEST(a_rejected_record_that_is_refused_ends_the_run),
		TEST(a_new_assignment_rereads_the_heads),
		TEST(a_second_cluster_ends_the_run_before_a_flow_is_answered),
		TEST(a_kube_topic_or_an_exchange_that_fails_ends_the_run),
	};

	log_init("alignment_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
