/* When flows are held, and when records are dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/flows/pressure.h"

static void flows_are_held_from_a_half_down_to_a_quarter(void **state)
{
	static const struct {
		uint64_t used;
		enum pressure_change change;
	} steps[] = {
		{0, PRESSURE_SAME},      {49, PRESSURE_SAME}, {50, PRESSURE_HOLDS},
		{50, PRESSURE_SAME},     {26, PRESSURE_SAME}, {60, PRESSURE_SAME},
		{25, PRESSURE_RELEASES}, {25, PRESSURE_SAME}, {49, PRESSURE_SAME},
		{100, PRESSURE_HOLDS},
	};
	struct pressure pressure = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		assert_int_equal(pressure_set(&pressure, steps[i].used, 100), steps[i].change);
}

static void a_time_of_drops_begins_and_ends_once(void **state)
{
	struct pressure pressure = {0};

	(void)state;
	assert_int_equal(pressure_set(&pressure, 100, 100), PRESSURE_HOLDS);
	assert_int_equal(pressure_drop(&pressure), PRESSURE_DROPS);
	assert_int_equal(pressure_drop(&pressure), PRESSURE_SAME);
	assert_int_equal(pressure_set(&pressure, 51, 100), PRESSURE_SAME);
	assert_int_equal(pressure_drop(&pressure), PRESSURE_SAME);
	assert_int_equal(pressure_set(&pressure, 20, 100), PRESSURE_ENDS_DROPPING);
	assert_int_equal(pressure_set(&pressure, 20, 100), PRESSURE_RELEASES);
	assert_int_equal(pressure_set(&pressure, 20, 100), PRESSURE_SAME);
	assert_int_equal(pressure_drop(&pressure), PRESSURE_DROPS);
}

static void a_queue_of_one_record_is_full_or_empty(void **state)
{
	struct pressure pressure = {0};

	(void)state;
	assert_int_equal(pressure_set(&pressure, 0, 1), PRESSURE_SAME);
	assert_int_equal(pressure_set(&pressure, 1, 1), PRESSURE_HOLDS);
	assert_int_equal(pressure_set(&pressure, 0, 1), PRESSURE_RELEASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_held_from_a_half_down_to_a_quarter),
		cmocka_unit_test(a_time_of_drops_begins_and_ends_once),
		cmocka_unit_test(a_queue_of_one_record_is_full_or_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
