#include "common/kafka/kafka_probe.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/kafka/kafka_client.h"
#include "common/program/log.h"

struct kafka_probe {
	rd_kafka_t *client;
};

/* Begins to connect to the brokers of OPTIONS. NULL after logging. */
static struct kafka_probe *open_probe(const struct bus_options *options)
{
	struct kafka_probe *probe = calloc(1, sizeof(*probe));
	rd_kafka_conf_t *conf = probe == NULL ? NULL : kafka_client_conf(options, NULL);

	if (probe == NULL)
		log_error("out of memory for a Kafka client");
	if (conf != NULL)
		probe->client = kafka_client_new(RD_KAFKA_CONSUMER, conf);
	if (probe != NULL && probe->client != NULL)
		return probe;
	free(probe);
	return NULL;
}

static bool has_answered(struct kafka_probe *probe)
{
	/* A client asks the first broker that it reaches for it by itself. */
	char *cluster;

	rd_kafka_poll(probe->client, 0);
	cluster = rd_kafka_clusterid(probe->client, 0);
	if (cluster != NULL)
		rd_kafka_mem_free(probe->client, cluster);
	return cluster != NULL;
}

int kafka_probe_turn(struct kafka_probe **probe, const char *address,
		     const struct bus_options *options)
{
	if (!bus_is_kafka(address))
		return 1;
	if (*probe == NULL)
		*probe = open_probe(options);
	if (*probe == NULL)
		return -1;
	if (!has_answered(*probe))
		return 0;
	kafka_probe_close(*probe);
	*probe = NULL;
	return 1;
}

void kafka_probe_close(struct kafka_probe *probe)
{
	if (probe == NULL)
		return;
	rd_kafka_destroy(probe->client);
	free(probe);
}
