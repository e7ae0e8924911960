#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/decimal.h"

static void writes_what_printf_writes(void **state)
{
	uint64_t number = 0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char text[DECIMAL_MAX + 1] = "", expected[32];

		*decimal_put(text, number) = '\0';
		snprintf(expected, sizeof(expected), "%" PRIu64, number);
		assert_string_equal(text, expected);
		/* All numbers at first, then some of every length up to the greatest. */
		number = i < 1100 ? number + 1 : number / 7 * 15 + UINT64_MAX / (i - 1099);
	}
}

static void writes_a_fixed_count_of_digits(void **state)
{
	static const uint64_t numbers[] = {0, 7, 42, 123456789, 999999999, 9999999999};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (unsigned count = 0; count <= 10; count++) {
			char text[11] = "", expected[32];

			*decimal_put_fixed(text, numbers[i], count) = '\0';
			snprintf(expected, sizeof(expected), "%010" PRIu64, numbers[i]);
			assert_string_equal(text, expected + 10 - count);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_printf_writes),
		cmocka_unit_test(writes_a_fixed_count_of_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
