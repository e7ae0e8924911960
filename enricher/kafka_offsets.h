/* kafka_offsets.h - puts offsets into a transaction within a time limit.
 *
 * rd_kafka_send_offsets_to_transaction() does not honour its timeout while the coordinator of the
 * group is down, and may never return (librdkafka issue 5456; seen with 2.0.2, reported for
 * 2.14.2). So it is called in a thread, which is left behind if the call takes too long. It is the
 * only thread of our own.
 *
 * (1) The thread shares nothing with the rest of the program but its struct call.
 * (2) A client that was left behind is destroyed by its thread if the call ever returns. A
 *     new producer with the same transactional.id fences it.
 */
#ifndef TENURE_KAFKA_OFFSETS_H
#define TENURE_KAFKA_OFFSETS_H

#include "common/kafka/kafka_client.h"
#include "enricher/exchange_outcome.h"

/* A producer's client with the topics that it writes to. */
struct kafka_offsets_client {
	rd_kafka_t *client;
	rd_kafka_topic_t *handles[EXCHANGE_TOPICS];
};

enum kafka_offsets_outcome {
	KAFKA_OFFSETS_ANSWERED,    /* *error is what the call returned, for the caller to destroy */
	KAFKA_OFFSETS_LEFT_BEHIND, /* logged; the client must not be used any more (2) */
	KAFKA_OFFSETS_NOT_SENT,    /* logged */
};

/* Sends OFFSETS with METADATA in the open transaction of CLIENT, waiting at most TIMEOUT_MS +
 * KAFKA_OFFSETS_GRACE_MS, with the pause of OPTIONS. Takes ownership of OFFSETS and METADATA in any case. */
#define KAFKA_OFFSETS_GRACE_MS 500
enum kafka_offsets_outcome kafka_offsets_send(const struct kafka_offsets_client *client,
					      rd_kafka_topic_partition_list_t *offsets,
					      rd_kafka_consumer_group_metadata_t *metadata,
					      int timeout_ms, const struct bus_options *options,
					      rd_kafka_error_t **error);

#endif
