#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/array.h"

static void keeps_what_it_holds_while_it_grows(void **state)
{
	uint64_t *list = NULL;
	size_t capacity = 0, grown = 0;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		size_t before = capacity;

		assert_int_equal(array_grow(&list, &capacity, i + 1, sizeof(*list)), 0);
		grown += capacity != before;
		list[i] = i;
	}
	assert_in_range(grown, 5, 15);
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(list[i], i);
	assert_int_equal(array_grow(&list, &capacity, 5, sizeof(*list)), 0);
	assert_true(capacity >= 10000);
	free(list);
}

static void makes_room_for_many_at_once(void **state)
{
	char *list = NULL;
	size_t capacity = 0;

	(void)state;
	assert_int_equal(array_grow(&list, &capacity, 1000, 1), 0);
	assert_in_range(capacity, 1000, 2000);
	list[999] = 1;
	free(list);
}

static void refuses_what_no_memory_can_hold(void **state)
{
	uint64_t *list = NULL;
	size_t capacity = 0;

	(void)state;
	assert_int_equal(array_grow(&list, &capacity, SIZE_MAX, sizeof(*list)), -1);
	assert_int_equal(array_grow(&list, &capacity, SIZE_MAX / 8, sizeof(*list)), -1);
	assert_null(list);
	assert_int_equal(capacity, 0);
}

/* An element with the number in its middle. */
struct numbered {
	char before[3];
	uint64_t number;
	char after[5];
};

static size_t up_to(const struct numbered *list, size_t count, uint64_t limit)
{
	return array_up_to(list, count, sizeof(*list), offsetof(struct numbered, number), limit);
}

static void counts_those_up_to_a_limit(void **state)
{
	const struct numbered list[] = {
		{.number = 3}, {.number = 5}, {.number = 5}, {.number = UINT64_MAX}};

	(void)state;
	assert_int_equal(up_to(NULL, 0, 7), 0);
	assert_int_equal(up_to(list, 4, 2), 0);
	assert_int_equal(up_to(list, 4, 3), 1);
	assert_int_equal(up_to(list, 4, 5), 3);
	assert_int_equal(up_to(list, 4, UINT64_MAX - 1), 3);
	assert_int_equal(up_to(list, 4, UINT64_MAX), 4);
	assert_int_equal(up_to(list, 1, 9), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_holds_while_it_grows),
		cmocka_unit_test(makes_room_for_many_at_once),
		cmocka_unit_test(refuses_what_no_memory_can_hold),
		cmocka_unit_test(counts_those_up_to_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
