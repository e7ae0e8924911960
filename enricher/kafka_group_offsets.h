/* kafka_group_offsets.h - what a transaction needs from a group member. For kafka_producer.c
 * only. */
#ifndef TENURE_KAFKA_GROUP_OFFSETS_H
#define TENURE_KAFKA_GROUP_OFFSETS_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

/* Returns a new list of the offsets after the records that were taken, for the caller to
 * destroy. */
rd_kafka_topic_partition_list_t *kafka_group_offsets(const struct kafka_group *group);
/* Returns a new object for the caller to destroy, or NULL before the group was joined. */
rd_kafka_consumer_group_metadata_t *kafka_group_metadata(const struct kafka_group *group);

#endif
