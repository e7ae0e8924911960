#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "producers/flows/due.h"

#define MOST 5000

/* What was added for each number. */
struct added {
	int64_t at;
	uint64_t sequence;
};

static void comes_out_by_time_and_then_by_creation(void **state)
{
	static const size_t counts[] = {0, 1, 2, 3, 10, 1000, MOST};
	static struct added added[MOST];
	struct due due = {.flows = calloc(MOST, sizeof(*due.flows))};
	uint32_t random = 1;

	(void)state;
	assert_non_null(due.flows);
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		struct added last = {0};

		for (uint32_t i = 0; i < counts[c]; i++) {
			random = random * 1664525 + 1013904223;
			added[i] = (struct added){1 + (random >> 16) % 700, 1000000 - i};
			due_add(&due, (struct when){added[i].at}, added[i].sequence, i);
		}
		due_sort(&due);
		for (size_t i = 0; i < counts[c]; i++) {
			uint32_t ahead = due_after(&due, 1), number = due_take(&due);

			assert_true(number < counts[c]);
			assert_true(last.at < added[number].at ||
				    (last.at == added[number].at &&
				     last.sequence < added[number].sequence));
			last = added[number];
			added[number].at = 0; /* it does not come again */
			assert_int_equal(ahead, due_after(&due, 0));
		}
		assert_int_equal(due_take(&due), DUE_NONE);
	}
	free(due.flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_out_by_time_and_then_by_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
