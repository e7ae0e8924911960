#include "common/kafka/kafka_client.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/when.h"
#include "common/kafka/kafka_trouble.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"

static void library_log(const rd_kafka_t *client, int level, const char *facility,
			const char *message)
{
	(void)client;
	/* librdkafka handles a short outage; the code that waits reports a long one. What is fatal
	 * to a client is reported by the call that it fails. */
	if (level <= 2 && strcmp(facility, "FATAL") != 0 && strcmp(facility, "TXNERR") != 0)
		log_error("kafka: %s: %s", facility, message);
	else
		log_debug("kafka: %s: %s", facility, message);
}

#define QUIET_MS 2000 /* without an answer, before a broker counts as away */

/* Of all clients of the process, which have the same brokers; in milliseconds of when_steady(). An answer comes in
 * a thread of the library. */
static struct {
	_Atomic int64_t answered; /* the last time; 0: not yet */
	_Atomic int64_t failed;   /* a request, when its connection ended; 0: not yet */
	_Atomic int64_t away;     /* since when no broker could be reached; 0: one can */
} outage;

static int64_t steady_ms(void)
{
	return when_steady().ns / NS_PER_MS + 1;
}

/* Each client has this error, once in an outage, as soon as its last connection ends: it is said once. One that was
 * waiting to be heard while a client had answers again is late. */
static void see_away(const char *reason)
{
	int64_t now = steady_ms(), none = 0;
	int64_t answered = atomic_load(&outage.answered);
	bool failed = atomic_load(&outage.failed) >= answered;

	if ((answered == 0 || failed || now - answered >= QUIET_MS) &&
	    atomic_compare_exchange_strong(&outage.away, &none, now))
		log_warn("kafka: no broker can be reached; trying again until one answers: %s",
			 reason);
	else
		log_debug("kafka: no broker can be reached: %s", reason);
}

static rd_kafka_resp_err_t see_answer(rd_kafka_t *client, int socket, const char *name, int32_t id,
				      int16_t key, int16_t version, int32_t correlation,
				      size_t size, int64_t round_trip, rd_kafka_resp_err_t error,
				      void *opaque)
{
	int64_t now = steady_ms(), away;

	(void)client, (void)socket, (void)id, (void)key, (void)version;
	(void)correlation, (void)size, (void)round_trip, (void)opaque;
	if (error == RD_KAFKA_RESP_ERR__TRANSPORT)
		atomic_store(&outage.failed, now);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	atomic_store(&outage.answered, now);
	away = atomic_exchange(&outage.away, 0);
	if (away > 0)
		log_info("kafka: broker %s answers again after %" PRId64 " s", name,
			 (now - away) / 1000);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void library_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
	(void)client;
	(void)opaque;
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		see_away(reason);
	else
		log_debug("kafka: %s: %s", rd_kafka_err2name((rd_kafka_resp_err_t)code), reason);
}

/* The client's threads block all signals. This one is blocked in vain: the sandbox sends it, and a thread that does
 * not take it ends the process without a word (common/program/sandbox.h). */
static rd_kafka_resp_err_t thread_starts(rd_kafka_t *client, rd_kafka_thread_type_t type,
					 const char *name, void *opaque)
{
	sigset_t refused;

	(void)client;
	(void)type;
	(void)name;
	(void)opaque;
	sigemptyset(&refused);
	sigaddset(&refused, SIGSYS);
	pthread_sigmask(SIG_UNBLOCK, &refused, NULL);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t client_starts(rd_kafka_t *client, const rd_kafka_conf_t *conf,
					 void *opaque, char *why, size_t size)
{
	(void)conf;
	(void)opaque;
	(void)why;
	(void)size;
	rd_kafka_interceptor_add_on_response_received(client, "tenure", see_answer, NULL);
	return rd_kafka_interceptor_add_on_thread_start(client, "tenure", thread_starts, NULL);
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, const char *from)
{
	char why[256];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return 0;
	/* The message of librdkafka may contain the value, which may be a secret (1). */
	if (rd_kafka_conf_set(conf, name, NULL, why, sizeof(why)) == RD_KAFKA_CONF_UNKNOWN)
		log_error("%s: librdkafka has no property %s", from, name);
	else
		log_error("%s: librdkafka does not accept the value of %s", from, name);
	return -1;
}

/* Sets NAME=VALUE from TEXT, which is changed. */
static int set_pair(rd_kafka_conf_t *conf, char *text, const char *from)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || equals == text) {
		log_error("%s: a librdkafka property has the form KEY=VALUE", from);
		return -1;
	}
	*equals = '\0';
	return set(conf, text, equals + 1, from);
}

