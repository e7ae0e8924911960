/* kafka_member.h - the properties of the client that is a member of the group. For kafka_group.c only. */
#ifndef TENURE_KAFKA_MEMBER_H
#define TENURE_KAFKA_MEMBER_H

#include "common/kafka/kafka_client.h"
#include "enricher/kafka_group.h"

typedef void kafka_member_rebalanced(rd_kafka_t *client, rd_kafka_resp_err_t error,
				     rd_kafka_topic_partition_list_t *list, void *user);

/* Returns a client that has not joined yet and calls REBALANCED with USER. NULL after logging. */
rd_kafka_t *kafka_member_connect(const struct kafka_group_settings *settings,
				 kafka_member_rebalanced *rebalanced, void *user);

#endif
