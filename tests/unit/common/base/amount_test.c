#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/amount.h"

struct row {
	uint64_t amount;
	const char *words;
};

static void assert_words(void (*add)(struct text *text, uint64_t amount), const struct row *rows,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text text;

		text_init(&text, 100);
		add(&text, rows[i].amount);
		assert_string_equal(text_terminate(&text), rows[i].words);
		text_free(&text);
	}
}

static void bytes_have_three_digits_and_a_binary_unit(void **state)
{
	static const struct row rows[] = {
		{0, "0 B"},
		{1, "1 B"},
		{999, "999 B"},
		{1000, "1000 B"},
		{1024, "1.00 KiB"},
		{10239, "10.0 KiB"},
		{1048576, "1.00 MiB"},
		{UINT64_MAX, "16384 PiB"},
	};

	(void)state;
	assert_words(amount_add_bytes, rows, sizeof(rows) / sizeof(rows[0]));
}

static void durations_have_three_digits_and_a_unit(void **state)
{
	static const struct row rows[] = {
		{0, "0 ns"},
		{850, "850 ns"},
		{999999, "1.00 ms"},
		{12345678, "12.3 ms"},
		{UINT64_C(1240000000), "1.24 s"},
		{UINT64_C(2850000000000), "47.5 min"},
		{UINT64_C(86400000000000), "24.0 h"},
	};

	(void)state;
	assert_words(amount_add_duration, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_have_three_digits_and_a_binary_unit),
		cmocka_unit_test(durations_have_three_digits_and_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
