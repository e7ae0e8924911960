#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <time.h>

#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/kafka_calls.h"

/* The clock, and what the library answers, are this test's. */
static struct {
	int64_t now_ms;
	rd_kafka_resp_err_t error; /* of the first FAILURES calls */
	int failures;
	bool silent; /* a failure takes as long as the call may */
	bool retriable;
	int calls, pauses;
	int stop_at; /* the pause in which the program is asked to stop */
} fake;

int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){.tv_sec = fake.now_ms / 1000,
				 .tv_nsec = fake.now_ms % 1000 * 1000000};
	return 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	(void)fds;
	(void)count;
	fake.now_ms += timeout_ms;
	return 0;
}

int rd_kafka_error_is_retriable(const rd_kafka_error_t *error)
{
	(void)error;
	return fake.retriable;
}

rd_kafka_error_t *rd_kafka_init_transactions(rd_kafka_t *client, int timeout_ms)
{
	(void)client;
	assert_true(timeout_ms > 0);
	if (fake.calls++ >= fake.failures)
		return NULL;
	if (fake.silent)
		fake.now_ms += timeout_ms;
	return rd_kafka_error_new(fake.error, "the broker said so");
}

static void turn(void *user)
{
	(void)user;
	if (++fake.pauses == fake.stop_at)
		stop_request();
}

static const struct bus_options options = {.pause = {turn, NULL}};

static rd_kafka_resp_err_t begin_with(rd_kafka_resp_err_t error, int failures, bool retriable)
{
	rd_kafka_error_t *last;
	rd_kafka_resp_err_t code;

	fake.error = error;
	fake.failures = failures;
	fake.retriable = retriable;
	last = kafka_calls_begin(NULL, "one", &options);
	code = last == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(last);
	rd_kafka_error_destroy(last);
	return code;
}

static int forget(void **state)
{
	(void)state;
	fake.now_ms = 1000;
	fake.calls = fake.pauses = fake.stop_at = 0;
	fake.silent = false;
	return 0;
}

static void the_time_left_is_at_least_one_millisecond(void **state)
{
	(void)state;
	assert_int_equal(kafka_calls_clock_ms(), 1000);
	assert_int_equal(kafka_calls_left_ms(1500), 500);
	assert_int_equal(kafka_calls_left_ms(1000), 1);
	assert_int_equal(kafka_calls_left_ms(10), 1);
}

static void what_passes_is_tried_again(void **state)
{
	(void)state;
	assert_int_equal(begin_with(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 5, true),
			 RD_KAFKA_RESP_ERR_NO_ERROR);
	assert_int_equal(fake.calls, 6);
	assert_int_equal(fake.pauses, 5);
	forget(NULL);
	/* librdkafka 2.0 does not call it retriable. */
	assert_int_equal(begin_with(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, 3, false),
			 RD_KAFKA_RESP_ERR_NO_ERROR);
	assert_int_equal(fake.calls, 4);
}

static void what_does_not_pass_is_returned(void **state)
{
	(void)state;
	assert_int_equal(
		begin_with(RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 1000, false),
		RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
	assert_int_equal(fake.calls, 1);
	assert_int_equal(fake.pauses, 0);
}

static void a_broker_has_three_minutes_to_come_back(void **state)
{
	(void)state;
	fake.silent = true;
	assert_int_equal(begin_with(RD_KAFKA_RESP_ERR__TIMED_OUT, 10000, true),
			 RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_true(fake.now_ms >= 1000 + KAFKA_WAIT_RESTART_MS);
	assert_true(fake.now_ms <= 1000 + KAFKA_WAIT_RESTART_MS + KAFKA_CALLS_MS);
	/* The program answers all the time. */
	assert_true(fake.pauses >= KAFKA_WAIT_RESTART_MS / KAFKA_WAIT_STEP_MS);
}

/* The last one: nothing takes the stop back. */
static void a_stop_ends_the_tries(void **state)
{
	(void)state;
	fake.stop_at = 7;
	assert_int_equal(begin_with(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, 10000, false),
			 RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS);
	assert_int_equal(fake.calls, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_time_left_is_at_least_one_millisecond, forget),
		cmocka_unit_test_setup(what_passes_is_tried_again, forget),
		cmocka_unit_test_setup(what_does_not_pass_is_returned, forget),
		cmocka_unit_test_setup(a_broker_has_three_minutes_to_come_back, forget),
		cmocka_unit_test_setup(a_stop_ends_the_tries, forget),
	};

	log_init("kafka_calls_test", LOG_LEVEL_ERROR, LOG_AUTO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
