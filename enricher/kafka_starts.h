/* kafka_starts.h - where a member of a consumer group starts to read. For kafka_group.c and
 * kafka_hanging.c only. */
#ifndef TENURE_KAFKA_STARTS_H
#define TENURE_KAFKA_STARTS_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

/* Sets the offset to start at in each partition of LIST, see kafka_group.h (1), and *BEFORE. DONE has the same partitions, or
 * is NULL. Waits for up to KAFKA_WAIT_RESTART_MS, with the pause of the settings' options. -1 after logging. */
int kafka_starts_find(rd_kafka_t *client, const struct kafka_group_settings *settings,
		      const rd_kafka_topic_partition_list_t *done,
		      rd_kafka_topic_partition_list_t *list, struct kafka_group_before *before);
/* Adds to LIST that OFFSET of PARTITION is to be committed. */
void kafka_starts_add(rd_kafka_topic_partition_list_t *list,
		      const struct kafka_group_settings *settings, int32_t partition,
		      int64_t offset);

/* Sets *FIRST to the first offset of PARTITION, and *END to that after its last record. */
rd_kafka_resp_err_t kafka_starts_range(rd_kafka_t *client,
				       const struct kafka_group_settings *settings,
				       int32_t partition, int64_t *first, int64_t *end);

/* Returns the ERROR of a call, or the first one that it set on a partition of LIST. */
rd_kafka_resp_err_t kafka_starts_error(rd_kafka_resp_err_t error,
				       const rd_kafka_topic_partition_list_t *list);

#endif
