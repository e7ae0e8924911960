#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/record/fault_tally.h"

static void keeps_the_first_of_each_reason(void **state)
{
	static struct fault_tally tally;
	struct fault fault = {0};

	(void)state;
	assert_int_equal(fault_tally_count(&tally), 0);
	fault_refuse(&fault, FAULT_WRONG_TYPE, "event.end", "a time");
	fault_tally_add(&tally, &fault, 3, 70);
	fault_refuse(&fault, FAULT_WRONG_TYPE, "event.start", "a time");
	fault_tally_add(&tally, &fault, 0, 5);
	fault_refuse(&fault, FAULT_NOT_JSON, "", "one JSON object");
	fault_tally_add(&tally, &fault, 1, 6);
	assert_int_equal(fault_tally_count(&tally), 3);
	assert_int_equal(tally.reasons[FAULT_WRONG_TYPE].count, 2);
	assert_int_equal(tally.reasons[FAULT_WRONG_TYPE].partition, 3);
	assert_int_equal(tally.reasons[FAULT_WRONG_TYPE].offset, 70);
	assert_string_equal(tally.reasons[FAULT_WRONG_TYPE].fault.member, "event.end");
	assert_int_equal(tally.reasons[FAULT_NOT_JSON].offset, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_first_of_each_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
