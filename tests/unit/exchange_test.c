#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/when.h"
#include "producers/flows/exchange.h"

#define MS NS_PER_MS

static struct exchange_pool *new_pool(size_t size)
{
	struct exchange_pool *pool = exchange_pool_new(size);

	assert_non_null(pool);
	return pool;
}

static void measures_from_the_last_of_the_request_to_the_first_of_the_response(void **state)
{
	struct exchange_pool *pool = new_pool(4);
	struct exchange exchange = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&exchange, pool, true, 10 * MS);
	exchange_payload(&exchange, pool, true, 12 * MS);
	exchange_payload(&exchange, pool, false, 20 * MS);
	exchange_payload(&exchange, pool, false, 25 * MS);
	exchange_payload(&exchange, pool, true, 40 * MS);
	exchange_payload(&exchange, pool, false, 43 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 2);
	assert_int_equal(flow.response_time.sum, 11 * MS);
	assert_int_equal(flow.response_time.min, 3 * MS);
	assert_int_equal(flow.response_time.max, 8 * MS);
	exchange_pool_free(pool);
}

static void a_server_that_speaks_first_answers_nothing(void **state)
{
	struct exchange_pool *pool = new_pool(4);
	struct exchange exchange = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&exchange, pool, false, 1 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 0);
	assert_int_equal(flow.response_time.count, 0);
	exchange_pool_free(pool);
}

static void a_tainted_turn_is_counted_but_not_measured(void **state)
{
	struct exchange_pool *pool = new_pool(4);
	struct exchange exchange = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&exchange, pool, true, 1 * MS);
	exchange_taint(&exchange);
	exchange_payload(&exchange, pool, false, 900 * MS);
	exchange_payload(&exchange, pool, true, 901 * MS);
	exchange_payload(&exchange, pool, false, 903 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 1);
	assert_int_equal(flow.response_time.max, 2 * MS);
	exchange_pool_free(pool);
}

static void time_that_runs_backwards_is_not_measured(void **state)
{
	struct exchange_pool *pool = new_pool(4);
	struct exchange exchange = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&exchange, pool, true, 5 * MS);
	exchange_payload(&exchange, pool, false, 4 * MS);
	exchange_payload(&exchange, pool, true, 8 * MS);
	exchange_payload(&exchange, pool, true, 7 * MS);
	exchange_payload(&exchange, pool, false, 9 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 0);
	exchange_pool_free(pool);
}

static void a_request_waits_across_slices(void **state)
{
	struct exchange_pool *pool = new_pool(4);
	struct exchange exchange = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&exchange, pool, true, 1 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 1);
	assert_int_equal(flow.response_time.count, 0);
	exchange_payload(&exchange, pool, false, 6 * MS);
	exchange_take(&exchange, pool, &flow);
	assert_int_equal(flow.requests, 0);
	assert_int_equal(flow.response_time.count, 1);
	assert_int_equal(flow.response_time.sum, 5 * MS);
	exchange_pool_free(pool);
}

/* The histogram must hold what a plain count of the samples' buckets holds. */
static void the_histogram_holds_every_sample(void **state)
{
	static const uint64_t samples[] = {0,       1,       2,          3,
					   1000,    1024,    1025,       999999,
					   1000000, 1000001, 3000000000, UINT64_C(1) << 42};
	struct exchange_pool *pool = new_pool(32);
	struct exchange exchange = {0};
	struct flow flow;
	uint64_t sum = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
			exchange_payload(&exchange, pool, true, 0);
			exchange_payload(&exchange, pool, false, (int64_t)samples[i]);
			sum += samples[i];
		}
	}
	exchange_take(&exchange, pool, &flow);
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
	assert_int_equal(exchange_pool_lost(pool), 0);
	exchange_pool_free(pool);
}

static void a_sample_without_room_is_counted_as_lost_and_enters_no_figure(void **state)
{
	struct exchange_pool *pool = new_pool(1);
	struct exchange a = {0}, b = {0};
	struct flow flow;

	(void)state;
	exchange_payload(&a, pool, true, 0);
	exchange_payload(&a, pool, false, 5 * MS);
	exchange_payload(&b, pool, true, 0);
	exchange_payload(&b, pool, false, 5 * MS);
	/* Longer than any bucket. */
	exchange_payload(&a, pool, true, 0);
	exchange_payload(&a, pool, false, (INT64_C(1) << 42) + 1);
	exchange_take(&b, pool, &flow);
	assert_int_equal(flow.requests, 1);
	assert_int_equal(flow.response_time.count, 0);
	exchange_take(&a, pool, &flow);
	assert_int_equal(flow.requests, 2);
	assert_int_equal(flow.response_time.count, 1);
	assert_int_equal(exchange_pool_lost(pool), 2);
	/* What was taken made room again. */
	exchange_payload(&b, pool, true, 0);
	exchange_payload(&b, pool, false, 5 * MS);
	exchange_take(&b, pool, &flow);
	assert_int_equal(flow.response_time.count, 1);
	exchange_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			measures_from_the_last_of_the_request_to_the_first_of_the_response),
		cmocka_unit_test(a_server_that_speaks_first_answers_nothing),
		cmocka_unit_test(a_tainted_turn_is_counted_but_not_measured),
		cmocka_unit_test(time_that_runs_backwards_is_not_measured),
		cmocka_unit_test(a_request_waits_across_slices),
		cmocka_unit_test(the_histogram_holds_every_sample),
		cmocka_unit_test(a_sample_without_room_is_counted_as_lost_and_enters_no_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
