/* kafka_topics.h - whether the topics that a run reads and writes fit together.
 */
#ifndef TENURE_KAFKA_TOPICS_H
#define TENURE_KAFKA_TOPICS_H

#include "enricher/exchange.h"
#include "enricher/kafka_producer.h"

/* Checks partitions and retention of the outputs. EX_OK with *PARTITIONS, those of the flows' topic, or the exit code after
 * logging: that a broker does not answer is no fault of the configuration. */
int kafka_topics_check(const struct exchange_settings *settings, struct kafka_producer *producer,
		       int *partitions);

#endif
