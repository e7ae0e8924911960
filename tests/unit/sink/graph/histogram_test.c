#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/histogram.h"

static uint64_t sum_of(const struct histogram *histogram)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < histogram->used; i++)
		sum += histogram->counts[i];
	return sum;
}

static void merges_at_one_scale_without_loss(void **state)
{
	struct histogram *a = NULL;

	(void)state;
	assert_int_equal(histogram_add(&a, 3, 100, (uint64_t[]){1, 2, 3}, 3), 0);
	assert_int_equal(histogram_add(&a, 3, 98, (uint64_t[]){5, 0, 7}, 3), 0);
	assert_int_equal(a->scale, 3);
	assert_int_equal(a->offset, 98);
	assert_int_equal(a->used, 5);
	assert_memory_equal(a->counts, ((uint64_t[]){5, 0, 8, 2, 3}), 5 * sizeof(uint64_t));
	assert_int_equal(a->total, 18);
	free(a);
}

static void stays_empty_without_counts(void **state)
{
	struct histogram *a = NULL;

	(void)state;
	assert_int_equal(histogram_add(&a, 3, 5, NULL, 0), 0);
	assert_int_equal(histogram_add(&a, 3, 5, (uint64_t[]){0, 0}, 2), 0);
	assert_null(a);
	assert_int_equal(histogram_add(&a, 3, 5, (uint64_t[]){1}, 1), 0);
	histogram_clear(a);
	assert_int_equal(a->used, 0);
	assert_int_equal(histogram_percentile(a, 500), 0);
	assert_int_equal(histogram_add(&a, 1, 9, (uint64_t[]){0, 2}, 2), 0);
	assert_int_equal(a->scale, 1);
	assert_int_equal(a->offset, 10);
	assert_int_equal(a->total, 2);
	free(a);
}

static void merges_at_the_lower_scale(void **state)
{
	struct histogram *a = NULL;

	(void)state;
	/* At scale 1 bucket 2 is (2, 2.83]; at scale 0 bucket 1 is (2, 4]. */
	assert_int_equal(histogram_add(&a, 1, 2, (uint64_t[]){1, 1}, 2), 0);
	assert_int_equal(histogram_add(&a, 0, 1, (uint64_t[]){3}, 1), 0);
	assert_int_equal(a->scale, 0);
	assert_int_equal(a->offset, 1);
	assert_int_equal(a->used, 1);
	assert_int_equal(a->counts[0], 5);
	assert_int_equal(histogram_add(&a, 2, -1, (uint64_t[]){1}, 1),
			 0); /* (0.84, 1] is inside (0.5, 1] */
	assert_int_equal(a->offset, -1);
	assert_int_equal(a->counts[0], 1);
	free(a);
}

static void joins_neighbours_when_the_range_is_too_wide(void **state)
{
	struct histogram *a = NULL;

	(void)state;
	assert_int_equal(histogram_add(&a, 3, -1, (uint64_t[]){1}, 1), 0);
	assert_int_equal(histogram_add(&a, 3, 335, (uint64_t[]){1}, 1), 0);
	assert_int_equal(a->scale, 1);
	assert_int_equal(sum_of(a), 2);
	assert_int_equal(a->total, 2);
	assert_true(a->used <= HISTOGRAM_BUCKETS);
	free(a);
}

/* The value's bucket at scale 3, by the definition. */
static int bucket_of(double value)
{
	int index = -1;
	double bound = 1;

	while (value > bound) {
		bound *= 1.0905077326652577;
		index++;
	}
	return index;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void estimates_percentiles_within_a_bucket(void **state)
{
	static double values[10000];
	struct histogram *a = NULL;
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		seed = seed * 1103515245u + 12345u;
		values[i] = 100000.0 + (double)(seed >> 8) * 5; /* 0.1 to 84 ms */
		assert_int_equal(histogram_add(&a, 3, bucket_of(values[i]), (uint64_t[]){1}, 1), 0);
	}
	qsort(values, 10000, sizeof(values[0]), compare);
	assert_int_equal(a->scale, 3);
	for (unsigned per_mille = 10; per_mille <= 1000; per_mille += 10) {
		double true_value = values[per_mille * 10 - 1];
		double estimate = (double)histogram_percentile(a, per_mille);

		assert_true(estimate > true_value / 1.0906 && estimate < true_value * 1.0906);
	}
	free(a);
}

