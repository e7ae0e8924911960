#include "common/kafka/kafka_wait.h"

#include <poll.h>

#include "common/base/when.h"
#include "common/program/stop.h"

static int64_t clock_ms(void)
{
	return when_steady().ns / NS_PER_MS;
}

struct kafka_wait kafka_wait_begin(const struct bus_options *options, int patience_ms)
{
	return (struct kafka_wait){
		.options = options,
		.deadline_ms = clock_ms() + patience_ms,
		.step_ms = BUS_PAUSE_MS,
	};
}

int kafka_wait_step_ms(struct kafka_wait *wait)
{
	int64_t left;

	wait->begun_ms = clock_ms();
	left = wait->deadline_ms - wait->begun_ms;
	if (left < 1)
		return 1;
	return left < wait->step_ms ? (int)left : wait->step_ms;
}

bool kafka_wait_goes_on(struct kafka_wait *wait)
{
	int64_t now_ms = clock_ms();
	int64_t rest = wait->begun_ms + wait->step_ms - now_ms;

	if (now_ms >= wait->deadline_ms)
		return false;
	if (rest > wait->deadline_ms - now_ms)
		rest = wait->deadline_ms - now_ms;
	if (rest > 0)
		poll(NULL, 0, (int)rest);
	bus_pause_turn(wait->options);
	wait->step_ms =
		2 * wait->step_ms < KAFKA_WAIT_STEP_MS ? 2 * wait->step_ms : KAFKA_WAIT_STEP_MS;
	return true;
}

bool kafka_wait_again(struct kafka_wait *wait, rd_kafka_resp_err_t error)
{
	return kafka_client_is_silence(error) && !stop_requested() && kafka_wait_goes_on(wait);
}

rd_kafka_error_t *kafka_wait_call(struct kafka_wait wait, rd_kafka_t *client,
				  rd_kafka_error_t *(*call)(rd_kafka_t *, int))
{
	for (;;) {
		rd_kafka_error_t *error = call(client, kafka_wait_step_ms(&wait));

		if (error == NULL || rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__TIMED_OUT ||
		    rd_kafka_error_is_fatal(error) || rd_kafka_error_txn_requires_abort(error) ||
		    !kafka_wait_goes_on(&wait))
			return error;
		rd_kafka_error_destroy(error);
	}
}
