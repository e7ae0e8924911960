#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <time.h>

#include "common/kafka/kafka_wait.h"

/* The clock, and what the library answers, are this test's. */
#define CALLS_MAX 100

static struct {
	int64_t now_ms;
	int took_ms; /* a call; -1: as long as it may */
	rd_kafka_resp_err_t errors[CALLS_MAX];
	int timeouts_ms[CALLS_MAX];
	int calls, pauses;
	bool fatal, requires_abort;
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
	assert_int_equal(count, 0);
	assert_true(timeout_ms > 0);
	fake.now_ms += timeout_ms;
	return 0;
}

int rd_kafka_error_is_fatal(const rd_kafka_error_t *error)
{
	(void)error;
	return fake.fatal;
}

int rd_kafka_error_txn_requires_abort(const rd_kafka_error_t *error)
{
	(void)error;
	return fake.requires_abort;
}

static rd_kafka_error_t *call(rd_kafka_t *client, int timeout_ms)
{
	rd_kafka_resp_err_t error = fake.errors[fake.calls];

	(void)client;
	assert_true(fake.calls < CALLS_MAX - 1);
	fake.timeouts_ms[fake.calls++] = timeout_ms;
	if (error == RD_KAFKA_RESP_ERR__TIMED_OUT)
		fake.now_ms += fake.took_ms < 0 ? timeout_ms : fake.took_ms;
	return error == RD_KAFKA_RESP_ERR_NO_ERROR ? NULL : rd_kafka_error_new(error, NULL);
}

static void turn(void *user)
{
	assert_ptr_equal(user, &fake);
	fake.pauses++;
}

static const struct bus_options options = {.pause = {turn, &fake}};

static int begin(void **state)
{
	(void)state;
	fake.now_ms = 1000;
	fake.took_ms = -1;
	fake.calls = fake.pauses = 0;
	fake.fatal = fake.requires_abort = false;
	for (int i = 0; i < CALLS_MAX; i++)
		fake.errors[i] = RD_KAFKA_RESP_ERR__TIMED_OUT;
	return 0;
}

/* The code of the error that a call of PATIENCE_MS ends with. */
static rd_kafka_resp_err_t wait_for(int patience_ms)
{
	rd_kafka_error_t *error =
		kafka_wait_call(kafka_wait_begin(&options, patience_ms), NULL, call);
	rd_kafka_resp_err_t code =
		error == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);

	rd_kafka_error_destroy(error);
	return code;
}

static void steps_become_longer_until_the_patience_is_at_its_end(void **state)
{
	static const int wanted[] = {100, 200, 400, 800, 1000, 250};

	(void)state;
	assert_int_equal(wait_for(2750), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.calls, sizeof(wanted) / sizeof(wanted[0]));
	for (int i = 0; i < fake.calls; i++)
		assert_int_equal(fake.timeouts_ms[i], wanted[i]);
	assert_int_equal(fake.pauses, fake.calls - 1);
	assert_int_equal(fake.now_ms, 1000 + 2750);
}

static void a_call_that_fails_at_once_is_not_made_again_at_once(void **state)
{
	(void)state;
	fake.took_ms = 0;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.now_ms, 1000 + 10000);
	assert_true(fake.calls < 30);
}

static void a_call_that_takes_longer_than_it_may_is_the_last_one_in_time(void **state)
{
	(void)state;
	fake.took_ms = 3000;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.calls, 4);
	assert_int_equal(fake.pauses, 3);
}

static void an_answer_ends_the_wait(void **state)
{
	(void)state;
	fake.errors[3] = RD_KAFKA_RESP_ERR_NO_ERROR;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR_NO_ERROR);
	assert_int_equal(fake.calls, 4);
	begin(NULL);
	fake.errors[1] = RD_KAFKA_RESP_ERR__STATE;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR__STATE);
	assert_int_equal(fake.calls, 2);
}

static void what_a_repetition_cannot_mend_is_not_repeated(void **state)
{
	(void)state;
	fake.fatal = true;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.calls, 1);
	begin(NULL);
	fake.requires_abort = true;
	assert_int_equal(wait_for(10000), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.calls, 1);
}

static void a_call_without_patience_is_made_once(void **state)
{
	(void)state;
	assert_int_equal(wait_for(0), RD_KAFKA_RESP_ERR__TIMED_OUT);
	assert_int_equal(fake.calls, 1);
	assert_int_equal(fake.timeouts_ms[0], 1);
	assert_int_equal(fake.pauses, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(steps_become_longer_until_the_patience_is_at_its_end, begin),
		cmocka_unit_test_setup(a_call_that_fails_at_once_is_not_made_again_at_once, begin),
		cmocka_unit_test_setup(a_call_that_takes_longer_than_it_may_is_the_last_one_in_time,
				       begin),
		cmocka_unit_test_setup(an_answer_ends_the_wait, begin),
		cmocka_unit_test_setup(what_a_repetition_cannot_mend_is_not_repeated, begin),
		cmocka_unit_test_setup(a_call_without_patience_is_made_once, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
