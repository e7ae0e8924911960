#include "enricher/kafka_producer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/kafka_group_offsets.h"

#define TRANSACTION_MS 30000 /* a dead instance holds readers of the output up for so long */

/* How long the broker may take. A process that is told to stop commits and closes, which
 * must take less than the 25 s that it has. */
#define COMMIT_MS 15000 /* for all the calls of a commit together */
#define CLOSE_MS 5000
#define FLUSH_STEP_MS 100
#define CALL_MS 10000
#define CONNECT_TRIES 18 /* three minutes for a broker that is started again */
#define BATCH_BYTES_MAX 1000000UL
#define BATCH_BYTES_MIN 1000UL

struct culprit {
	bool there;
	int32_t partition;
	int64_t first, last; /* sources */
};

struct kafka_producer {
	const char *topics[2];
	const char *identity;
	const struct bus_options *options;
	rd_kafka_t *client;
	rd_kafka_topic_t *handles[2];
	char batch_bytes[24]; /* what both topics take in one batch */
	bool open;            /* a transaction */
	bool unclear;         /* only a new producer can tell how it ended (1) */
	bool failed;          /* a record of it was not delivered */
	struct culprit culprit;
};

/* True for errors that the record itself is the cause of. */
static bool record_at_fault(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP ||
	       error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_producer *producer = opaque;
	struct culprit *culprit = &producer->culprit;
	int64_t source = (int64_t)(intptr_t)message->_private;

	(void)client;
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	if (!producer->failed && message->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
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
		*culprit = (struct culprit){true, message->partition, source, source};
	if (source < culprit->first)
		culprit->first = source;
	if (source > culprit->last)
		culprit->last = source;
}

/* Judges ERROR, which is destroyed, of the call that DOING names. */
static enum kafka_producer_outcome judge(struct kafka_producer *producer, rd_kafka_error_t *error,
					 const char *doing)
{
	enum kafka_producer_outcome outcome = KAFKA_PRODUCER_AGAIN;
	rd_kafka_resp_err_t code;

	if (error == NULL)
		return KAFKA_PRODUCER_DONE;
	code = rd_kafka_error_code(error);
	log_warn("kafka: instance %s cannot %s: %s", producer->identity, doing,
		 rd_kafka_error_string(error));
	if (rd_kafka_error_is_fatal(error) &&
	    (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	     code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)) {
		log_error(
			"kafka: another process runs as instance %s; each needs a name of its own",
			producer->identity);
		outcome = KAFKA_PRODUCER_BROKEN;
	} else if (!rd_kafka_error_txn_requires_abort(error)) {
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
	for (int i = 0; i < 2; i++) {
		if (producer->handles[i] != NULL)
			rd_kafka_topic_destroy(producer->handles[i]);
		producer->handles[i] = NULL;
	}
	rd_kafka_destroy(producer->client);
	producer->client = NULL;
}

/* Finds the topics, and the largest batch that both take: a broker refuses a batch as a
 * whole, with good records in it. */
static int look_at_topics(struct kafka_producer *producer)
{
	rd_kafka_conf_t *conf = kafka_client_conf(producer->options, NULL);
	rd_kafka_t *client = conf == NULL ? NULL : kafka_client_new(RD_KAFKA_PRODUCER, conf);
	unsigned long least = BATCH_BYTES_MAX;
	char limit[32];
	int rc = -1;

	for (int i = 0; client != NULL && i < 2; i++) {
		unsigned long bytes;

		if (kafka_client_partitions(client, producer->topics[i]) <= 0 ||
		    kafka_client_topic_setting(client, producer->topics[i], "max.message.bytes",
					       limit, sizeof(limit)) < 0)
			goto out;
		bytes = strtoul(limit, NULL, 10);
		if (bytes < least)
			least = bytes < BATCH_BYTES_MIN ? BATCH_BYTES_MIN : bytes;
	}
	rc = client == NULL ? -1 : 0;
	snprintf(producer->batch_bytes, sizeof(producer->batch_bytes), "%lu", least);
out:
	if (client != NULL)
		rd_kafka_destroy(client);
	return rc;
}

static int connect_producer(struct kafka_producer *producer)
{
	const char *const properties[] = {
		"client.id",
		"tenure",
		"transactional.id",
		producer->identity,
		"transaction.timeout.ms",
		"30000", /* TRANSACTION_MS */
		"compression.codec",
		"lz4",
		"linger.ms",
		"50",
		"batch.num.messages",
		"10000",
		"batch.size",
		producer->batch_bytes,
		NULL,
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
	for (int i = 0; i < 2; i++)
		producer->handles[i] =
			rd_kafka_topic_new(producer->client, producer->topics[i], NULL);
	for (int tries = 1;; tries++) {
		error = rd_kafka_init_transactions(producer->client, CALL_MS);
		if (error == NULL || !rd_kafka_error_is_retriable(error) ||
		    tries == CONNECT_TRIES || stop_requested())
			break;
		rd_kafka_error_destroy(error);
	}
	producer->open = producer->unclear = producer->failed = false;
	if (error == NULL)
		return 0;
	log_error("kafka: cannot begin to write in transactions as %s: %s", producer->identity,
		  rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}

struct kafka_producer *kafka_producer_open(const char *const topics[static 2], const char *identity,
					   const struct bus_options *options)
{
	struct kafka_producer *producer = calloc(1, sizeof(*producer));

	if (producer == NULL)
		return NULL;
	producer->topics[0] = topics[0];
	producer->topics[1] = topics[1];
	producer->identity = identity;
	producer->options = options;
	if (look_at_topics(producer) == 0 && connect_producer(producer) == 0)
		return producer;
	kafka_producer_close(producer);
	return NULL;
}

void kafka_producer_close(struct kafka_producer *producer)
{
	if (producer == NULL)
		return;
	/* Readers of the topics need not wait for the time-out then. */
	if (producer->client != NULL && producer->open && !producer->unclear)
		rd_kafka_error_destroy(rd_kafka_abort_transaction(producer->client, CLOSE_MS));
	disconnect(producer);
	free(producer);
}

int kafka_producer_partitions(struct kafka_producer *producer, const char *topic)
{
	return kafka_client_partitions(producer->client, topic);
}

int kafka_producer_setting(struct kafka_producer *producer, const char *topic, const char *name,
			   char *value, size_t size)
{
	return kafka_client_topic_setting(producer->client, topic, name, value, size);
}

static rd_kafka_headers_t *headers_of(const struct bus_record *record)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);

	for (size_t i = 0; i < record->header_count; i++)
		rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value,
				    (ssize_t)record->headers[i].length);
	return headers;
}

/* Judges an error code of a produce call. */
static enum kafka_producer_outcome judge_write(struct kafka_producer *producer,
					       rd_kafka_resp_err_t error)
{
	char why[256];

	if (record_at_fault(error))
		return KAFKA_PRODUCER_REFUSED;
	if (rd_kafka_fatal_error(producer->client, why, sizeof(why)) == RD_KAFKA_RESP_ERR__FENCED) {
		log_error("kafka: another process runs as instance %s: %s", producer->identity,
			  why);
		return KAFKA_PRODUCER_BROKEN;
	}
	log_warn("kafka: instance %s cannot write: %s", producer->identity,
		 rd_kafka_err2str(error));
	return KAFKA_PRODUCER_AGAIN;
}

enum kafka_producer_outcome kafka_producer_write(struct kafka_producer *producer, int topic,
						 const struct bus_record *record, int64_t source)
{
	enum kafka_producer_outcome outcome;
	rd_kafka_headers_t *headers;
	rd_kafka_resp_err_t error;

	if (!producer->open) {
		producer->culprit.there = false;
		outcome = judge(producer, rd_kafka_begin_transaction(producer->client),
				"begin a transaction");
		if (outcome != KAFKA_PRODUCER_DONE)
			return outcome;
		producer->open = true;
	}
	headers = headers_of(record);
	do {
		error = rd_kafka_producev(
			producer->client, RD_KAFKA_V_RKT(producer->handles[topic]),
			RD_KAFKA_V_PARTITION(record->partition),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
			RD_KAFKA_V_KEY((void *)(uintptr_t)record->key, record->key_length),
			RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value, record->value_length),
			RD_KAFKA_V_TIMESTAMP(record->timestamp_ms < 0 ? 0 : record->timestamp_ms),
			RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)(intptr_t)source),
			RD_KAFKA_V_END);
		rd_kafka_poll(producer->client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
	} while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && !producer->failed);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return producer->failed ? KAFKA_PRODUCER_AGAIN : KAFKA_PRODUCER_DONE;
	rd_kafka_headers_destroy(headers);
	return judge_write(producer, error);
}

