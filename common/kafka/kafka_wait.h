/* kafka_wait.h - waits for a broker, in steps, with the pause of the options between two, so that the program is not mute.
 *
 *     struct kafka_wait wait = kafka_wait_begin(options, KAFKA_PATIENCE_MS);
 *
 *     do
 *         error = rd_kafka_committed(client, list, kafka_wait_step_ms(&wait));
 *     while (kafka_wait_again(&wait, error));
 *
 * (1) A step is at first BUS_PAUSE_MS, and then twice as long as the one before, up to KAFKA_WAIT_STEP_MS: most calls
 *     of librdkafka ask anew when they are made again, and a broker that is slow needs the time to answer.
 */
#ifndef TENURE_KAFKA_WAIT_H
#define TENURE_KAFKA_WAIT_H

#include "common/kafka/kafka_client.h"

#define KAFKA_WAIT_STEP_MS 1000
#define KAFKA_WAIT_RESTART_MS 180000 /* in which a broker can restart */

struct kafka_wait {
	const struct bus_options *options;
	int64_t deadline_ms; /* of when_steady() */
	int64_t begun_ms;    /* the step */
	int step_ms;
};

/* OPTIONS is borrowed. */
struct kafka_wait kafka_wait_begin(const struct bus_options *options, int patience_ms);
/* Begins a step. Returns the time limit of its call, at least 1: 0 means something else to librdkafka. */
int kafka_wait_step_ms(struct kafka_wait *wait);
/* After a step without an answer: waits for the rest of it, if its call failed before, and takes the pause. False once
 * the patience is at its end. */
bool kafka_wait_goes_on(struct kafka_wait *wait);
/* Whether to make a call again that ended with ERROR: no broker has answered, nobody asks the program to stop, and
 * kafka_wait_goes_on(). */
bool kafka_wait_again(struct kafka_wait *wait, rd_kafka_resp_err_t error);

/* Makes CALL, which goes on where it was when it is made again, until it answers or the patience of WAIT is at its end.
 * Returns its error, which the caller destroys; NULL: it is done. */
rd_kafka_error_t *kafka_wait_call(struct kafka_wait wait, rd_kafka_t *client,
				  rd_kafka_error_t *(*call)(rd_kafka_t *, int));

#endif