static int set_from_file(rd_kafka_conf_t *conf, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int rc = 0;

	if (file == NULL) {
		log_error("--kafka-config: %s: %s", path, strerror(errno));
		return -1;
	}
	while (rc == 0 && (length = getline(&line, &size, file)) >= 0) {
		while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL)
			line[--length] = '\0';
		if (length > 0 && line[0] != '#')
			rc = set_pair(conf, line, path);
	}
	free(line);
	fclose(file);
	return rc;
}

rd_kafka_conf_t *kafka_client_conf(const struct bus_options *options,
				   const struct kafka_property *role_properties)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char *pair = NULL;

	rd_kafka_conf_set_log_cb(conf, library_log);
	rd_kafka_conf_set_error_cb(conf, library_error);
	rd_kafka_conf_interceptor_add_on_new(conf, "tenure", client_starts, NULL);
	/* Nagle's algorithm delays pipelined requests. */
	if (set(conf, "socket.nagle.disable", "true", "kafka") < 0)
		goto out;
	for (const struct kafka_property *p = role_properties; p != NULL && p->name != NULL; p++)
		if (set(conf, p->name, p->value, "kafka") < 0)
			goto out;
	if (options->brokers != NULL &&
	    set(conf, "bootstrap.servers", options->brokers, "--brokers") < 0)
		goto out;
	if (options->properties_file != NULL && set_from_file(conf, options->properties_file) < 0)
		goto out;
	for (size_t i = 0; i < options->properties.count; i++) {
		free(pair);
		pair = strdup(options->properties.values[i]);
		if (pair == NULL || set_pair(conf, pair, "--kafka-property") < 0)
			goto out;
	}
	free(pair);
	return conf;
out:
	free(pair);
	rd_kafka_conf_destroy(conf);
	return NULL;
}

rd_kafka_conf_t *kafka_client_conf_of(const rd_kafka_t *client)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_dup(rd_kafka_conf((rd_kafka_t *)(uintptr_t)client));

	/* A copy has none. */
	rd_kafka_conf_interceptor_add_on_new(conf, "tenure", client_starts, NULL);
	return conf;
}

bool kafka_client_has_broker(const rd_kafka_conf_t *conf)
{
	size_t size = 0;

	return rd_kafka_conf_get(conf, "bootstrap.servers", NULL, &size) == RD_KAFKA_CONF_OK &&
	       size > 1;
}

rd_kafka_t *kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	rd_kafka_t *client;
	char why[256];

	if (!kafka_client_has_broker(conf)) {
		log_error("kafka: no broker is given; use --brokers HOST:PORT");
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	client = rd_kafka_new(type, conf, why, sizeof(why));
	if (client == NULL) {
		log_error("kafka: %s", why);
		rd_kafka_conf_destroy(conf);
	}
	return client;
}

void kafka_client_property(const rd_kafka_conf_t *conf, const char *name, char *value, size_t size)
{
	if (rd_kafka_conf_get(conf, name, value, &size) != RD_KAFKA_CONF_OK)
		value[0] = '\0';
}

bool kafka_client_is_silence(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT ||
	       error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

int kafka_client_partitions(rd_kafka_t *client, const struct bus_options *options,
			    const char *topic, const char *operation)
{
	struct kafka_wait wait = kafka_wait_begin(options, KAFKA_PATIENCE_MS);
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
	struct kafka_use use = {.operation = operation, .topic = topic};
	char why[KAFKA_ADVICE_SIZE], brokers[256];
	rd_kafka_resp_err_t error;
	int count = -1;

	kafka_client_property(rd_kafka_conf(client), "bootstrap.servers", brokers, sizeof(brokers));
	if (handle == NULL) {
		log_error("kafka:%s is not a valid topic name", topic);
		return -1;
	}
	do
		error = rd_kafka_metadata(client, 0, handle, &metadata, kafka_wait_step_ms(&wait));
	while (kafka_wait_again(&wait, error));
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1)
		error = metadata->topics[0].err;
	if (kafka_client_is_silence(error))
		log_write(stop_requested() ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "kafka:%s: %s",
			  topic, kafka_trouble_on_silence(client, options, why));
	else if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		log_error("kafka:%s: the broker %s has no such topic; create it first", topic,
			  brokers);
	else if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		log_error("kafka:%s: %s", topic, kafka_trouble_on_error(client, error, &use, why));
	else
		count = metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(handle);
	return count;
}

