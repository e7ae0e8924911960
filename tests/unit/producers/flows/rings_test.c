#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/flows/rings.h"

#define MIB (INT64_C(1) << 20)

/* Takes rings until none is left; returns how many. */
static size_t take_all(struct rings *rings, int64_t total)
{
	size_t count = 0;
	int64_t sum = 0, size;

	while ((size = rings_take(rings)) > 0) {
		assert_int_equal(size % RINGS_BLOCK, 0);
		sum += size;
		assert_true(sum <= total);
		count++;
	}
	return count;
}

static void shares_the_total(void **state)
{
	static const struct {
		size_t first;
		bool more;
		int64_t ring;
	} cases[] = {
		{1, false, 4 * MIB},  {1, true, 4 * MIB},       {8, true, 4 * MIB},
		{16, false, 4 * MIB}, {17, true, 2 * MIB},      {110, true, MIB / 2},
		{200, true, MIB / 4}, {400, true, RINGS_BLOCK}, {0, true, MIB},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rings rings = rings_of(64 * MIB, 4 * MIB, cases[i].first, cases[i].more);

		assert_int_equal(rings_take(&rings), cases[i].ring);
	}
}

static void is_never_exceeded_and_lasts_for_a_full_node(void **state)
{
	(void)state;
	for (size_t first = 0; first < 300; first++) {
		struct rings rings = rings_of(64 * MIB, 4 * MIB, first, true);
		size_t count = take_all(&rings, 64 * MIB);

		assert_true(count >= 110);
		assert_true(count >= first || count == 64 * MIB / RINGS_BLOCK);
	}
}

static void what_is_given_back_is_taken_again(void **state)
{
	struct rings rings = rings_of(MIB, 4 * MIB, 1, false);

	(void)state;
	assert_int_equal(rings_take(&rings), MIB);
	assert_int_equal(rings_take(&rings), 0);
	rings_give(&rings, MIB);
	assert_int_equal(rings_take(&rings), RINGS_BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_the_total),
		cmocka_unit_test(is_never_exceeded_and_lasts_for_a_full_node),
		cmocka_unit_test(what_is_given_back_is_taken_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
