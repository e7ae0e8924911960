/* kafka_calls.h - calls of a producer of transactions that take as long as the broker does. They are made in steps of
 * BUS_PAUSE_MS, with the pause of the options between two: librdkafka goes on where it was when one is made again.
 */
#ifndef TENURE_KAFKA_CALLS_H
#define TENURE_KAFKA_CALLS_H

#include "common/kafka/kafka_client.h"

#define KAFKA_CALLS_MS 10000 /* of a call without a deadline of its own */

/* Milliseconds of a clock that is never adjusted. */
int64_t kafka_calls_clock_ms(void);
/* The time until DEADLINE_MS of it, at least 1: 0 means something else to librdkafka. */
int kafka_calls_left_ms(int64_t deadline_ms);

/* Makes CALL until it answers, or DEADLINE_MS. Returns its error, which the caller destroys; NULL: it is done. */
rd_kafka_error_t *kafka_calls_until(rd_kafka_t *client,
				    rd_kafka_error_t *(*call)(rd_kafka_t *, int),
				    int64_t deadline_ms, const struct bus_options *options);
/* Makes CLIENT the writer as IDENTITY, which ends what an earlier one left open. Tries for three minutes, in which
 * a broker can restart, or until the program is asked to stop. Returns as kafka_calls_until(). */
rd_kafka_error_t *kafka_calls_begin(rd_kafka_t *client, const char *identity,
				    const struct bus_options *options);

#endif
