#include "producers/flows/l7/times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOCKS 16
#define OCTAVES 42

static uint64_t sum_of(const struct flow_response_time *taken)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < taken->buckets; i++)
		sum += taken->counts[i];
	return sum;
}

static void test_times_of_all_sizes_take_few_blocks(void **state)
{
	struct slab blocks;
	struct times times = {0};
	struct flow_response_time taken;

	(void)state;
	assert_int_equal(slab_init(&blocks, TIMES_BLOCK_SIZE, BLOCKS), 0);
	for (unsigned i = 0; i < OCTAVES; i++) {
		times_add(&times, &blocks, UINT64_C(1) << i);
		times_add(&times, &blocks, (UINT64_C(3) << i) / 2);
	}
	assert_int_equal(blocks.unused - 1, TIMES_BLOCKS_MAX);
	assert_true(times.lost > 0);
	assert_int_equal(times.count + times.lost, 2 * OCTAVES);
	times_take(&times, &blocks, &taken);
	assert_int_equal(taken.count, sum_of(&taken));
	/* They were given back. */
	for (unsigned i = 0; i < TIMES_BLOCKS_MAX; i++)
		assert_true(slab_take(&blocks) <= TIMES_BLOCKS_MAX);
	slab_clear(&blocks);
}

/* From 10 us to 600 ms: an in-memory store and a page that waits for a disk, on one connection. */
static void test_a_wide_spread_is_kept_whole(void **state)
{
	struct slab blocks;
	struct times times = {0};
	struct flow_response_time taken;
	uint64_t count = 0;

	(void)state;
	assert_int_equal(slab_init(&blocks, TIMES_BLOCK_SIZE, BLOCKS), 0);
	for (uint64_t ns = 10000; ns < 500000000; ns += ns / 20, count++)
		times_add(&times, &blocks, ns);
	assert_int_equal(times.lost, 0);
	times_take(&times, &blocks, &taken);
	assert_int_equal(taken.count, count);
	assert_int_equal(sum_of(&taken), count);
	slab_clear(&blocks);
}

static void test_a_bucket_has_a_limit(void **state)
{
	struct slab blocks;
	struct times times = {0};
	struct flow_response_time taken;

	(void)state;
	assert_int_equal(slab_init(&blocks, TIMES_BLOCK_SIZE, BLOCKS), 0);
	for (uint32_t i = 0; i < TIMES_FIRST + TIMES_COUNT_MAX + 2; i++)
		times_add(&times, &blocks, 1000);
	assert_int_equal(times.lost, 2);
	times_take(&times, &blocks, &taken);
	assert_int_equal(taken.count, TIMES_FIRST + TIMES_COUNT_MAX);
	assert_int_equal(taken.sum, taken.count * 1000);
	assert_int_equal(taken.counts[0], taken.count);
	slab_clear(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_of_all_sizes_take_few_blocks),
		cmocka_unit_test(test_a_wide_spread_is_kept_whole),
		cmocka_unit_test(test_a_bucket_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
