#include "enricher/kafka_producer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/kafka_batch.h"
#include "enricher/kafka_calls.h"
#include "enricher/kafka_group_offsets.h"
#include "enricher/kafka_offsets.h"

#define TRANSACTION_MS "30000" /* how long a dead instance may hold up readers of the output */

/* How long the broker may take. After a signal to stop, a commit and a close together must
 * take less than the 25 s that the process has. */
#define COMMIT_MS 15000 /* all calls of a commit together */
#define CLOSE_MS 5000

struct kafka_producer {
	const char *topics[EXCHANGE_TOPICS];
	const char *identity;
	const struct bus_options *options;
	rd_kafka_t *client;
	rd_kafka_topic_t *handles[EXCHANGE_TOPICS];
	char batch_bytes[KAFKA_BATCH_SIZE];
	bool open;    /* a transaction */
	bool unclear; /* how it ended; only a new producer can find out (1) */
	bool failed;  /* one of its records was not delivered */
	bool denied;  /* a right is missing; logged */
	struct kafka_producer_culprit culprit;
};

/* Errors caused by the record itself. */
static bool record_at_fault(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP ||
	       error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

/* Logs that CLIENT has no right to do what ERROR says, once. TOPIC may be NULL. */
static void deny(struct kafka_producer *producer, const rd_kafka_t *client, const char *topic,
		 rd_kafka_resp_err_t error)
{
	struct kafka_use use = {.operation = "Write", .topic = topic, .id = producer->identity};
	char why[KAFKA_ADVICE_SIZE];

	if (!producer->denied)
		log_error("kafka: instance %s cannot write: %s", producer->identity,
			  kafka_trouble_on_error(client, error, &use, why));
	producer->denied = true;
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_producer *producer = opaque;
	struct kafka_producer_culprit *culprit = &producer->culprit;
	int64_t source = (int64_t)(intptr_t)message->_private;

	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	if (kafka_advice_is_right(message->err))
		deny(producer, client, rd_kafka_topic_name(message->rkt), message->err);
	else if (!producer->failed && message->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
		 message->err != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		log_warn("kafka:%s: partition %d: the record of flow %" PRId64
			 " was not written: %s",
			 rd_kafka_topic_name(message->rkt), message->partition, source,
			 rd_kafka_err2str(message->err));
	producer->failed = true;
	if (!record_at_fault(message->err) ||
	    (culprit->there && culprit->partition != message->partition))
		return;
	if (!culprit->there)
		*culprit =
			(struct kafka_producer_culprit){true, message->partition, source, source};
	if (source < culprit->first)
		culprit->first = source;
	if (source > culprit->last)
		culprit->last = source;
}

/* Logs, classifies and destroys the ERROR of the call that DOING names. */
static enum exchange_outcome judge(struct kafka_producer *producer, rd_kafka_error_t *error,
				   const char *doing)
{
	enum exchange_outcome outcome = EXCHANGE_AGAIN;
	rd_kafka_resp_err_t code;

	if (error == NULL)
		return EXCHANGE_DONE;
	code = rd_kafka_error_code(error);
	if (kafka_advice_is_right(code)) {
		/* Of a topic, the record that it refused has said so. */
		deny(producer, producer->client, NULL, code);
		rd_kafka_error_destroy(error);
		return EXCHANGE_BROKEN;
	}
	log_warn("kafka: instance %s cannot %s: %s", producer->identity, doing,
		 rd_kafka_error_string(error));
	if (rd_kafka_error_is_fatal(error) &&
	    (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	     code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)) {
		log_error("kafka: another process runs as instance %s; each needs its own name",
			  producer->identity);
		outcome = EXCHANGE_BROKEN;
	} else if (!rd_kafka_error_txn_requires_abort(error) ||
		   code == RD_KAFKA_RESP_ERR__TIMED_OUT) {
		producer->unclear = true;
	}
	rd_kafka_error_destroy(error);
	return outcome;
}

static void disconnect(struct kafka_producer *producer)
{
	if (producer->client == NULL)
		return;
	rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(producer->client, 0);
	for (int i = 0; i < EXCHANGE_TOPICS; i++) {
		if (producer->handles[i] != NULL)
			rd_kafka_topic_destroy(producer->handles[i]);
		producer->handles[i] = NULL;
	}
	rd_kafka_destroy(producer->client);
	producer->client = NULL;
}

static int connect_producer(struct kafka_producer *producer)
{
	const struct kafka_property properties[] = {
		{"client.id", "tenure"},
		{"transactional.id", producer->identity},
		{"transaction.timeout.ms", TRANSACTION_MS},
		{"compression.codec", "lz4"},
		{"linger.ms", "50"},
		{"batch.num.messages", "10000"},
		{"batch.size", producer->batch_bytes},
		{NULL, NULL},
	};
	rd_kafka_conf_t *conf = kafka_client_conf(producer->options, properties);
	rd_kafka_error_t *error;

	if (conf == NULL)
		return -1;
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_conf_set_opaque(conf, producer);
	producer->client = kafka_client_new(RD_KAFKA_PRODUCER, conf);
	if (producer->client == NULL)
		return -1;
	for (int i = 0; i < EXCHANGE_TOPICS; i++)
		producer->handles[i] =
			rd_kafka_topic_new(producer->client, producer->topics[i], NULL);
	producer->open = producer->unclear = producer->failed = false;
	error = kafka_calls_begin(producer->client, producer->identity, producer->options);
	if (error == NULL)
		return 0;
	if (kafka_advice_is_right(rd_kafka_error_code(error)))
		deny(producer, producer->client, NULL, rd_kafka_error_code(error));
	else
		log_error("kafka: cannot start writing in transactions as %s: %s",
			  producer->identity, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}

struct kafka_producer *kafka_producer_open(const char *const topics[static EXCHANGE_TOPICS],
					   const char *identity, const struct bus_options *options)
{
	struct kafka_producer *producer = calloc(1, sizeof(*producer));

	if (producer == NULL)
		return NULL;
	memcpy(producer->topics, topics, sizeof(producer->topics));
	producer->identity = identity;
	producer->options = options;
	if (kafka_batch_find(topics, options, producer->batch_bytes) == 0 &&
	    connect_producer(producer) == 0)
		return producer;
	kafka_producer_close(producer);
	return NULL;
}

void kafka_producer_close(struct kafka_producer *producer)
{
	if (producer == NULL)
		return;
	/* Then readers of the topics need not wait for the timeout. */
	if (producer->client != NULL && producer->open && !producer->unclear)
		rd_kafka_error_destroy(rd_kafka_abort_transaction(producer->client, CLOSE_MS));
	disconnect(producer);
	free(producer);
}

int kafka_producer_partitions(struct kafka_producer *producer, const char *topic)
{
	const char *operation = "Read";

	for (int i = 0; i < EXCHANGE_TOPICS; i++)
		if (strcmp(topic, producer->topics[i]) == 0)
			operation = "Write";
	return kafka_client_partitions(producer->client, producer->options, topic, operation);
}

int kafka_producer_setting(struct kafka_producer *producer, const char *topic, const char *name,
			   char *value, size_t size)
{
	return kafka_client_topic_setting(producer->client, producer->options, topic, name, value,
					  size);
}

/* Logs and classifies the ERROR of a produce call. */
static enum exchange_outcome judge_write(struct kafka_producer *producer, rd_kafka_resp_err_t error)
{
	char why[256];

	if (record_at_fault(error))
		return EXCHANGE_REFUSED;
	if (rd_kafka_fatal_error(producer->client, why, sizeof(why)) == RD_KAFKA_RESP_ERR__FENCED) {
		log_error("kafka: another process runs as instance %s: %s", producer->identity,
			  why);
		return EXCHANGE_BROKEN;
	}
	log_warn("kafka: instance %s cannot write: %s", producer->identity,
		 rd_kafka_err2str(error));
	return EXCHANGE_AGAIN;
}

/* Begins a transaction if none is open. */
static enum exchange_outcome begin(struct kafka_producer *producer)
{
	enum exchange_outcome outcome;

	if (producer->open)
		return EXCHANGE_DONE;
	producer->culprit.there = false;
	outcome = judge(producer, rd_kafka_begin_transaction(producer->client),
			"begin a transaction");
	producer->open = outcome == EXCHANGE_DONE;
	return outcome;
}

enum exchange_outcome kafka_producer_write(struct kafka_producer *producer,
					   enum exchange_topic topic,
					   const struct bus_record *record, int64_t source)
{
	enum exchange_outcome outcome = begin(producer);
	rd_kafka_resp_err_t error;

	if (outcome != EXCHANGE_DONE)
		return outcome;
	do {
		error = rd_kafka_producev(
			producer->client, RD_KAFKA_V_RKT(producer->handles[topic]),
			RD_KAFKA_V_PARTITION(record->partition),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
			RD_KAFKA_V_KEY((void *)(uintptr_t)record->key, record->key_length),
			RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value, record->value_length),
			RD_KAFKA_V_TIMESTAMP(record->timestamp_ms < 0 ? 0 : record->timestamp_ms),
			RD_KAFKA_V_OPAQUE((void *)(intptr_t)source), RD_KAFKA_V_END);
		rd_kafka_poll(producer->client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
	} while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && !producer->failed);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return producer->failed ? EXCHANGE_AGAIN : EXCHANGE_DONE;
	return judge_write(producer, error);
}

static enum exchange_outcome flush_until(struct kafka_producer *producer, int64_t deadline_ms)
{
	while (!producer->failed) {
		if (rd_kafka_flush(producer->client, BUS_PAUSE_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		bus_pause_turn(producer->options);
		if (kafka_calls_clock_ms() < deadline_ms)
			continue;
		log_warn("kafka: instance %s: the broker did not acknowledge the records within %d "
			 "s",
			 producer->identity, COMMIT_MS / 1000);
		producer->unclear = true;
		return EXCHANGE_AGAIN;
	}
	return producer->failed ? EXCHANGE_AGAIN : EXCHANGE_DONE;
}

enum exchange_outcome kafka_producer_flush(struct kafka_producer *producer)
{
	return flush_until(producer, kafka_calls_clock_ms() + COMMIT_MS);
}

/* Takes ownership of OFFSETS. */
static enum exchange_outcome send_offsets(struct kafka_producer *producer,
					  struct kafka_group *group,
					  rd_kafka_topic_partition_list_t *offsets, int timeout_ms)
{
	rd_kafka_consumer_group_metadata_t *metadata = kafka_group_metadata(group);
	struct kafka_offsets_client client = {.client = producer->client};
	rd_kafka_error_t *error = NULL;

	if (metadata == NULL) {
		rd_kafka_topic_partition_list_destroy(offsets);
		return EXCHANGE_AGAIN;
	}
	memcpy(client.handles, producer->handles, sizeof(client.handles));
	switch (kafka_offsets_send(&client, offsets, metadata, timeout_ms, producer->options,
				   &error)) {
	case KAFKA_OFFSETS_ANSWERED:
		return judge(producer, error, "put the offsets into the transaction");
	case KAFKA_OFFSETS_LEFT_BEHIND:
		producer->client = NULL;
		memset(producer->handles, 0, sizeof(producer->handles));
		break;
	case KAFKA_OFFSETS_NOT_SENT:
		break;
	}
	producer->unclear = true;
	return EXCHANGE_AGAIN;
}

enum exchange_outcome kafka_producer_commit(struct kafka_producer *producer,
					    struct kafka_group *group)
{
	int64_t deadline_ms = kafka_calls_clock_ms() + COMMIT_MS;
	enum exchange_outcome outcome = begin(producer);

	if (outcome == EXCHANGE_DONE)
		outcome = flush_until(producer, deadline_ms);
	if (outcome == EXCHANGE_DONE)
		outcome = send_offsets(producer, group, kafka_group_offsets(group),
				       kafka_calls_left_ms(deadline_ms));
	if (outcome == EXCHANGE_DONE)
		outcome = judge(producer,
				kafka_calls_until(producer->client, rd_kafka_commit_transaction,
						  deadline_ms, producer->options),
				"commit a transaction");
	if (outcome == EXCHANGE_DONE)
		producer->open = false;
	return outcome;
}

enum exchange_outcome kafka_producer_end_hanging(struct kafka_producer *producer,
						 struct kafka_group *group,
						 const rd_kafka_topic_partition_list_t *places,
						 rd_kafka_topic_partition_list_t *offsets)
{
	int64_t deadline_ms = kafka_calls_clock_ms() + COMMIT_MS;
	enum exchange_outcome outcome = begin(producer);

	for (int i = 0; i < places->cnt && outcome == EXCHANGE_DONE; i++) {
		const rd_kafka_topic_partition_t *place = &places->elems[i];
		/* A compacted topic refuses a record without a key. */
		const struct bus_record record = {.key = "", .partition = place->partition};
		bool rejected = strcmp(place->topic, producer->topics[EXCHANGE_REJECTED]) == 0;

		outcome = kafka_producer_write(
			producer, rejected ? EXCHANGE_REJECTED : EXCHANGE_TAGGED, &record, -1);
	}
	if (outcome == EXCHANGE_DONE)
		outcome = flush_until(producer, deadline_ms);
	if (outcome == EXCHANGE_DONE)
		outcome = send_offsets(producer, group, offsets, kafka_calls_left_ms(deadline_ms));
	else
		rd_kafka_topic_partition_list_destroy(offsets);
	return outcome == EXCHANGE_DONE ? kafka_producer_abort(producer) : outcome;
}

enum exchange_outcome kafka_producer_abort(struct kafka_producer *producer)
{
	rd_kafka_error_t *error = NULL;
	char why[256];

	/* It would be refused again. */
	if (producer->denied)
		return EXCHANGE_BROKEN;
	if (!producer->unclear && producer->open)
		error = kafka_calls_until(producer->client, rd_kafka_abort_transaction,
					  kafka_calls_clock_ms() + KAFKA_CALLS_MS,
					  producer->options);
	if (error != NULL || producer->client == NULL ||
	    rd_kafka_fatal_error(producer->client, why, sizeof(why)) != RD_KAFKA_RESP_ERR_NO_ERROR)
		producer->unclear = true;
	rd_kafka_error_destroy(error);
	producer->open = producer->failed = false;
	if (!producer->unclear)
		return EXCHANGE_DONE;
	disconnect(producer);
	return connect_producer(producer) < 0 ? EXCHANGE_BROKEN : EXCHANGE_DONE;
}

struct kafka_producer_culprit kafka_producer_culprit(const struct kafka_producer *producer)
{
	return producer->culprit;
}
