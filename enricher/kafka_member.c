#include "enricher/kafka_member.h"

#include <stdio.h>

/* Memory for flows that were fetched but not read yet: of all partitions, and of each. */
#define QUEUES_KB (512 * 1024)
#define QUEUE_KB_MAX (64 * 1024)
#define QUEUE_KB_MIN (2 * 1024)

rd_kafka_t *kafka_member_connect(const struct kafka_group_settings *settings,
				 kafka_member_rebalanced *rebalanced, void *user)
{
	char kilobytes[24];
	const struct kafka_property properties[] = {
		{"client.id", "tenure"},
		{"group.id", settings->group},
		{"group.instance.id", settings->instance},
		{"enable.auto.commit", "false"},
		{"enable.auto.offset.store", "false"},
		{"auto.offset.reset", "error"},
		{"enable.partition.eof", "true"},
		/* With the cooperative assignor librdkafka 2.0 can go back to an old position. */
		{"partition.assignment.strategy", "range"},
		{"isolation.level", "read_committed"},
		{"fetch.wait.max.ms", "100"},
		/* For each partition: more than a second's, for which librdkafka 2.0 stops when it is full. */
		{"queued.min.messages", "1000000"},
		{"queued.max.messages.kbytes", kilobytes},
		{NULL, NULL},
	};
	rd_kafka_conf_t *conf;
	int share = QUEUES_KB / settings->partitions;
	int each = share > QUEUE_KB_MAX ? QUEUE_KB_MAX : share;

	snprintf(kilobytes, sizeof(kilobytes), "%d", each < QUEUE_KB_MIN ? QUEUE_KB_MIN : each);
	conf = kafka_client_conf(settings->options, properties);
	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_opaque(conf, user);
	rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
	return kafka_client_new(RD_KAFKA_CONSUMER, conf);
}
