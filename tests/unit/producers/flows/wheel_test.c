#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/wheel.h"

#define TICK WHEEL_TICK_NS
#define START (INT64_C(1700000000) * 1000000000)

static struct when at(int64_t ns)
{
	return (struct when){ns};
}

static struct wheel *new_wheel(size_t size)
{
	struct wheel *wheel = wheel_new(size);

	assert_non_null(wheel);
	wheel_set(wheel, at(START));
	return wheel;
}

static void returns_items_when_they_are_due_and_in_order(void **state)
{
	struct wheel *wheel = new_wheel(4);

	(void)state;
	wheel_file(wheel, 0, at(START + 5 * TICK));
	wheel_file(wheel, 1, at(START + 2 * TICK));
	wheel_file(wheel, 2, at(START + 5 * TICK));
	assert_int_equal(wheel_first(wheel), 1);
	assert_int_equal(wheel_take(wheel, at(START + TICK)), WHEEL_NONE);
	assert_false(wheel_moves(wheel, at(START + TICK)));
	assert_true(wheel_moves(wheel, at(START + 9 * TICK)));
	assert_int_equal(wheel_take(wheel, at(START + 9 * TICK)), 1);
	assert_int_equal(wheel_take(wheel, at(START + 9 * TICK)), 0);
	assert_int_equal(wheel_take(wheel, at(START + 9 * TICK)), 2);
	assert_int_equal(wheel_take(wheel, at(START + 9 * TICK)), WHEEL_NONE);
	assert_int_equal(wheel_first(wheel), WHEEL_NONE);
	wheel_free(wheel);
}

static void removes_from_anywhere(void **state)
{
	struct wheel *wheel = new_wheel(4);

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		wheel_file(wheel, i, at(START + TICK));
	wheel_remove(wheel, 0);
	wheel_remove(wheel, 2);
	wheel_remove(wheel, 2);
	assert_int_equal(wheel_take(wheel, at(START + 3 * TICK)), 1);
	wheel_remove(wheel, 3);
	assert_int_equal(wheel_take(wheel, at(START + 3 * TICK)), WHEEL_NONE);
	wheel_free(wheel);
}

/* No item is returned early or forgotten, however time steps. */
static void an_item_comes_out_within_one_tick_after_its_moment(void **state)
{
	static const int64_t steps[] = {1, TICK / 3, TICK, 7 * TICK, 300 * TICK, 5000 * TICK};

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
		int64_t moments[] = {START,
				     START + 1,
				     START + 10 * TICK,
				     START + 1023 * TICK,
				     START + 1024 * TICK,
				     START + 4000 * TICK};
		struct wheel *wheel = new_wheel(6);
		uint32_t item, left = 6;

		for (uint32_t i = 0; i < 6; i++)
			wheel_file(wheel, i, at(moments[i]));
		for (int64_t now = START; left > 0; now += steps[s] + (steps[s] == 1 ? TICK : 0)) {
			while ((item = wheel_take(wheel, at(now))) != WHEEL_NONE) {
				if (now < moments[item]) {
					wheel_file(wheel, item, at(moments[item]));
					continue;
				}
				left--;
				moments[item] = INT64_MAX;
			}
			for (uint32_t i = 0; i < 6; i++)
				assert_true(moments[i] > now - TICK);
		}
		wheel_free(wheel);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_items_when_they_are_due_and_in_order),
		cmocka_unit_test(removes_from_anywhere),
		cmocka_unit_test(an_item_comes_out_within_one_tick_after_its_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
