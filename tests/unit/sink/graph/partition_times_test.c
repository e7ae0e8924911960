#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/partition_times.h"

static struct when at(int64_t ns)
{
	return (struct when){ns};
}

static void knows_nothing_without_records(void **state)
{
	struct partition_times times = {0};

	(void)state;
	assert_true(when_is_min(partition_times_newest(&times)));
	assert_true(when_is_min(partition_times_known(&times, false)));
	assert_true(when_is_min(partition_times_known(&times, true)));
	partition_times_free(&times);
}

static void waits_for_the_slowest_partition(void **state)
{
	struct partition_times times = {0};

	(void)state;
	assert_int_equal(partition_times_add(&times, 4, at(500)), 0);
	assert_int_equal(partition_times_add(&times, 1, at(-20)), 0);
	/* Partitions without records are not waited for. */
	assert_int_equal(times.count, 5);
	assert_true(when_is_min(times.newest[0]));
	assert_int_equal(partition_times_known(&times, false).ns, -20);
	assert_int_equal(partition_times_newest(&times).ns, 500);
	/* Without more records the newest end is known. */
	assert_int_equal(partition_times_known(&times, true).ns, 500);
	assert_int_equal(partition_times_add(&times, 1, at(900)), 0);
	assert_int_equal(partition_times_known(&times, false).ns, 500);
	partition_times_free(&times);
	assert_int_equal(times.count, 0);
}

static void time_never_goes_back(void **state)
{
	struct partition_times times = {0};

	(void)state;
	assert_int_equal(partition_times_add(&times, 0, at(70)), 0);
	assert_int_equal(partition_times_add(&times, 0, at(30)), 0);
	assert_int_equal(partition_times_newest(&times).ns, 70);
	partition_times_free(&times);
}

static void partitions_beyond_the_limit_have_no_time(void **state)
{
	struct partition_times times = {0};

	(void)state;
	assert_int_equal(partition_times_add(&times, -1, at(1)), 0);
	assert_int_equal(partition_times_add(&times, PARTITION_TIMES_MAX, at(1)), 0);
	assert_int_equal(times.count, 0);
	assert_int_equal(partition_times_add(&times, PARTITION_TIMES_MAX - 1, at(2)), 0);
	assert_int_equal(times.count, PARTITION_TIMES_MAX);
	assert_int_equal(partition_times_known(&times, false).ns, 2);
	partition_times_free(&times);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_nothing_without_records),
		cmocka_unit_test(waits_for_the_slowest_partition),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(partitions_beyond_the_limit_have_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
