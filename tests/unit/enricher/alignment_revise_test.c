#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/alignment.h"
#include "tests/unit/enricher/loop.h"
#include "tests/unit/quoted.h"

/* Answers the flows that were added so far, and makes the tagged records the flows of a run that
 * revises them 20 s later. */
static void revise_what_is_tagged(void)
{
	size_t count = memory_exchange.put;

	memset(memory_exchange.count, 0, sizeof(memory_exchange.count));
	memset(memory_exchange.next, 0, sizeof(memory_exchange.next));
	for (size_t i = 0; i < count; i++) {
		const struct memory_outcome *o = &memory_exchange.outcomes[i];

		memcpy(memory_exchange.flows[o->partition][memory_exchange.count[o->partition]++],
		       o->record, MEMORY_RECORD_SIZE);
	}
	memset(memory_exchange.outcomes, 0, sizeof(memory_exchange.outcomes));
	memory_exchange.put = 0;
	loop_options.revise_ns = 20 * NS_PER_SECOND;
	loop_alignment.policy.patient = true;
}

static void a_provisional_answer_is_corrected_at_its_later_position(void **state)
{
	(void)state;
	loop_add_known(14);
	loop_add_flow(0, 5);
	loop_turn(20, 80);
	loop_assert_outcome(0, 0, 0, quoted("'provisional_reason':'kube_stalled'"));
	revise_what_is_tagged();
	loop_turn(81, 200);
	assert_int_equal(memory_exchange.put, 0);
	loop_add_known(34);
	loop_turn(201, 270);
	assert_int_equal(memory_exchange.put, 0);
	loop_add_known(35);
	loop_add_known(36);
	loop_turn(271, 271);
	assert_int_equal(memory_exchange.put, 1);
	loop_assert_outcome(0, 0, 0, NULL);
	assert_non_null(strstr(memory_exchange.outcomes[0].record,
			       quoted("'revision':2,'kube':{'partition':0,'position':2,'known':"
				      "'2026-11-23T08:00:35Z'}")));
	assert_int_equal(loop_alignment.tagger.stats.corrected, 1);
}

static void an_answer_that_still_holds_is_not_written_again(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_known(35);
	loop_add_flow(0, 5);
	loop_turn(40, 40);
	revise_what_is_tagged();
	loop_turn(41, 41);
	assert_int_equal(memory_exchange.put, 0);
	assert_int_equal(memory_exchange.next[0], 1);
	assert_int_equal(loop_alignment.tagger.stats.confirmed, 1);
}

static void an_answer_as_of_another_position_is_not_revised(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_known(35);
	loop_add_flow(0, 5);
	loop_options.hindsight = true;
	loop_turn(40, 40);
	loop_options.hindsight = false;
	revise_what_is_tagged();
	loop_turn(41, 41);
	assert_int_equal(memory_exchange.put, 1);
	loop_assert_outcome(0, 0, 0,
			    quoted("'reason':'other_position','member':'tenure.kube.position'"));
}

static void what_can_not_be_revised_is_left_and_counted(void **state)
{
	(void)state;
	loop_add_known(15);
	loop_add_flow(0, 101);
	loop_add_flow(1, 5);
	loop_turn(40, 40);
	revise_what_is_tagged();
	loop_turn(40, 40);
	assert_int_equal(memory_exchange.put, 0);
	assert_int_equal(memory_exchange.next[0], 1);
	assert_int_equal(memory_exchange.next[1], 0);
	assert_int_equal(loop_alignment.stats.unrevised, 1);
	loop_alignment.policy.bounded = true;
	loop_turn(40, 40);
	assert_int_equal(memory_exchange.put, 0);
	assert_int_equal(memory_exchange.next[1], 1);
	assert_int_equal(loop_alignment.stats.unrevised, 2);
}

static void a_flow_that_was_not_tagged_is_not_revised(void **state)
{
	(void)state;
	loop_options.revise_ns = NS_PER_SECOND;
	loop_add_flow(0, 5);
	loop_turn(10, 10);
	loop_assert_outcome(0, 0, 0, quoted("'reason':'not_tagged','member':'tenure'"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loop_start, loop_finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_provisional_answer_is_corrected_at_its_later_position),
		TEST(an_answer_that_still_holds_is_not_written_again),
		TEST(an_answer_as_of_another_position_is_not_revised),
		TEST(what_can_not_be_revised_is_left_and_counted),
		TEST(a_flow_that_was_not_tagged_is_not_revised),
	};

	log_init("alignment_revise_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
