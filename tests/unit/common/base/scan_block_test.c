#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/scan_block.h"

static void assert_bits(const char *bytes, uint64_t stops, uint64_t others)
{
	struct scan_block fast = scan_block_of(bytes), plain = scan_block_plain(bytes);

	assert_true(plain.stops == stops);
	assert_true(plain.others == others);
	assert_true(fast.stops == stops);
	assert_true(fast.others == others);
}

static void every_byte_is_classified_at_every_place(void **state)
{
	char bytes[SCAN_BLOCK_SIZE];

	(void)state;
	for (int c = 0; c < 256; c++) {
		int stops = c < 0x20 || c > 0x7f || c == '"' || c == '\\';
		int other = c < '0' || c > '9';

		for (unsigned at = 0; at < SCAN_BLOCK_SIZE; at++) {
			uint64_t bit = UINT64_C(1) << at;

			memset(bytes, '5', sizeof(bytes));
			bytes[at] = (char)c;
			assert_bits(bytes, stops ? bit : 0, other ? bit : 0);
		}
	}
}

static void the_lowest_bit_is_the_first_byte(void **state)
{
	(void)state;
	assert_bits("\"bytes\":97979,\"packets\":11},\"source\":{\"ip\":\"10.244.0.5\",\"port\":5",
		    UINT64_C(0x21400a4810404041), UINT64_C(0x7fd44ffffcffe0ff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_classified_at_every_place),
		cmocka_unit_test(the_lowest_bit_is_the_first_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
