/* The expected values were computed with fractions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sink/graph/interval.h"

static void finds_the_ranks_of_a_percentile(void **state)
{
	static const struct {
		uint64_t count;
		unsigned per_mille;
		struct interval_ranks ranks; /* 0: too few */
	} cases[] = {
		{0, 500, {0, 0}},          {7, 500, {0, 0}},       {8, 500, {1, 8}},
		{10, 500, {1, 10}},        {100, 500, {37, 64}},   {103, 950, {0, 0}},
		{104, 950, {92, 104}},     {200, 950, {181, 198}}, {1000, 950, {931, 968}},
		{3000, 950, {2818, 2881}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct interval_ranks ranks = {0, 0};
		bool found = interval_ranks(cases[i].count, cases[i].per_mille, &ranks);

		assert_int_equal(found, cases[i].ranks.low > 0);
		assert_int_equal(ranks.low, cases[i].ranks.low);
		assert_int_equal(ranks.high, cases[i].ranks.high);
	}
}

static void ranks_of_many_samples_are_near_the_percentile(void **state)
{
	struct interval_ranks ranks;

	(void)state;
	assert_true(interval_ranks(UINT64_C(1) << 40, 950, &ranks));
	assert_true(ranks.low < ranks.high);
	assert_true(ranks.low > (UINT64_C(1) << 40) / 1000 * 949);
	assert_true(ranks.high < (UINT64_C(1) << 40) / 1000 * 951);
}

/* COUNT values in the bucket INDEX at SCALE. */
static struct histogram *values(int scale, int64_t index, uint64_t count)
{
	struct histogram *histogram = NULL;

	assert_int_equal(histogram_add(&histogram, scale, index, &count, 1), 0);
	return histogram;
}

static void a_percentile_rose_if_whole_buckets_are_apart(void **state)
{
	struct histogram *few = values(3, 100, 7);
	struct histogram *low = values(3, 100, 8), *next = values(3, 101, 8);
	struct histogram *fine = values(5, 404, 8);  /* within the bucket 101 at scale 3 */
	struct histogram *coarse = values(2, 50, 8); /* the buckets 100 and 101 */
	struct histogram *far = values(-10, 3, 8);   /* beyond any duration */

	(void)state;
	assert_int_equal(interval_compare(low, next, 500), 1);
	assert_int_equal(interval_compare(next, low, 500), -1);
	assert_int_equal(interval_compare(low, low, 500), 0);
	assert_int_equal(interval_compare(low, fine, 500), 1);
	assert_int_equal(interval_compare(next, fine, 500), 0);
	assert_int_equal(interval_compare(coarse, next, 500), 0);
	assert_int_equal(interval_compare(low, far, 500), 1);
	assert_int_equal(interval_compare(few, next, 500), 0);
	assert_int_equal(interval_compare(low, next, 950), 0);
	assert_int_equal(interval_compare(NULL, next, 500), 0);
	assert_int_equal(interval_compare(next, NULL, 500), 0);
	free(few);
	free(low);
	free(next);
	free(fine);
	free(coarse);
	free(far);
}

static void a_share_rose_if_chance_is_unlikely(void **state)
{
	static const struct {
		struct interval_share before, after;
		int rose;
	} cases[] = {
		{{0, 0}, {0, 0}, 0},
		{{0, 0}, {5, 5}, 0},
		{{0, 4}, {4, 4}, 0},
		{{0, 5}, {5, 5}, 1},
		{{0, 100}, {7, 100}, 0},
		{{0, 100}, {8, 100}, 1},
		{{1, 1000}, {10, 1000}, 0},
		{{1, 1000}, {11, 1000}, 1},
		{{50, 100}, {68, 100}, 0},
		{{50, 100}, {69, 100}, 1},
		{{10, 10}, {10, 10}, 0},
		{{UINT64_MAX / 4, UINT64_MAX / 2}, {UINT64_MAX / 4, UINT64_MAX / 2}, 0},
		{{1000000000, 2000000000}, {1100000000, 2000000000}, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(interval_compare_shares(cases[i].before, cases[i].after),
				 cases[i].rose);
		assert_int_equal(interval_compare_shares(cases[i].after, cases[i].before),
				 -cases[i].rose);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_ranks_of_a_percentile),
		cmocka_unit_test(ranks_of_many_samples_are_near_the_percentile),
		cmocka_unit_test(a_percentile_rose_if_whole_buckets_are_apart),
		cmocka_unit_test(a_share_rose_if_chance_is_unlikely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
