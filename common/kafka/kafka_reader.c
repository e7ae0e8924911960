#include "common/kafka/kafka_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka/kafka_offset.h"
#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"

struct kafka_reader {
	char *topic;
	rd_kafka_t *client;
	rd_kafka_topic_t *handle;
	rd_kafka_queue_t *queue;
	rd_kafka_message_t *held; /* the last record borrows from it */
	int partitions;
	int started;          /* partitions that are being fetched */
	int behind;           /* partitions whose end at opening has not been passed */
	int64_t *ends;        /* at opening; -1 once passed */
	int64_t *next;        /* offsets to read */
	uint64_t done, total; /* offsets up to the ends */
	struct bus_options options;
};

static const struct kafka_property reader_properties[] = {
	{"client.id", "tenure"},
	{"isolation.level", "read_committed"},
	{"enable.partition.eof", "true"},
	/* "earliest" would silently skip records that were trimmed. */
	{"auto.offset.reset", "error"},
	{"fetch.wait.max.ms", "100"},
	/* A full queue makes librdkafka 2.0 stop fetching for a whole second. */
	{"queued.min.messages", "1000000"},
	{"queued.max.messages.kbytes", "262144"},
	{NULL, NULL},
};

int kafka_reader_check(const struct bus_options *options)
{
	rd_kafka_conf_t *conf = kafka_client_conf(options, NULL);
	bool good = conf != NULL && kafka_client_has_broker(conf);

	if (conf == NULL)
		return -1;
	if (!good)
		log_error("--brokers is required to reach Kafka: HOST:PORT[,HOST:PORT]...");
	rd_kafka_conf_destroy(conf);
	return good ? 0 : -1;
}

/* What ERROR means. Returns TEXT. */
static const char *why_not(const struct kafka_reader *reader, rd_kafka_resp_err_t error,
			   char text[static KAFKA_ADVICE_SIZE])
{
	struct kafka_use use = {.operation = "Read", .topic = reader->topic};

	return kafka_trouble_on_error(reader->client, error, &use, text);
}

/* The first offset to read of a partition with the offsets [LOW, HIGH). */
static int64_t start_of(int64_t from, int64_t low, int64_t high)
{
	int64_t start = from >= 0 ? from : high + (from + 1);

	if (start < low)
		start = low;
	return start > high ? high : start;
}

/* The first offset of a partition that ends at HIGH whose record has a timestamp of SINCE or later; -1
 * after logging. */
static int64_t offset_at(struct kafka_reader *reader, int32_t partition, struct when since,
			 int64_t high)
{
	int64_t offset;
	rd_kafka_resp_err_t error = kafka_offset_find(
		reader->client, &reader->options, reader->topic, partition,
		since.ns > 0 ? since.ns / NS_PER_MS : 0, KAFKA_PATIENCE_MS, &offset);

	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("kafka:%s: cannot find a time in partition %d: %s", reader->topic,
			  partition, rd_kafka_err2str(error));
		return -1;
	}
	return offset >= 0 ? offset : high;
}

/* The place of PARTITION, with the offsets [LOW, HIGH), where BEGINNING says; -1 after logging. */
static int64_t place_of(struct kafka_reader *reader, int32_t partition,
			const struct bus_start *beginning, int64_t low, int64_t high)
{
	int64_t start = start_of(beginning->from, low, high), first = 0;

	if ((size_t)partition < beginning->offset_count) {
		first = beginning->offsets[partition];
		if (first > high) {
			log_error("kafka:%s: partition %" PRId32 " ends at offset %" PRId64
				  ", and was read to %" PRId64 " before: it is not the same topic",
				  reader->topic, partition, high, first);
			return -1;
		}
	} else if (!when_is_min(beginning->since)) {
		first = offset_at(reader, partition, beginning->since, high);
	}
	return first < 0 ? -1 : first > start ? first : start;
}

static int start_partition(struct kafka_reader *reader, int32_t partition,
			   const struct bus_start *beginning)
{
	int64_t low = 0, high = 0, start;
	char why[KAFKA_ADVICE_SIZE];
	rd_kafka_resp_err_t error =
		kafka_offset_find(reader->client, &reader->options, reader->topic, partition,
				  KAFKA_OFFSET_FIRST, KAFKA_PATIENCE_MS, &low);

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = kafka_offset_find(reader->client, &reader->options, reader->topic,
					  partition, KAFKA_OFFSET_END, KAFKA_PATIENCE_MS, &high);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("kafka:%s: cannot read the offsets of partition %d: %s", reader->topic,
			  partition, why_not(reader, error, why));
		return -1;
	}
	start = place_of(reader, partition, beginning, low, high);
	if (start < 0)
		return -1;
	reader->ends[partition] = start < high ? high : -1;
	reader->next[partition] = start;
	reader->behind += start < high;
	reader->total += (uint64_t)(high - start);
	if (rd_kafka_consume_start_queue(reader->handle, partition, start, reader->queue) < 0) {
		log_error("kafka:%s: cannot read partition %d: %s", reader->topic, partition,
			  rd_kafka_err2str(rd_kafka_last_error()));
		return -1;
	}
	reader->started = partition + 1;
	return 0;
}

