/* kafka_trouble.h - says why a broker refuses a client, or why none answers. */
#ifndef TENURE_KAFKA_TROUBLE_H
#define TENURE_KAFKA_TROUBLE_H

#include "common/bus/bus.h"
#include "common/kafka/kafka_advice.h"

/* Writes what ERROR means to CLIENT, which was doing USE. Returns TEXT. */
const char *kafka_trouble_on_error(const rd_kafka_t *client, rd_kafka_resp_err_t error,
				   const struct kafka_use *use,
				   char text[static KAFKA_ADVICE_SIZE]);
/* Finds out, in at most 5 s more, with the pause of OPTIONS, why no broker answers CLIENT: with a client of its own, because
 * the callbacks of CLIENT are its owner's. Writes "cannot use the broker LIST: ...", "the broker LIST did not answer
 * within ..." or, if the program is asked to stop, "stopped before the broker LIST answered". */
const char *kafka_trouble_on_silence(const rd_kafka_t *client, const struct bus_options *options,
				     char text[static KAFKA_ADVICE_SIZE]);

#endif
