/* kafka_batch.h - the largest batch that both outputs accept: a broker refuses a batch as a whole, including the good
 * records in it. */
#ifndef TENURE_KAFKA_BATCH_H
#define TENURE_KAFKA_BATCH_H

#include "common/bus/bus.h"
#include "enricher/exchange_outcome.h"

#define KAFKA_BATCH_SIZE 24

/* Checks that TOPICS exist and writes to BYTES how large a batch may be, for librdkafka. -1 after logging. */
int kafka_batch_find(const char *const topics[static EXCHANGE_TOPICS],
		     const struct bus_options *options, char bytes[static KAFKA_BATCH_SIZE]);

#endif