/* Milliseconds of a clock that is never set. */
static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What a call may take until DEADLINE_MS; never 0, which would mean something else. */
static int left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_ms();

	return left < 1 ? 1 : (int)left;
}

static enum kafka_producer_outcome flush_until(struct kafka_producer *producer, int64_t deadline_ms)
{
	while (!producer->failed) {
		if (rd_kafka_flush(producer->client, FLUSH_STEP_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		if (clock_ms() < deadline_ms)
			continue;
		log_warn("kafka: instance %s: the broker did not take the records within %d s",
			 producer->identity, COMMIT_MS / 1000);
		producer->unclear = true;
		return KAFKA_PRODUCER_AGAIN;
	}
	return producer->failed ? KAFKA_PRODUCER_AGAIN : KAFKA_PRODUCER_DONE;
}

enum kafka_producer_outcome kafka_producer_flush(struct kafka_producer *producer)
{
	return flush_until(producer, clock_ms() + COMMIT_MS);
}

static enum kafka_producer_outcome send_offsets(struct kafka_producer *producer,
						struct kafka_group *group, int timeout_ms)
{
	rd_kafka_topic_partition_list_t *offsets = kafka_group_offsets(group);
	rd_kafka_consumer_group_metadata_t *metadata = kafka_group_metadata(group);
	enum kafka_producer_outcome outcome = KAFKA_PRODUCER_AGAIN;

	if (metadata != NULL)
		outcome = judge(producer,
				rd_kafka_send_offsets_to_transaction(producer->client, offsets,
								     metadata, timeout_ms),
				"put the offsets into the transaction");
	rd_kafka_topic_partition_list_destroy(offsets);
	if (metadata != NULL)
		rd_kafka_consumer_group_metadata_destroy(metadata);
	return outcome;
}

enum kafka_producer_outcome kafka_producer_commit(struct kafka_producer *producer,
						  struct kafka_group *group)
{
	int64_t deadline_ms = clock_ms() + COMMIT_MS;
	enum kafka_producer_outcome outcome = flush_until(producer, deadline_ms);

	if (!producer->open)
		return KAFKA_PRODUCER_DONE;
	if (outcome == KAFKA_PRODUCER_DONE)
		outcome = send_offsets(producer, group, left_ms(deadline_ms));
	if (outcome == KAFKA_PRODUCER_DONE)
		outcome = judge(producer,
				rd_kafka_commit_transaction(producer->client, left_ms(deadline_ms)),
				"commit a transaction");
	if (outcome == KAFKA_PRODUCER_DONE)
		producer->open = false;
	return outcome;
}

enum kafka_producer_outcome kafka_producer_abort(struct kafka_producer *producer)
{
	rd_kafka_error_t *error = NULL;
	char why[256];

	if (!producer->unclear && producer->open)
		error = rd_kafka_abort_transaction(producer->client, CALL_MS);
	if (error != NULL ||
	    rd_kafka_fatal_error(producer->client, why, sizeof(why)) != RD_KAFKA_RESP_ERR_NO_ERROR)
		producer->unclear = true;
	rd_kafka_error_destroy(error);
	producer->open = producer->failed = false;
	if (!producer->unclear)
		return KAFKA_PRODUCER_DONE;
	disconnect(producer);
	return connect_producer(producer) < 0 ? KAFKA_PRODUCER_BROKEN : KAFKA_PRODUCER_DONE;
}

bool kafka_producer_culprit(const struct kafka_producer *producer, int32_t *partition,
			    int64_t *source, int64_t *last_source)
{
	*partition = producer->culprit.partition;
	*source = producer->culprit.first;
	*last_source = producer->culprit.last;
	return producer->culprit.there;
}
