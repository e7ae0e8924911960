#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/history/coverage.h"
#include "sink/graph/history/history_rows.h"

#define DAY HISTORY_DAY_MINUTES

static void assert_bounds(const struct coverage *coverage, int32_t first, int32_t last)
{
	int32_t from, to;

	assert_true(coverage_bounds(coverage, &from, &to));
	assert_int_equal(from, first);
	assert_int_equal(to, last);
}

static void has_the_minutes_that_were_added(void **state)
{
	struct coverage coverage = {0};
	int32_t first, last;

	(void)state;
	assert_false(coverage_bounds(&coverage, &first, &last));
	assert_false(coverage_has(&coverage, 0));
	assert_int_equal(coverage_add(&coverage, 5 * DAY - 2, 5 * DAY + 1), 0);
	assert_int_equal(coverage_add(&coverage, 3 * DAY + 7, 3 * DAY + 7), 0);
	assert_int_equal(coverage_add(&coverage, -1, 0), 0);
	assert_int_equal(coverage.count, 5); /* days */
	for (int32_t minute = -2 * DAY; minute < 7 * DAY; minute++)
		assert_int_equal(coverage_has(&coverage, minute),
				 (minute >= 5 * DAY - 2 && minute <= 5 * DAY + 1) ||
					 minute == 3 * DAY + 7 || minute == -1 || minute == 0);
	assert_bounds(&coverage, -1, 5 * DAY + 1);
	coverage_free(&coverage);
}

static void says_which_days_changed(void **state)
{
	struct coverage coverage = {0};

	(void)state;
	assert_int_equal(coverage_add(&coverage, 100, 110), 0);
	assert_true(coverage.days[0].changed);
	coverage.days[0].changed = false;
	assert_int_equal(coverage_add(&coverage, 103, 110), 0);
	assert_false(coverage.days[0].changed);
	assert_int_equal(coverage_add(&coverage, 110, 111), 0);
	assert_true(coverage.days[0].changed);
	coverage_free(&coverage);
}

static void loads_what_was_saved(void **state)
{
	struct coverage coverage = {0}, again = {0};
	struct span minutes;

	(void)state;
	assert_int_equal(coverage_add(&coverage, 2 * DAY + 9, 2 * DAY + 9), 0);
	minutes = (struct span){(const char *)coverage.days[0].minutes, COVERAGE_BYTES};
	assert_int_equal(coverage_load(&again, 2, minutes), 0);
	assert_false(again.days[0].changed);
	assert_bounds(&again, 2 * DAY + 9, 2 * DAY + 9);
	coverage_free(&coverage);
	coverage_free(&again);
}

static void refuses_days_that_were_not_saved(void **state)
{
	static const char none[COVERAGE_BYTES];
	struct coverage coverage = {0};
	int32_t first, last;

	(void)state;
	assert_int_equal(coverage_load(&coverage, 2, (struct span){none, COVERAGE_BYTES - 1}), -1);
	/* A day is only there for minutes that are covered. */
	assert_int_equal(coverage_load(&coverage, 2, (struct span){none, COVERAGE_BYTES}), -1);
	assert_false(coverage_bounds(&coverage, &first, &last));
	coverage_free(&coverage);
}

static void forgets_the_days_before_one(void **state)
{
	struct coverage coverage = {0};

	(void)state;
	for (int32_t day = 0; day < 5; day++)
		assert_int_equal(coverage_add(&coverage, day * DAY + 4, day * DAY + 4), 0);
	coverage_forget(&coverage, 0);
	assert_int_equal(coverage.count, 5);
	coverage_forget(&coverage, 3);
	assert_int_equal(coverage.count, 2);
	assert_bounds(&coverage, 3 * DAY + 4, 4 * DAY + 4);
	coverage_forget(&coverage, 100);
	assert_int_equal(coverage.count, 0);
	coverage_free(&coverage);
}

static void too_many_days_push_out_the_oldest(void **state)
{
	struct coverage coverage = {0};

	(void)state;
	for (int32_t day = 0; day <= COVERAGE_DAYS_MAX; day++)
		assert_int_equal(coverage_add(&coverage, day * DAY, day * DAY), 0);
	assert_int_equal(coverage.count, COVERAGE_DAYS_MAX);
	assert_bounds(&coverage, DAY, COVERAGE_DAYS_MAX * DAY);
	/* An older one that comes late takes the place of the oldest. */
	assert_int_equal(coverage_add(&coverage, 0, 0), 0);
	assert_int_equal(coverage.count, COVERAGE_DAYS_MAX);
	assert_true(coverage_has(&coverage, COVERAGE_DAYS_MAX * DAY));
	coverage_free(&coverage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_minutes_that_were_added),
		cmocka_unit_test(says_which_days_changed),
		cmocka_unit_test(loads_what_was_saved),
		cmocka_unit_test(refuses_days_that_were_not_saved),
		cmocka_unit_test(forgets_the_days_before_one),
		cmocka_unit_test(too_many_days_push_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
