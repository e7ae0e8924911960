#include "common/kafka/kafka_queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"

#define STEP_MS 100
#define GIVE_UP_MS 1000

struct kafka_queue {
	char *topic;
	rd_kafka_t *client;
	struct kafka_queue_limits limits;
	struct kafka_queue_stats stats;
	bool failed; /* a record was refused for good; logged */
};

/* One record until its fate is known. */
struct item {
	uint64_t packets;
	uint64_t bytes;
	size_t size; /* of key and value */
	char value[];
};

static void add(struct kafka_load *load, const struct item *item)
{
	load->records++;
	load->packets += item->packets;
	load->bytes += item->bytes;
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_queue *queue = opaque;
	struct item *item = message->_private;
	rd_kafka_resp_err_t error = message->err;
	struct kafka_use use = {.operation = "Write", .topic = queue->topic};
	char why[KAFKA_ADVICE_SIZE];

	queue->stats.queued_records--;
	queue->stats.queued_bytes -= item->size;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		add(&queue->stats.delivered, item);
	else if (rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED)
		add(&queue->stats.undelivered, item);
	else
		add(&queue->stats.unconfirmed, item);
	free(item);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
	    error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
	    error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || queue->failed)
		return;
	queue->failed = true;
	log_error("kafka:%s: a record of %zu bytes was refused: %s", queue->topic, message->len,
		  kafka_trouble_on_error(client, error, &use, why));
}

/* The client's own limits, which are no smaller. */
static rd_kafka_conf_t *make_conf(const struct bus_options *options,
				  const struct kafka_queue_limits *limits)
{
	char records[24], kbytes[24];
	const struct kafka_property properties[] = {
		{"client.id", "tenure"},
		/* Retries neither duplicate nor reorder records. */
		{"enable.idempotence", "true"},
		/* A record is not too old because the broker was away (1). */
		{"message.timeout.ms", "0"},
		{"queue.buffering.max.messages", records},
		{"queue.buffering.max.kbytes", kbytes},
		KAFKA_WRITER_PROPERTIES,
		{NULL, NULL},
	};
	int64_t wanted = limits->bytes / 1024 + 1;

	snprintf(records, sizeof(records), "%" PRId64, limits->records);
	snprintf(kbytes, sizeof(kbytes), "%" PRId64, wanted < INT32_MAX ? wanted : INT32_MAX);
	return kafka_client_conf(options, properties);
}

struct kafka_queue *kafka_queue_open(const char *topic, const struct bus_options *options,
				     const struct kafka_queue_limits *limits)
{
	struct kafka_queue *queue = calloc(1, sizeof(*queue));
	rd_kafka_conf_t *conf = queue == NULL ? NULL : make_conf(options, limits);

	if (conf == NULL) {
		if (queue == NULL)
			log_error("kafka:%s: out of memory", topic);
		free(queue);
		return NULL;
	}
	queue->limits = *limits;
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_conf_set_opaque(conf, queue);
	queue->topic = strdup(topic);
	queue->client = kafka_client_new(RD_KAFKA_PRODUCER, conf);
	if (queue->topic != NULL && queue->client != NULL &&
	    kafka_client_partitions(queue->client, options, topic, "Write") > 0)
		return queue;
	kafka_queue_close(queue);
	return NULL;
}

static rd_kafka_resp_err_t produce(struct kafka_queue *queue, const struct bus_record *record,
				   struct item *item)
{
	int32_t partition =
		record->partition == BUS_ANY_PARTITION ? RD_KAFKA_PARTITION_UA : record->partition;
	int64_t timestamp = record->timestamp_ms == BUS_NO_TIMESTAMP ? 0 : record->timestamp_ms;

	/* The value is borrowed from ITEM until delivered(). */
	return rd_kafka_producev(queue->client, RD_KAFKA_V_TOPIC(queue->topic),
				 RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(0),
				 RD_KAFKA_V_KEY((void *)(uintptr_t)record->key, record->key_length),
				 RD_KAFKA_V_VALUE(item->value, record->value_length),
				 RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(item),
				 RD_KAFKA_V_END);
}

enum kafka_offer kafka_queue_offer(struct kafka_queue *queue, const struct bus_record *record,
				   uint64_t packets, uint64_t bytes)
{
	struct kafka_queue_stats *stats = &queue->stats;
	size_t size = record->key_length + record->value_length;
	rd_kafka_resp_err_t error;
	struct item *item;

	rd_kafka_poll(queue->client, 0);
	if (queue->failed)
		return KAFKA_FAILED;
	if (stats->queued_records >= (uint64_t)queue->limits.records ||
	    stats->queued_bytes + size > (uint64_t)queue->limits.bytes)
		return KAFKA_FULL;
	item = malloc(sizeof(*item) + record->value_length);
	if (item == NULL)
		return KAFKA_FULL;
	*item = (struct item){packets, bytes, size};
	memcpy(item->value, record->value, record->value_length);
	error = produce(queue, record, item);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		stats->queued_records++;
		stats->queued_bytes += size;
		return KAFKA_TAKEN;
	}
	free(item);
	if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return KAFKA_FULL;
	queue->failed = true;
	log_error("kafka:%s: cannot write a record of %zu bytes: %s", queue->topic,
		  record->value_length, rd_kafka_err2str(error));
	return KAFKA_FAILED;
}

int kafka_queue_poll(struct kafka_queue *queue, int timeout_ms)
{
	rd_kafka_poll(queue->client, timeout_ms);
	return queue->failed ? -1 : 0;
}

/* What is queued is undelivered; what was sent is unconfirmed. */
static void give_up(struct kafka_queue *queue)
{
	rd_kafka_purge(queue->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(queue->client, GIVE_UP_MS);
}

int kafka_queue_settle(struct kafka_queue *queue, int64_t patience_ms)
{
	uint64_t left;

	/* It waits for its time-out if the client has nothing to say, so in steps. */
	while (queue->stats.queued_records > 0 && patience_ms > 0 && !queue->failed) {
		rd_kafka_flush(queue->client, STEP_MS);
		patience_ms -= STEP_MS;
	}
	left = queue->stats.queued_records;
	if (left > 0) {
		log_error("kafka:%s: gave up on %" PRIu64 " records that the broker did not accept",
			  queue->topic, left);
		give_up(queue);
	}
	return left > 0 || queue->failed ? -1 : 0;
}

struct kafka_queue_stats kafka_queue_get_stats(const struct kafka_queue *queue)
{
	return queue->stats;
}

void kafka_queue_close(struct kafka_queue *queue)
{
	if (queue == NULL)
		return;
	if (queue->client != NULL) {
		if (queue->stats.queued_records > 0)
			give_up(queue);
		rd_kafka_destroy(queue->client);
	}
	free(queue->topic);
	free(queue);
}
