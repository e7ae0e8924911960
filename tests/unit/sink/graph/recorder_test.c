#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sink/graph/intake.h"
#include "sink/graph/recorder.h"
#include "tests/unit/sink/graph/recorded.h"

#define START 1700000000

/* Those that had to be over early wait to be counted until the next turn. */
static void what_is_over_early_is_shown_at_once(void **state)
{
	char parent[64];
	struct recorder *recorder;

	(void)state;
	recorded_make(parent);
	recorder = recorded_open(parent, 8);
	assert_non_null(recorder);
	assert_int_equal(recorded_add(recorder, 0, START), 0);
	assert_int_equal(recorder_turn(recorder, false, RECORDED_NOW), 0);
	for (int64_t i = 1; i < 20; i++)
		assert_int_equal(recorded_add(recorder, i, START + i), 0);
	assert_int_equal(recorded_flows(recorder), 20);
	assert_int_equal(recorder_turn(recorder, true, RECORDED_NOW), 0);
	assert_int_equal(recorded_flows(recorder), 20);
	assert_int_equal(recorder_close(recorder), 0);
	recorded_remove(parent);
}

static void what_was_left_out_is_remembered(void **state)
{
	const int64_t unsure_ns = RECORDED_NOW.ns + INTAKE_FUTURE;
	char parent[64];
	struct recorder *recorder;

	(void)state;
	recorded_make(parent);
	recorder = recorded_open(parent, 1000);
	assert_non_null(recorder);
	assert_int_equal(recorded_add(recorder, 0, START), 0);
	assert_true(when_is_min(recorder_unsure_until(recorder)));
	assert_int_equal(recorded_add(recorder, 1, -1), 0);
	assert_int_equal(recorder_unsure_until(recorder).ns, unsure_ns);
	assert_int_equal(recorder_close(recorder), 0);
	recorder = recorded_open(parent, 1000);
	assert_non_null(recorder);
	assert_int_equal(recorder_unsure_until(recorder).ns, unsure_ns);
	assert_int_equal(recorder_close(recorder), 0);
	recorded_remove(parent);
	recorded_make(parent);
	recorder = recorded_open(parent, 1000);
	assert_non_null(recorder);
	assert_int_equal(recorded_add(recorder, 0, RECORDED_NOW.ns / NS_PER_SECOND + 100), 0);
	assert_int_equal(recorder_unsure_until(recorder).ns, unsure_ns);
	assert_int_equal(recorder_close(recorder), 0);
	recorded_remove(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_over_early_is_shown_at_once),
		cmocka_unit_test(what_was_left_out_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
