#include "enricher/kafka_offsets.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "enricher/kafka_calls.h"

struct call {
	struct kafka_offsets_client client;
	rd_kafka_topic_partition_list_t *offsets;
	rd_kafka_consumer_group_metadata_t *metadata;
	int timeout_ms;
	pthread_mutex_t mutex; /* guards the rest */
	pthread_cond_t changed;
	bool answered, left_behind;
	rd_kafka_error_t *error;
};

static void call_free(struct call *call)
{
	if (call->left_behind) {
		rd_kafka_error_destroy(call->error);
		for (int i = 0; i < EXCHANGE_TOPICS; i++)
			rd_kafka_topic_destroy(call->client.handles[i]);
		rd_kafka_destroy(call->client.client);
	}
	rd_kafka_topic_partition_list_destroy(call->offsets);
	rd_kafka_consumer_group_metadata_destroy(call->metadata);
	pthread_mutex_destroy(&call->mutex);
	pthread_cond_destroy(&call->changed);
	free(call);
}

static void *make_call(void *argument)
{
	struct call *call = argument;
	rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(
		call->client.client, call->offsets, call->metadata, call->timeout_ms);
	bool left_behind;

	pthread_mutex_lock(&call->mutex);
	call->error = error;
	call->answered = true;
	left_behind = call->left_behind;
	pthread_cond_signal(&call->changed);
	pthread_mutex_unlock(&call->mutex);
	if (left_behind)
		call_free(call);
	return NULL;
}

static struct call *call_new(const struct kafka_offsets_client *client,
			     rd_kafka_topic_partition_list_t *offsets,
			     rd_kafka_consumer_group_metadata_t *metadata, int timeout_ms)
{
	struct call *call = calloc(1, sizeof(*call));
	pthread_condattr_t attributes;

	if (call == NULL)
		return NULL;
	call->client = *client;
	call->offsets = offsets;
	call->metadata = metadata;
	call->timeout_ms = timeout_ms;
	pthread_mutex_init(&call->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&call->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return call;
}

/* Signals are the main thread's. Returns 0 or an errno. */
static int start(struct call *call)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, make_call, call);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		pthread_detach(thread);
	return error;
}

static struct timespec clock_in(int64_t ms)
{
	int64_t ns = when_steady().ns + ms * NS_PER_MS;

	return (struct timespec){.tv_sec = ns / NS_PER_SECOND, .tv_nsec = ns % NS_PER_SECOND};
}

/* Waits for the answer. Returns false, and leaves the call behind, if none comes in time. */
static bool wait_for_answer(struct call *call, const struct bus_options *options)
{
	int64_t deadline_ms = kafka_calls_clock_ms() + call->timeout_ms + KAFKA_OFFSETS_GRACE_MS;
	bool answered, last;

	do {
		int64_t left_ms = kafka_calls_left_ms(deadline_ms);
		struct timespec until = clock_in(left_ms < BUS_PAUSE_MS ? left_ms : BUS_PAUSE_MS);

		last = left_ms <= BUS_PAUSE_MS;
		pthread_mutex_lock(&call->mutex);
		while (!call->answered &&
		       pthread_cond_timedwait(&call->changed, &call->mutex, &until) == 0)
			continue;
		answered = call->answered;
		call->left_behind = !answered && last;
		pthread_mutex_unlock(&call->mutex);
		if (!answered && !last)
			bus_pause_turn(options);
	} while (!answered && !last);
	return answered;
}

enum kafka_offsets_outcome kafka_offsets_send(const struct kafka_offsets_client *client,
					      rd_kafka_topic_partition_list_t *offsets,
					      rd_kafka_consumer_group_metadata_t *metadata,
					      int timeout_ms, const struct bus_options *options,
					      rd_kafka_error_t **error)
{
	struct call *call = call_new(client, offsets, metadata, timeout_ms);
	int cannot;

	if (call == NULL) {
		log_error("kafka: out of memory to commit offsets");
		rd_kafka_topic_partition_list_destroy(offsets);
		rd_kafka_consumer_group_metadata_destroy(metadata);
		return KAFKA_OFFSETS_NOT_SENT;
	}
	cannot = start(call);
	if (cannot != 0) {
		log_error("kafka: cannot start a thread to commit offsets: %s", strerror(cannot));
		call_free(call);
		return KAFKA_OFFSETS_NOT_SENT;
	}
	if (!wait_for_answer(call, options)) {
		log_warn("kafka: the group coordinator did not accept the offsets within "
			 "%d ms; continuing with a new producer",
			 timeout_ms);
		return KAFKA_OFFSETS_LEFT_BEHIND;
	}
	*error = call->error;
	call_free(call);
	return KAFKA_OFFSETS_ANSWERED;
}