static void never_loses_a_count(void **state)
{
	struct histogram *a = NULL;
	uint64_t counts[512], total = 0;
	unsigned seed = 1;

	(void)state;
	for (int turn = 0; turn < 2000; turn++) {
		size_t number;

		seed = seed * 1103515245u + 12345u;
		number = (seed >> 16) % 513;
		for (size_t i = 0; i < number; i++) {
			counts[i] = (seed >> (i % 20)) & 3;
			total += counts[i];
		}
		assert_int_equal(histogram_add(&a, (int)((seed >> 4) % 31) - 10,
					       (int64_t)((seed >> 8) % 134217728) - 67108864,
					       counts, number),
				 0);
		assert_int_equal(a->total, total);
		assert_int_equal(sum_of(a), total);
		assert_true(a->used <= HISTOGRAM_BUCKETS);
	}
	histogram_percentile(a, 0);
	histogram_percentile(a, 1000);
	free(a);
}

static void finds_the_bucket_of_a_value(void **state)
{
	(void)state;
	/* (1, 2] is buckets 0 to 31 at scale 5, and 1 is the upper bound of bucket -1. */
	assert_int_equal(histogram_index(0, 5), -1);
	assert_int_equal(histogram_index(1, 5), -1);
	assert_int_equal(histogram_index(2, 5), 31);
	assert_int_equal(histogram_index(3, 5), 32 + 18); /* log2(1.5) * 32 = 18.7 */
	assert_int_equal(histogram_index(4, 5), 63);
	assert_int_equal(histogram_index(1000000, 3), 159); /* log2(10^6) * 8 = 159.45 */
	assert_int_equal(histogram_index(UINT64_C(1) << 63, 5), 63 * 32 - 1);
	assert_int_equal(histogram_index(UINT64_MAX, 0), 63);
	for (int scale = 1; scale <= 8; scale++) {
		for (uint64_t value = 1; value < 3000; value++)
			assert_int_equal(histogram_index(value, scale - 1),
					 histogram_index(value, scale) >> 1);
	}
}

static void counts_up_to_a_power_of_two(void **state)
{
	uint64_t sums[12] = {0}, few[] = {UINT64_MAX - 1, 0, 0};
	struct histogram *a = NULL, *wide = NULL;

	(void)state;
	/* At scale 3 bucket 79 is (939, 1024], 80 is (1024, 1117]. */
	assert_int_equal(histogram_add(&a, 3, 79, (uint64_t[]){2, 3}, 2), 0);
	/* A value of 1 or less is in bucket -1. */
	assert_int_equal(histogram_add(&a, 3, -1, (uint64_t[]){7}, 1), 0);
	histogram_add_up_to(a, 0, 11, sums);
	for (unsigned power = 0; power < 10; power++)
		assert_int_equal(sums[power], 7);
	assert_int_equal(sums[10], 9);
	assert_int_equal(sums[11], 12);
	/* It adds to what is there. At scale -1 bucket 1 is (4, 16]. */
	assert_int_equal(histogram_add(&wide, -1, 1, (uint64_t[]){5}, 1), 0);
	histogram_add_up_to(wide, 2, 4, sums + 2);
	assert_int_equal(sums[3], 7);
	assert_int_equal(sums[4], 12);
	histogram_add_up_to(a, 9, 11, few);
	assert_true(few[0] == UINT64_MAX && few[1] == 9 && few[2] == 12);
	free(a);
	free(wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_at_one_scale_without_loss),
		cmocka_unit_test(stays_empty_without_counts),
		cmocka_unit_test(merges_at_the_lower_scale),
		cmocka_unit_test(joins_neighbours_when_the_range_is_too_wide),
		cmocka_unit_test(estimates_percentiles_within_a_bucket),
		cmocka_unit_test(never_loses_a_count),
		cmocka_unit_test(finds_the_bucket_of_a_value),
		cmocka_unit_test(counts_up_to_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