struct kafka_reader *kafka_reader_open(const char *topic, const struct bus_options *options,
				       const struct bus_start *start)
{
	struct kafka_reader *reader = calloc(1, sizeof(*reader));
	rd_kafka_conf_t *conf =
		reader == NULL ? NULL : kafka_client_conf(options, reader_properties);

	if (conf == NULL) {
		free(reader);
		return NULL;
	}
	reader->options = *options;
	reader->topic = strdup(topic);
	reader->client = kafka_client_new(RD_KAFKA_CONSUMER, conf);
	if (reader->topic == NULL || reader->client == NULL)
		goto out;
	reader->partitions = kafka_client_partitions(reader->client, options, topic, "Read");
	if (reader->partitions <= 0)
		goto out;
	reader->handle = rd_kafka_topic_new(reader->client, topic, NULL);
	reader->queue = rd_kafka_queue_new(reader->client);
	reader->ends = calloc((size_t)reader->partitions, sizeof(*reader->ends));
	reader->next = calloc((size_t)reader->partitions, sizeof(*reader->next));
	if (reader->handle == NULL || reader->ends == NULL || reader->next == NULL)
		goto out;
	for (int p = 0; p < reader->partitions; p++)
		if (start_partition(reader, p, start) < 0)
			goto out;
	return reader;
out:
	kafka_reader_close(reader);
	return NULL;
}

static void let_go(struct kafka_reader *reader)
{
	if (reader->held != NULL)
		rd_kafka_message_destroy(reader->held);
	reader->held = NULL;
}

static void passed(struct kafka_reader *reader, int32_t partition, int64_t offset)
{
	int64_t end = reader->ends[partition];

	if (end >= 0)
		reader->done += (uint64_t)((offset < end ? offset : end) - reader->next[partition]);
	reader->next[partition] = offset;
	if (end < 0 || offset < end)
		return;
	reader->ends[partition] = -1;
	reader->behind--;
}

enum bus_status kafka_reader_read(struct kafka_reader *reader, int timeout_ms,
				  struct bus_record *record)
{
	rd_kafka_message_t *message;
	char why[KAFKA_ADVICE_SIZE];

	for (;;) {
		let_go(reader);
		if (reader->behind == 0 && !reader->options.follow)
			return BUS_END;
		rd_kafka_poll(reader->client, 0);
		message = rd_kafka_consume_queue(reader->queue, timeout_ms);
		if (message == NULL)
			return BUS_QUIET;
		reader->held = message;
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			passed(reader, message->partition, message->offset);
			if (reader->behind == 0)
				return reader->options.follow ? BUS_QUIET : BUS_END;
			continue;
		}
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			log_error("kafka:%s: partition %d: %s", reader->topic, message->partition,
				  kafka_advice_is_right(message->err)
					  ? why_not(reader, message->err, why)
					  : rd_kafka_message_errstr(message));
			return BUS_BROKEN;
		}
		*record = kafka_client_record(message);
		passed(reader, message->partition, message->offset + 1);
		return BUS_RECORD;
	}
}

bool kafka_reader_caught_up(const struct kafka_reader *reader)
{
	return reader->behind == 0;
}

int64_t kafka_reader_behind(const struct kafka_reader *reader)
{
	int64_t behind = 0;

	for (int p = 0; p < reader->partitions; p++) {
		int64_t of_one =
			kafka_client_behind(reader->client, reader->topic, p, reader->next[p]);

		if (of_one < 0)
			return -1;
		behind += of_one;
	}
	return behind;
}

void kafka_reader_progress(const struct kafka_reader *reader, uint64_t *done, uint64_t *total)
{
	*done = reader->done;
	*total = reader->total;
}

int kafka_reader_partitions(const struct kafka_reader *reader)
{
	return reader->partitions;
}

int kafka_reader_setting(struct kafka_reader *reader, const char *name, char *value, size_t size)
{
	return kafka_client_topic_setting(reader->client, &reader->options, reader->topic, name,
					  value, size);
}

void kafka_reader_close(struct kafka_reader *reader)
{
	if (reader == NULL)
		return;
	let_go(reader);
	for (int p = 0; p < reader->started; p++)
		rd_kafka_consume_stop(reader->handle, p);
	if (reader->queue != NULL)
		rd_kafka_queue_destroy(reader->queue);
	if (reader->handle != NULL)
		rd_kafka_topic_destroy(reader->handle);
	if (reader->client != NULL)
		rd_kafka_destroy(reader->client);
	free(reader->ends);
	free(reader->next);
	free(reader->topic);
	free(reader);
}
