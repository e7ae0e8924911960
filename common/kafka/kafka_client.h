/* kafka_client.h - what every use of Apache Kafka shares. The only file that includes
 * librdkafka.
 *
 * The rules of librdkafka: rd_kafka_new() takes ownership of the conf if it succeeds; the
 * caller destroys messages that it consumed and error objects.
 *
 * (1) Secrets in the properties are never logged.
 * (2) Every wait for a broker ends after KAFKA_PATIENCE_MS, or once the program is asked to stop, with an error that
 *     names it.
 */
#ifndef TENURE_KAFKA_CLIENT_H
#define TENURE_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "common/bus/bus.h"

#define KAFKA_PATIENCE_MS 10000

struct kafka_property {
	const char *name;
	const char *value;
};

/* Of a producer that writes records of ours: the Java client's partitioner, and room for
 * BUS_RECORD_MAX with its framing. */
#define KAFKA_WRITER_PROPERTIES                                                               \
	{"partitioner", "murmur2_random"}, {"compression.codec", "lz4"}, {"linger.ms", "20"}, \
		{"message.max.bytes", "8454144"},                                             \
	{                                                                                     \
		"batch.size", "1000000"                                                       \
	}

/* The properties from ROLE_PROPERTIES (ended by an empty one; NULL for none), from the
 * options' file, and from -X; later ones override. Returns NULL after logging. */
rd_kafka_conf_t *kafka_client_conf(const struct bus_options *options,
				   const struct kafka_property *role_properties);
/* A copy of CLIENT's, for a client that asks about the same brokers. The callbacks are CLIENT's, too. */
rd_kafka_conf_t *kafka_client_conf_of(const rd_kafka_t *client);
/* Writes the property NAME of CONF to VALUE[SIZE]; "" if there is none or no room. */
void kafka_client_property(const rd_kafka_conf_t *conf, const char *name, char *value, size_t size);
/* Whether CONF says where a broker is. */
bool kafka_client_has_broker(const rd_kafka_conf_t *conf);
/* Takes ownership of CONF in any case. Returns NULL after logging. */
rd_kafka_t *kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf);
/* Whether ERROR means that no broker has answered. */
bool kafka_client_is_silence(rd_kafka_resp_err_t error);
/* The number of partitions of TOPIC, on which OPERATION ("Read" or "Write") is wanted; -1 after logging, for instance
 * that there is no such broker or topic (2), or no such right. Waits with the pause of OPTIONS. */
int kafka_client_partitions(rd_kafka_t *client, const struct bus_options *options,
			    const char *topic, const char *operation);
/* Writes the setting NAME of TOPIC to VALUE[SIZE]. -1 after logging. Waits with the pause of OPTIONS. */
int kafka_client_topic_setting(rd_kafka_t *client, const struct bus_options *options,
			       const char *topic, const char *name, char *value, size_t size);
/* Offsets of PARTITION from NEXT on, by what the broker said last; -1: not known. Does not wait. */
int64_t kafka_client_behind(rd_kafka_t *client, const char *topic, int32_t partition, int64_t next);

/* Returns the record in MESSAGE, borrowed from it. */
struct bus_record kafka_client_record(const rd_kafka_message_t *message);
/* Queues a copy of RECORD for TOPIC and serves CLIENT's callbacks, for up to 0.1 s if the queue is
 * full. */
rd_kafka_resp_err_t kafka_client_produce(rd_kafka_t *client, const char *topic,
					 const struct bus_record *record);

#endif
