#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sink/observe/in_order.h"

static void add(struct in_order *order, int64_t ns)
{
	struct flow_line *line = calloc(1, sizeof(*line));

	assert_non_null(line);
	line->time.ns = ns;
	assert_int_equal(in_order_add(order, line), 0);
}

static void assert_next(struct in_order *order, int64_t ns, uint64_t number)
{
	struct flow_line *line = in_order_take(order);

	assert_non_null(line);
	assert_int_equal(line->time.ns, ns);
	assert_int_equal(line->number, number);
	free(line);
}

static void the_earliest_line_comes_first_and_equals_as_they_came(void **state)
{
	struct in_order order = {.most = 10};

	(void)state;
	add(&order, 3);
	add(&order, 1);
	add(&order, 2);
	add(&order, 1);
	assert_next(&order, 1, 1);
	assert_next(&order, 1, 3);
	add(&order, 0);
	assert_next(&order, 0, 4);
	assert_next(&order, 2, 2);
	assert_next(&order, 3, 0);
	assert_null(in_order_take(&order));
	in_order_free(&order);
}

static void is_sorted_whatever_came(void **state)
{
	struct in_order order = {.most = 5000};
	uint32_t seed = 1;
	int64_t last = -1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		seed = seed * 1664525 + 1013904223;
		add(&order, seed >> 20);
	}
	for (int i = 0; i < 5000; i++) {
		struct flow_line *line = in_order_take(&order);

		assert_non_null(line);
		assert_true(line->time.ns >= last);
		last = line->time.ns;
		free(line);
	}
	in_order_free(&order);
}

static void says_when_there_are_more_than_it_may_hold(void **state)
{
	struct in_order order = {.most = 2};

	(void)state;
	add(&order, 1);
	add(&order, 2);
	assert_false(in_order_is_full(&order));
	add(&order, 3);
	assert_true(in_order_is_full(&order));
	assert_next(&order, 1, 0);
	assert_false(in_order_is_full(&order));
	in_order_free(&order);
	assert_int_equal(order.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_line_comes_first_and_equals_as_they_came),
		cmocka_unit_test(is_sorted_whatever_came),
		cmocka_unit_test(says_when_there_are_more_than_it_may_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
