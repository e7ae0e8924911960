#include "enricher/kafka_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/kafka/kafka_client.h"

#define BYTES_MAX 1000000UL
#define BYTES_MIN 1000UL

int kafka_batch_find(const char *const topics[static EXCHANGE_TOPICS],
		     const struct bus_options *options, char bytes[static KAFKA_BATCH_SIZE])
{
	rd_kafka_conf_t *conf = kafka_client_conf(options, NULL);
	rd_kafka_t *client = conf == NULL ? NULL : kafka_client_new(RD_KAFKA_PRODUCER, conf);
	unsigned long least = BYTES_MAX;
	char limit[32];
	int rc = -1;

	for (int i = 0; client != NULL && i < EXCHANGE_TOPICS; i++) {
		unsigned long accepted;

		if (kafka_client_partitions(client, options, topics[i], "Write") <= 0 ||
		    kafka_client_topic_setting(client, options, topics[i], "max.message.bytes",
					       limit, sizeof(limit)) < 0)
			goto out;
		accepted = strtoul(limit, NULL, 10);
		if (accepted < least)
			least = accepted < BYTES_MIN ? BYTES_MIN : accepted;
	}
	rc = client == NULL ? -1 : 0;
	snprintf(bytes, KAFKA_BATCH_SIZE, "%lu", least);
out:
	if (client != NULL)
		rd_kafka_destroy(client);
	return rc;
}
