#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/stall.h"

static struct hold_policy policy;
static struct stall stall;

static int start(void **state)
{
	(void)state;
	policy = (struct hold_policy){
		.max_hold_ns = 60 * NS_PER_SECOND, .known = WHEN_MIN, .moved = WHEN_MIN};
	stall = (struct stall){0};
	return 0;
}

/* Checks every second of [FROM, TO], where KNOWN moves every EVERY seconds, or is FROZEN. */
static void check(int64_t from, int64_t to, int64_t every, int64_t frozen)
{
	for (int64_t now = from; now <= to; now++) {
		int64_t known = frozen > 0 ? frozen : now - now % every;

		hold_policy_see(&policy, (struct when){known * NS_PER_SECOND}, true,
				(struct when){now * NS_PER_SECOND});
		stall_log(&stall, &policy, (struct when){now * NS_PER_SECOND});
	}
}

static void is_said_after_ten_seconds_and_so_is_its_end(void **state)
{
	(void)state;
	check(1000, 1100, 1, 0);
	assert_false(stall.said);
	check(1101, 1109, 1, 1100);
	assert_false(stall.said);
	check(1110, 1200, 1, 1100);
	assert_true(stall.said);
	assert_int_equal(stall.since.ns, 1100 * NS_PER_SECOND);
	check(1201, 1201, 1, 0);
	assert_false(stall.said);
	/* The stall is not what is usual. */
	check(1202, 1211, 1, 1201);
	assert_true(stall.said);
}

static void rare_progress_is_no_stall(void **state)
{
	(void)state;
	check(990, 1004, 15, 0);
	assert_true(stall.said); /* nobody knows yet what is usual */
	for (int64_t now = 1005; now < 1300; now++) {
		check(now, now, 15, 0);
		assert_false(stall.said);
	}
}

static void is_said_when_answers_become_provisional(void **state)
{
	(void)state;
	policy.max_hold_ns = 3 * NS_PER_SECOND;
	check(1000, 1003, 1, 990);
	assert_true(stall.said);
	policy.patient = true;
	stall = (struct stall){0};
	policy.moved = WHEN_MIN;
	check(1010, 1019, 1, 990);
	assert_false(stall.said);
}

static void a_bounded_run_has_none(void **state)
{
	(void)state;
	policy.bounded = true;
	check(1000, 1100, 1, 990);
	assert_false(stall.said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(is_said_after_ten_seconds_and_so_is_its_end, start),
		cmocka_unit_test_setup(rare_progress_is_no_stall, start),
		cmocka_unit_test_setup(is_said_when_answers_become_provisional, start),
		cmocka_unit_test_setup(a_bounded_run_has_none, start),
	};

	log_init("test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
