/* kafka_group_offsets.h - what a transaction needs of a group member. Private to
 * common/kafka_*.c. */
#ifndef TENURE_KAFKA_GROUP_OFFSETS_H
#define TENURE_KAFKA_GROUP_OFFSETS_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

/* A new list of the offsets behind the records that were taken; the caller destroys it. */
rd_kafka_topic_partition_list_t *kafka_group_offsets(const struct kafka_group *group);
/* New; the caller destroys it. NULL when the group was not joined yet. */
rd_kafka_consumer_group_metadata_t *kafka_group_metadata(const struct kafka_group *group);

#endif
