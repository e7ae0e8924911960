/* kafka_starts.h - where a member of a consumer group starts to read. For kafka_group.c
 * only. */
#ifndef TENURE_KAFKA_STARTS_H
#define TENURE_KAFKA_STARTS_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

/* Sets the offset to start at in each partition of LIST, see kafka_group.h (1), and *CONTINUES if the group
 * had committed one of them. -1 after logging. */
int kafka_starts_find(rd_kafka_t *client, const struct kafka_group_settings *settings,
		      rd_kafka_topic_partition_list_t *list, bool *continues);

#endif
