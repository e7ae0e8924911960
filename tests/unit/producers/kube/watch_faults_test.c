#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/evidence.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/producers/kube/watch_steps.h"
#include "tests/unit/quoted.h"

static void a_change_that_a_proof_had_denied_is_declared(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	watch.known = steps_at(5);
	steps_bring(&watch, quoted(LINE("ADDED", "11")));
	assert_string_equal(steps_next(&watch, steps_now(6)), "ADDED 11");
	evidence_prove(&watch, watch.era, 20, steps_at(20));
	steps_bring(&watch, quoted(LINE("DELETED", "15") LINE("ADDED", "16")));
	assert_string_equal(steps_next(&watch, steps_now(30)), quoted("GAP late_change'}"));
	assert_string_equal(steps_next(&watch, steps_now(30)), "DELETED 15");
	assert_string_equal(steps_next(&watch, steps_now(30)), "ADDED 16");
	assert_string_equal(steps_next(&watch, steps_now(30)), "");
	assert_int_equal(steps_stats.late, 1);
	assert_int_equal(watch.revision, 16);
	watch_free(&watch);
}

static void a_watch_that_delivers_slowly_has_not_stalled(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	evidence_owe(&watch, 90, steps_now(100));
	for (int second = 101; second < 150; second++) {
		char line[256];

		snprintf(line, sizeof(line), LINE("ADDED", "%d"), second - 90);
		steps_bring(&watch, quoted(line));
		assert_true(strlen(steps_next(&watch, steps_now(second))) > 0);
		assert_false(watch_expire(&watch, steps_now(second)));
	}
	watch_free(&watch);
}

/* What a proof has just shown to be whole has not expired. */
static void watches_that_end_immediately_between_proofs_lose_nothing(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(0));
	for (int second = 100; second < 2000; second += 100) {
		steps_ask(&watch, "/api/v1/pods?watch=1", second);
		watch_answered(&watch, 200, steps_now(second));
		watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(second));
		evidence_prove(&watch, watch.era, 10, steps_at(second));
		assert_null(watch.gap);
	}
	watch_free(&watch);
}

static void a_watch_that_owes_and_is_silent_is_opened_again(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	steps_bring(&watch, quoted("{'type':"));
	assert_false(watch_expire(&watch, steps_now(100)));
	evidence_owe(&watch, 12, steps_now(100));
	steps_bring(&watch, quoted("'ADDED',"));
	assert_false(watch_expire(&watch, steps_now(101)));
	assert_false(watch_expire(&watch, steps_now(102)));
	assert_true(watch_expire(&watch, steps_now(103)));
	assert_int_equal(steps_stats.stalls, 1);
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	assert_null(watch.gap);
	assert_int_equal(watch.revision, 10);
	/* What it delivers it does not owe. */
	steps_ask(&watch, "/api/v1/pods?watch=1", 200);
	watch_answered(&watch, 200, steps_now(200));
	steps_bring(&watch, quoted(LINE("ADDED", "12")));
	assert_string_equal(steps_next(&watch, steps_now(200)), "ADDED 12");
	assert_false(watch_expire(&watch, steps_now(900)));
	watch_free(&watch);
}

static void a_slow_line_is_given_time_but_not_forever(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	evidence_owe(&watch, 12, steps_now(100));
	for (int64_t second = 100; second < 130; second++) {
		steps_bring(&watch, " ");
		assert_false(watch_expire(&watch, steps_now(second)));
	}
	steps_bring(&watch, " ");
	assert_true(watch_expire(&watch, steps_now(130)));
	watch_free(&watch);
}

static void a_request_without_an_answer_ends(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	assert_false(watch_expire(&watch, steps_now(29)));
	assert_true(watch_expire(&watch, steps_now(30)));
	assert_int_equal(watch.state, WATCH_TO_LIST);
	watch_free(&watch);
	steps_open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(30));
	steps_ask(&watch, "/api/v1/pods?watch=1", 30);
	assert_false(watch_expire(&watch, steps_now(39)));
	assert_true(watch_expire(&watch, steps_now(40)));
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	watch_free(&watch);
}

static void lost_history_is_not_listed_in_a_storm(void **state)
{
	(void)state;
	struct watch watch;
	int64_t second = 30;
	int lists = 0;

	steps_open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(30));
	for (; second < 90; second++) {
		if (!watch_due(&watch, steps_now(second)))
			continue;
		if (watch.state == WATCH_TO_LIST) {
			lists++;
			steps_ask(&watch, "/api/v1/pods?limit=500", second);
			steps_answer_list(
				&watch, quoted("{'metadata':{'resourceVersion':'99'},'items':[]}"),
				second);
			while (*steps_next(&watch, steps_now(second)))
				;
		}
		steps_ask(&watch, "/api/v1/pods?watch=1", second);
		watch_ended(&watch, &(struct watch_end){.status = 410}, steps_now(second));
	}
	assert_in_range(lists, 3, 5);
	watch_free(&watch);
}

/* A proof would wait for that item forever. */
static void no_item_of_an_unfinished_list_is_a_witness(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	steps_answer_list(
		&watch, quoted("{'metadata':{'resourceVersion':'99'},'items':[" OBJECT("98") ",]}"),
		0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 99");
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 98");
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	assert_int_equal(watch.state, WATCH_TO_LIST);
	steps_ask(&watch, "/api/v1/pods?limit=500", 9);
	steps_answer_list(&watch,
			  quoted("{'metadata':{'resourceVersion':'50'},'items':[" OBJECT("7") "]}"),
			  9);
	while (*steps_next(&watch, steps_now(9)))
		;
	assert_int_equal(watch.revision, 50);
	assert_int_equal(watch.witness, 7);
	watch_free(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_that_a_proof_had_denied_is_declared),
		cmocka_unit_test(a_watch_that_delivers_slowly_has_not_stalled),
		cmocka_unit_test(watches_that_end_immediately_between_proofs_lose_nothing),
		cmocka_unit_test(a_watch_that_owes_and_is_silent_is_opened_again),
		cmocka_unit_test(a_slow_line_is_given_time_but_not_forever),
		cmocka_unit_test(a_request_without_an_answer_ends),
		cmocka_unit_test(lost_history_is_not_listed_in_a_storm),
		cmocka_unit_test(no_item_of_an_unfinished_list_is_a_witness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
