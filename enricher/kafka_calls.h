/* kafka_calls.h - calls of a producer of transactions that take as long as the broker does (kafka_wait.h). */
#ifndef TENURE_KAFKA_CALLS_H
#define TENURE_KAFKA_CALLS_H

#include "common/kafka/kafka_client.h"

#define KAFKA_CALLS_MS 10000 /* of a call without a deadline of its own */

/* Milliseconds of a clock that is never adjusted. */
int64_t kafka_calls_clock_ms(void);
/* The time until DEADLINE_MS of it, at least 1: 0 means something else to librdkafka. */
int kafka_calls_left_ms(int64_t deadline_ms);

/* kafka_wait_call() until DEADLINE_MS. */
rd_kafka_error_t *kafka_calls_until(rd_kafka_t *client,
				    rd_kafka_error_t *(*call)(rd_kafka_t *, int),
				    int64_t deadline_ms, const struct bus_options *options);
/* Makes CLIENT the writer as IDENTITY, which ends what an earlier one left open. Tries for
 * KAFKA_WAIT_RESTART_MS, or until the program is asked to stop. Returns as kafka_calls_until(). */
rd_kafka_error_t *kafka_calls_begin(rd_kafka_t *client, const char *identity,
				    const struct bus_options *options);

#endif
