#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/when.h"
#include "producers/flows/turns.h"

#define MS NS_PER_MS

static struct turns_pool *new_pool(size_t size)
{
	struct turns_pool *pool = turns_pool_new(size);

	assert_non_null(pool);
	return pool;
}

static void request(struct turns *turns, struct turns_pool *pool, int64_t ns)
{
	turns_payload(turns, pool, true, (struct when){ns});
}

static void response(struct turns *turns, struct turns_pool *pool, int64_t ns)
{
	turns_payload(turns, pool, false, (struct when){ns});
}

static void measures_from_the_end_of_the_request_to_the_start_of_the_response(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	request(&turns, pool, 10 * MS);
	request(&turns, pool, 12 * MS);
	response(&turns, pool, 20 * MS);
	response(&turns, pool, 25 * MS);
	request(&turns, pool, 40 * MS);
	response(&turns, pool, 43 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 2);
	assert_int_equal(flow.response_time.sum, 11 * MS);
	assert_int_equal(flow.response_time.min, 3 * MS);
	assert_int_equal(flow.response_time.max, 8 * MS);
	turns_pool_free(pool);
}

static void a_server_that_speaks_first_answers_nothing(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	response(&turns, pool, 1 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 0);
	assert_int_equal(flow.response_time.count, 0);
	turns_pool_free(pool);
}

static void a_tainted_turn_is_counted_but_not_measured(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	request(&turns, pool, 1 * MS);
	turns_taint(&turns);
	response(&turns, pool, 900 * MS);
	request(&turns, pool, 901 * MS);
	response(&turns, pool, 903 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 1);
	assert_int_equal(flow.response_time.max, 2 * MS);
	turns_pool_free(pool);
}

static void time_that_runs_backwards_is_not_measured(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	request(&turns, pool, 5 * MS);
	response(&turns, pool, 4 * MS);
	request(&turns, pool, 8 * MS);
	request(&turns, pool, 7 * MS);
	response(&turns, pool, 9 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 0);
	turns_pool_free(pool);
}

static void a_request_waits_across_slices(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	request(&turns, pool, 1 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 1);
	assert_int_equal(flow.response_time.count, 0);
	response(&turns, pool, 6 * MS);
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.requests, 0);
	assert_int_equal(flow.response_time.count, 1);
	assert_int_equal(flow.response_time.sum, 5 * MS);
	turns_pool_free(pool);
}

/* The histogram must hold what a plain count of the samples' buckets holds. */
static void the_histogram_holds_every_sample(void **state)
{
	static const uint64_t samples[] = {0,       1,       2,          3,
					   1000,    1024,    1025,       999999,
					   1000000, 1000001, 3000000000, UINT64_C(1) << 42};
	struct turns_pool *pool = new_pool(32);
	struct turns turns = {0};
	struct flow flow;
	uint64_t sum = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
			request(&turns, pool, 0);
			response(&turns, pool, (int64_t)samples[i]);
			sum += samples[i];
		}
	}
	turns_take(&turns, pool, &flow);
	assert_int_equal(flow.response_time.count, 3 * sizeof(samples) / sizeof(samples[0]));
	assert_int_equal(flow.response_time.sum, sum);
	assert_int_equal(flow.response_time.offset, -1);
	assert_int_equal(flow.response_time.buckets, FLOW_BUCKETS);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		int bucket = flow_bucket(samples[i]) - flow.response_time.offset;

		assert_true(flow.response_time.counts[bucket] >= 3);
		flow.response_time.count -= 3;
		flow.response_time.counts[bucket] -= 3;
	}
	assert_int_equal(flow.response_time.count, 0);
	for (unsigned i = 0; i < flow.response_time.buckets; i++)
		assert_int_equal(flow.response_time.counts[i], 0);
	assert_int_equal(turns_pool_untimed(pool, TURNS_NO_ROOM), 0);
	turns_pool_free(pool);
}

static void answer(struct turns *turns, struct turns_pool *pool, int64_t ns, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		request(turns, pool, 0);
		response(turns, pool, ns);
	}
}

static void a_sample_without_room_is_only_counted_as_lost(void **state)
{
	struct turns_pool *pool = new_pool(1);
	struct turns a = {0}, b = {0};
	struct flow flow;

	(void)state;
	answer(&a, pool, 5 * MS, TURNS_HELD + 3);
	answer(&b, pool, 5 * MS, TURNS_HELD + 1);
	answer(&a, pool, (INT64_C(1) << 42) + 1, 1); /* longer than any bucket */
	turns_take(&b, pool, &flow);
	assert_int_equal(flow.requests, TURNS_HELD + 1);
	assert_int_equal(flow.response_time.count, TURNS_HELD);
	assert_int_equal(flow.response_time.counts[0], TURNS_HELD);
	turns_take(&a, pool, &flow);
	assert_int_equal(flow.requests, TURNS_HELD + 4);
	assert_int_equal(flow.response_time.count, TURNS_HELD + 3);
	assert_int_equal(flow.response_time.counts[0], TURNS_HELD + 3);
	assert_int_equal(turns_pool_untimed(pool, TURNS_NO_ROOM), 2);
	/* Taking the flows made room again. */
	answer(&b, pool, 5 * MS, TURNS_HELD + 1);
	turns_take(&b, pool, &flow);
	assert_int_equal(flow.response_time.count, TURNS_HELD + 1);
	turns_pool_free(pool);
}

static void a_bucket_may_have_more_than_a_block_can_count(void **state)
{
	struct turns_pool *pool = new_pool(4);
	struct turns turns = {0};
	struct flow flow;

	(void)state;
	for (unsigned i = 0; i < 65600; i++) {
		answer(&turns, pool, 5 * MS, 2);
		answer(&turns, pool, 6 * MS, 1);
	}
	turns_take(&turns, pool, &flow);
	assert_int_equal(turns_pool_untimed(pool, TURNS_NO_ROOM), 0);
	assert_int_equal(flow.response_time.buckets, 3);
	assert_int_equal(flow.response_time.counts[0], 131200);
	assert_int_equal(flow.response_time.counts[2], 65600);
	turns_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measures_from_the_end_of_the_request_to_the_start_of_the_response),
		cmocka_unit_test(a_server_that_speaks_first_answers_nothing),
		cmocka_unit_test(a_tainted_turn_is_counted_but_not_measured),
		cmocka_unit_test(time_that_runs_backwards_is_not_measured),
		cmocka_unit_test(a_request_waits_across_slices),
		cmocka_unit_test(the_histogram_holds_every_sample),
		cmocka_unit_test(a_sample_without_room_is_only_counted_as_lost),
		cmocka_unit_test(a_bucket_may_have_more_than_a_block_can_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
