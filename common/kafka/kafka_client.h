/* kafka_client.h - what every use of Apache Kafka shares. Private to common/kafka_*.c:
 * the only place that includes librdkafka.
 *
 * librdkafka's rules: rd_kafka_new() takes the conf when it succeeds; a message from a
 * consume call is destroyed by us; an error object is destroyed by us.
 *
 * (1) The secrets in the properties are never logged.
 * (2) Whatever waits for a broker gives up after KAFKA_PATIENCE_MS and names it.
 */
#ifndef TENURE_KAFKA_CLIENT_H
#define TENURE_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "common/bus/bus.h"

#define KAFKA_PATIENCE_MS 10000

/* The properties that ROLE_PROPERTIES (pairs of name and value, ended by NULL), the
 * options' file and the options' -X give, later ones winning. NULL after logging. */
rd_kafka_conf_t *kafka_client_conf(const struct bus_options *options,
				   const char *const *role_properties);
/* Takes CONF in any case. NULL after logging. */
rd_kafka_t *kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf);
/* How many partitions TOPIC has; -1 after logging that the broker or the topic is not
 * there (2). */
int kafka_client_partitions(rd_kafka_t *client, const char *topic);
/* Puts the setting NAME of TOPIC into VALUE. -1 after logging. */
int kafka_client_topic_setting(rd_kafka_t *client, const char *topic, const char *name, char *value,
			       size_t size);

#endif
