#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/history/varint.h"

/* Numbers of each length, written with and without others behind them. */
static void reads_what_was_written(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		for (unsigned bit = 0; bit < 64; bit++) {
			uint64_t power = UINT64_C(1) << bit;
			const uint64_t numbers[] = {power, power - 1, power | 1,
						    power | (power - 1) / 3, UINT64_MAX >> bit};

			for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
				struct varint_reader reader;
				struct text out;

				text_init(&out, 100);
				varint_add(&out, numbers[i]);
				for (int added = 0; added < 12 * more; added++)
					varint_add(&out, 5);
				reader = varint_read(text_span(&out));
				assert_int_equal(varint_next(&reader), numbers[i]);
				for (int added = 0; added < 12 * more; added++)
					assert_int_equal(varint_next(&reader), 5);
				assert_true(varint_done(&reader));
				assert_int_equal(varint_next(&reader), 0);
				assert_true(reader.failed);
				text_free(&out);
			}
		}
	}
}

static void signed_numbers_are_short_on_either_side(void **state)
{
	static const int64_t numbers[] = {0, 1, -1, 63, -64, 64, -65, INT64_MAX, INT64_MIN};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct varint_reader reader;
		struct text out;

		text_init(&out, 100);
		varint_add_signed(&out, numbers[i]);
		if (i < 5)
			assert_int_equal(out.length, 1);
		reader = varint_read(text_span(&out));
		assert_int_equal(varint_next_signed(&reader), numbers[i]);
		assert_true(varint_done(&reader));
		text_free(&out);
	}
}

static void refuses_what_is_no_number(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} broken[] = {
		{"", 0},
		{"\x80", 1},
		{"\x80\x80\x80\x80\x80\x80\x80\x80", 8},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},     /* 65 bits */
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01", 11}, /* 71 bits */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct varint_reader reader =
			varint_read((struct span){broken[i].bytes, broken[i].length});

		assert_int_equal(varint_next(&reader), 0);
		assert_true(reader.failed);
		assert_int_equal(varint_next_bytes(&reader, 1).length, 0);
		assert_false(varint_done(&reader));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(signed_numbers_are_short_on_either_side),
		cmocka_unit_test(refuses_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
