#include "common/kafka/kafka_fenced_writer.h"

#include <stdlib.h>

#include "common/base/when.h"
#include "common/kafka/kafka_trouble.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"

/* How long a dead process may hold up readers if no other takes over, and how long the broker may
 * take to accept a record. */
#define TRANSACTION_MS "10000"
#define COMMIT_MS 30000      /* for a broker that restarts */
#define STOP_COMMIT_MS 10000 /* supervisors kill a process about 25 s after asking it to stop */
#define ABORT_MS 5000

struct kafka_fenced_writer {
	const char *topic;
	const char *id;
	const struct bus_options *options;
	rd_kafka_t *client;
	bool started;
	bool open;    /* a transaction */
	bool lost;    /* a record was not delivered; logged */
	bool refused; /* and writing it again would not help; logged */
};

/* Returns true for errors that come back when the records are written again. */
static bool is_final(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP ||
	       error == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
	       error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

/* What ERROR means. Returns TEXT. */
static const char *why_not(const struct kafka_fenced_writer *writer, const rd_kafka_t *client,
			   rd_kafka_resp_err_t error, char text[static KAFKA_ADVICE_SIZE])
{
	struct kafka_use use = {.operation = "Write", .topic = writer->topic, .id = writer->id};

	return kafka_trouble_on_error(client, error, &use, text);
}

/* As why_not(), in librdkafka's words if no right is missing. */
static const char *why_error(const struct kafka_fenced_writer *writer,
			     const rd_kafka_error_t *error, char text[static KAFKA_ADVICE_SIZE])
{
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	return kafka_advice_is_right(code) ? why_not(writer, writer->client, code, text)
					   : rd_kafka_error_string(error);
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_fenced_writer *writer = opaque;
	char why[KAFKA_ADVICE_SIZE];

	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || writer->refused)
		return;
	if (is_final(message->err)) {
		writer->refused = true;
		log_error("kafka:%s: a record of %zu bytes was refused: %s", writer->topic,
			  message->len, why_not(writer, client, message->err, why));
	}
	writer->lost = true;
}

struct kafka_fenced_writer *kafka_fenced_writer_open(const char *topic, const char *id,
						     const struct bus_options *options)
{
	const struct kafka_property properties[] = {
		{"client.id", "tenure"},
		{"transactional.id", id},
		{"transaction.timeout.ms", TRANSACTION_MS},
		KAFKA_WRITER_PROPERTIES,
		{NULL, NULL},
	};
	struct kafka_fenced_writer *writer = calloc(1, sizeof(*writer));
	rd_kafka_conf_t *conf = writer == NULL ? NULL : kafka_client_conf(options, properties);

	if (conf == NULL) {
		free(writer);
		return NULL;
	}
	writer->topic = topic;
	writer->id = id;
	writer->options = options;
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_conf_set_opaque(conf, writer);
	writer->client = kafka_client_new(RD_KAFKA_PRODUCER, conf);
	if (writer->client != NULL)
		return writer;
	free(writer);
	return NULL;
}

void kafka_fenced_writer_close(struct kafka_fenced_writer *writer)
{
	if (writer == NULL)
		return;
	/* Then readers need not wait for the timeout. */
	if (writer->open)
		rd_kafka_error_destroy(kafka_wait_call(kafka_wait_begin(writer->options, ABORT_MS),
						       writer->client, rd_kafka_abort_transaction));
	rd_kafka_purge(writer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(writer->client, 0);
	rd_kafka_destroy(writer->client);
	free(writer);
}

int kafka_fenced_writer_start(struct kafka_fenced_writer *writer, int timeout_ms)
{
	char why[KAFKA_ADVICE_SIZE];
	rd_kafka_error_t *error;
	int rc = 0;

	if (writer->started)
		return 1;
	error = rd_kafka_init_transactions(writer->client, timeout_ms);
	writer->started = error == NULL;
	if (error != NULL && !rd_kafka_error_is_retriable(error)) {
		log_error("kafka:%s: cannot write in transactions as %s: %s", writer->topic,
			  writer->id, why_error(writer, error, why));
		rc = -1;
	}
	rd_kafka_error_destroy(error);
	return writer->started ? 1 : rc;
}

/* Logs and destroys the ERROR of a call that failed. */
static enum bus_written judge(struct kafka_fenced_writer *writer, rd_kafka_error_t *error)
{
	bool final = is_final(rd_kafka_error_code(error));
	char why[KAFKA_ADVICE_SIZE];

	/* Why a record was refused has been logged. */
	if (!writer->refused)
		log_write(final ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
			  "kafka:%s: cannot write as %s: %s", writer->topic, writer->id,
			  why_error(writer, error, why));
	rd_kafka_error_destroy(error);
	writer->refused = writer->refused || final;
	writer->lost = true;
	return writer->refused ? BUS_REFUSED : BUS_LOST;
}

enum bus_written kafka_fenced_writer_write(struct kafka_fenced_writer *writer,
					   const struct bus_record *record)
{
	rd_kafka_resp_err_t code;
	rd_kafka_error_t *error;

	if (!writer->open) {
		error = rd_kafka_begin_transaction(writer->client);
		if (error != NULL)
			return judge(writer, error);
		writer->open = true;
	}
	while ((code = kafka_client_produce(writer->client, writer->topic, record)) ==
		       RD_KAFKA_RESP_ERR__QUEUE_FULL &&
	       !writer->lost)
		bus_pause_turn(writer->options);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return BUS_WRITTEN; /* the commit reports what was not delivered */
	if (!writer->lost)
		log_error("kafka:%s: cannot write a record of %zu bytes: %s", writer->topic,
			  record->value_length, rd_kafka_err2str(code));
	writer->lost = true;
	writer->refused = writer->refused || is_final(code);
	return writer->refused ? BUS_REFUSED : BUS_LOST;
}

enum bus_written kafka_fenced_writer_commit(struct kafka_fenced_writer *writer)
{
	struct kafka_wait wait = kafka_wait_begin(writer->options, COMMIT_MS);
	struct when began = when_steady();
	rd_kafka_error_t *error;

	if (!writer->open)
		return BUS_WRITTEN;
	/* A commit that timed out is resumed by the next call. */
	for (;;) {
		error = rd_kafka_commit_transaction(writer->client, kafka_wait_step_ms(&wait));
		if (error == NULL || !rd_kafka_error_is_retriable(error) ||
		    (stop_requested() &&
		     when_since(when_steady(), began) >= STOP_COMMIT_MS * NS_PER_MS) ||
		    !kafka_wait_goes_on(&wait))
			break;
		rd_kafka_error_destroy(error);
	}
	if (error != NULL)
		return judge(writer, error);
	writer->open = false;
	return BUS_WRITTEN;
}

rd_kafka_t *kafka_fenced_writer_client(const struct kafka_fenced_writer *writer)
{
	return writer->client;
}
