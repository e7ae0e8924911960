/* kafka_group_offsets.h - what a transaction needs from a group member. For kafka_producer.c and
 * kafka_hanging.c only. */
#ifndef TENURE_KAFKA_GROUP_OFFSETS_H
#define TENURE_KAFKA_GROUP_OFFSETS_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

/* Returns a new list of the offsets after the records that were taken, for the caller to
 * destroy. */
rd_kafka_topic_partition_list_t *kafka_group_offsets(const struct kafka_group *group);
/* Returns a new object for the caller to destroy, or NULL before the group was joined. */
rd_kafka_consumer_group_metadata_t *kafka_group_metadata(const struct kafka_group *group);

rd_kafka_t *kafka_group_client(struct kafka_group *group);
/* After ASSIGNED, before the start: the partitions, borrowed. */
const rd_kafka_topic_partition_list_t *kafka_group_assigned(const struct kafka_group *group);
/* Of these, the offsets after the records that have an outcome; it takes ownership of DONE. The start is not before them. */
void kafka_group_set_done(struct kafka_group *group, rd_kafka_topic_partition_list_t *done);

#endif
