#include "enricher/kafka_calls.h"

#include "common/base/when.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"

int64_t kafka_calls_clock_ms(void)
{
	return when_steady().ns / NS_PER_MS;
}

int kafka_calls_left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - kafka_calls_clock_ms();

	return left < 1 ? 1 : (int)left;
}

rd_kafka_error_t *kafka_calls_until(rd_kafka_t *client,
				    rd_kafka_error_t *(*call)(rd_kafka_t *, int),
				    int64_t deadline_ms, const struct bus_options *options)
{
	return kafka_wait_call(kafka_wait_begin(options, kafka_calls_left_ms(deadline_ms)), client,
			       call);
}

/* A transaction that the coordinator is about to end passes too, though librdkafka 2.0 does not say so. */
static bool is_passing(const rd_kafka_error_t *error)
{
	return rd_kafka_error_is_retriable(error) ||
	       rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
}

rd_kafka_error_t *kafka_calls_begin(rd_kafka_t *client, const char *identity,
				    const struct bus_options *options)
{
	struct kafka_wait wait = kafka_wait_begin(options, KAFKA_WAIT_RESTART_MS);
	rd_kafka_error_t *error;
	bool said = false;

	for (;;) {
		kafka_wait_step_ms(&wait);
		error = kafka_calls_until(client, rd_kafka_init_transactions,
					  kafka_calls_clock_ms() + KAFKA_CALLS_MS, options);
		if (error == NULL || !is_passing(error) || stop_requested() ||
		    !kafka_wait_goes_on(&wait))
			return error;
		if (!said)
			log_warn("kafka: instance %s cannot start writing yet: %s; trying again",
				 identity, rd_kafka_error_string(error));
		said = true;
		rd_kafka_error_destroy(error);
	}
}