/* Logs why the settings of TOPIC cannot be read. Returns -1. */
static int no_settings(const rd_kafka_t *client, const char *topic, rd_kafka_resp_err_t error)
{
	struct kafka_use use = {.operation = "DescribeConfigs", .topic = topic};
	char why[KAFKA_ADVICE_SIZE];

	log_error("kafka:%s: cannot read the topic's settings: %s", topic,
		  kafka_trouble_on_error(client, error, &use, why));
	return -1;
}

/* Reads the value of NAME from the answer to a DescribeConfigs request. */
static int setting_from(const rd_kafka_t *client, rd_kafka_event_t *event, const char *topic,
			const char *name, char *value, size_t size)
{
	const rd_kafka_DescribeConfigs_result_t *result =
		rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	rd_kafka_resp_err_t error = rd_kafka_event_error(event);
	size_t count = 0;

	if (result == NULL || error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return no_settings(client, topic, error);
	resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
	if (count != 1)
		return no_settings(client, topic, RD_KAFKA_RESP_ERR__BAD_MSG);
	error = rd_kafka_ConfigResource_error(resources[0]);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return no_settings(client, topic, error);
	entries = rd_kafka_ConfigResource_configs(resources[0], &count);
	for (size_t i = 0; i < count; i++) {
		const char *found = rd_kafka_ConfigEntry_value(entries[i]);

		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) != 0)
			continue;
		snprintf(value, size, "%s", found == NULL ? "" : found);
		return 0;
	}
	log_error("kafka:%s: the broker did not report the topic's %s", topic, name);
	return -1;
}

int kafka_client_topic_setting(rd_kafka_t *client, const struct bus_options *options,
			       const char *topic, const char *name, char *value, size_t size)
{
	struct kafka_wait wait = kafka_wait_begin(options, KAFKA_PATIENCE_MS + 1000);
	rd_kafka_AdminOptions_t *admin =
		rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_ConfigResource_t *resource =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_event_t *event;
	char why[256];
	int rc = -1;

	rd_kafka_AdminOptions_set_request_timeout(admin, KAFKA_PATIENCE_MS, why, sizeof(why));
	rd_kafka_DescribeConfigs(client, &resource, 1, admin, queue);
	do
		event = rd_kafka_queue_poll(queue, kafka_wait_step_ms(&wait));
	while (event == NULL && !stop_requested() && kafka_wait_goes_on(&wait));
	if (event == NULL)
		log_error("kafka:%s: the broker did not report the topic's settings", topic);
	else
		rc = setting_from(client, event, topic, name, value, size);
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_ConfigResource_destroy(resource);
	rd_kafka_AdminOptions_destroy(admin);
	return rc;
}

int64_t kafka_client_behind(rd_kafka_t *client, const char *topic, int32_t partition, int64_t next)
{
	int64_t low = -1, high = -1;

	if (rd_kafka_get_watermark_offsets(client, topic, partition, &low, &high) !=
		    RD_KAFKA_RESP_ERR_NO_ERROR ||
	    high < 0)
		return -1;
	return high > next ? high - next : 0;
}

struct bus_record kafka_client_record(const rd_kafka_message_t *message)
{
	rd_kafka_timestamp_type_t type;

	return (struct bus_record){
		.key = message->key,
		.key_length = message->key_len,
		.value = message->payload,
		.value_length = message->len,
		.partition = message->partition,
		.offset = message->offset,
		.timestamp_ms = rd_kafka_message_timestamp(message, &type),
	};
}

rd_kafka_resp_err_t kafka_client_produce(rd_kafka_t *client, const char *topic,
					 const struct bus_record *record)
{
	int32_t partition =
		record->partition == BUS_ANY_PARTITION ? RD_KAFKA_PARTITION_UA : record->partition;
	int64_t timestamp = record->timestamp_ms == BUS_NO_TIMESTAMP ? 0 : record->timestamp_ms;
	rd_kafka_resp_err_t error = rd_kafka_producev(
		client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY((void *)(uintptr_t)record->key, record->key_length),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value, record->value_length),
		RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_END);

	rd_kafka_poll(client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
	return error;
}
