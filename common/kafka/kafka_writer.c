#include "common/kafka/kafka_writer.h"

#include <stdlib.h>
#include <string.h>

#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define STOP_PATIENCE_S 20 /* supervisors kill a process about 25 s after asking it to stop */

struct kafka_writer {
	char *topic;
	rd_kafka_t *client;
	bool failed; /* a record was refused for good; logged */
};

static const struct kafka_property writer_properties[] = {
	{"client.id", "tenure"},
	/* Retries neither duplicate nor reorder records. */
	{"enable.idempotence", "true"},
	KAFKA_WRITER_PROPERTIES,
	{NULL, NULL},
};

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_writer *writer = opaque;
	struct kafka_use use = {.operation = "Write", .topic = writer->topic};
	char why[KAFKA_ADVICE_SIZE];

	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || writer->failed)
		return;
	writer->failed = true;
	log_error("kafka:%s: a record of %zu bytes was refused: %s", writer->topic, message->len,
		  kafka_trouble_on_error(client, message->err, &use, why));
}

struct kafka_writer *kafka_writer_open(const char *topic, const struct bus_options *options)
{
	struct kafka_writer *writer = calloc(1, sizeof(*writer));
	rd_kafka_conf_t *conf =
		writer == NULL ? NULL : kafka_client_conf(options, writer_properties);

	if (conf == NULL) {
		free(writer);
		return NULL;
	}
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_conf_set_opaque(conf, writer);
	writer->topic = strdup(topic);
	writer->client = kafka_client_new(RD_KAFKA_PRODUCER, conf);
	if (writer->topic != NULL && writer->client != NULL &&
	    kafka_client_partitions(writer->client, options, topic, "Write") > 0)
		return writer;
	kafka_writer_close(writer);
	return NULL;
}

int kafka_writer_write(struct kafka_writer *writer, const struct bus_record *record)
{
	rd_kafka_resp_err_t error;

	do
		error = kafka_client_produce(writer->client, writer->topic, record);
	while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && !writer->failed);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		if (!writer->failed)
			log_error("kafka:%s: cannot write a record of %zu bytes: %s", writer->topic,
				  record->value_length, rd_kafka_err2str(error));
		writer->failed = true;
	}
	return writer->failed ? -1 : 0;
}

int kafka_writer_flush(struct kafka_writer *writer)
{
	int patience = STOP_PATIENCE_S;

	/* This ends, because a record that is not delivered in message.timeout.ms fails. */
	while (rd_kafka_flush(writer->client, 1000) == RD_KAFKA_RESP_ERR__TIMED_OUT &&
	       !writer->failed) {
		if (!stop_requested() || --patience > 0)
			continue;
		log_error("kafka:%s: gave up on %d records that the broker did not accept",
			  writer->topic, rd_kafka_outq_len(writer->client));
		writer->failed = true;
	}
	return writer->failed ? -1 : 0;
}

int kafka_writer_close(struct kafka_writer *writer)
{
	int rc = 0;

	if (writer == NULL)
		return 0;
	if (writer->client != NULL) {
		rc = kafka_writer_flush(writer);
		if (rc < 0)
			rd_kafka_purge(writer->client,
				       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_destroy(writer->client);
	}
	free(writer->topic);
	free(writer);
	return rc;
}
