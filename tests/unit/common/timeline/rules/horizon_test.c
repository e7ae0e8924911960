/* The horizon moves in whole steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/timeline/rules/horizon.h"

#define RETENTION 3200

static void the_horizon_is_the_retention_before_known(void **state)
{
	(void)state;
	assert_int_equal(horizon_of((struct when){13200}, RETENTION).ns, 10000);
	assert_int_equal(horizon_of((struct when){13299}, RETENTION).ns, 10000);
	assert_int_equal(horizon_of((struct when){13300}, RETENTION).ns, 10100);
	assert_true(when_is_min(horizon_of((struct when){13300}, 0)));
	assert_true(when_is_min(horizon_of((struct when){3199}, RETENTION)));
	assert_true(when_is_min(horizon_of(WHEN_MIN, RETENTION)));
}

static void what_ends_is_past_the_first_horizon_after_it(void **state)
{
	(void)state;
	assert_int_equal(horizon_after((struct when){9999}, RETENTION).ns, 10000);
	assert_int_equal(horizon_after((struct when){10000}, RETENTION).ns, 10100);
	assert_int_equal(horizon_after((struct when){-5}, RETENTION).ns, 0);
	assert_int_equal(horizon_after((struct when){5}, 3).ns, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_horizon_is_the_retention_before_known),
		cmocka_unit_test(what_ends_is_past_the_first_horizon_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
