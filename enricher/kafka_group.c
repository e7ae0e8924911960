#include "enricher/kafka_group_offsets.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"
#include "enricher/kafka_member.h"
#include "enricher/kafka_starts.h"

#define BATCH 256
#define NOT_TAKEN (-1)

struct partition {
	int32_t number;
	rd_kafka_queue_t *queue;
	rd_kafka_message_t *batch[BATCH];
	size_t held, used;  /* of the batch */
	int64_t next;       /* after the last record taken, or NOT_TAKEN */
	int64_t start, end; /* of a bounded read; END is INT64_MAX otherwise */
	bool ended;
};

struct kafka_group {
	struct kafka_group_settings settings;
	rd_kafka_t *client;
	struct partition *partitions;
	size_t count;
	int wake; /* eventfd that librdkafka writes to when an empty queue gets a message */
	rd_kafka_topic_partition_list_t *assigned; /* by the group, not started yet */
	rd_kafka_topic_partition_list_t *done; /* of them: flows that have an outcome, or NULL */
	bool revoked, lost, closing, trimmed;
	struct kafka_group_before before;
};

/* What ERROR means. Returns TEXT. */
static const char *why_not(const struct kafka_group *group, rd_kafka_resp_err_t error,
			   char text[static KAFKA_ADVICE_SIZE])
{
	struct kafka_use use = {.operation = "Read",
				.topic = group->settings.topic,
				.group = group->settings.group};

	return kafka_trouble_on_error(group->client, error, &use, text);
}

static void forget_assigned(struct kafka_group *group)
{
	if (group->assigned != NULL)
		rd_kafka_topic_partition_list_destroy(group->assigned);
	if (group->done != NULL)
		rd_kafka_topic_partition_list_destroy(group->done);
	group->assigned = group->done = NULL;
}

static void rebalanced(rd_kafka_t *client, rd_kafka_resp_err_t error,
		       rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct kafka_group *group = opaque;

	if (group->closing) {
		rd_kafka_assign(client, NULL);
		return;
	}
	forget_assigned(group);
	if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		group->assigned = rd_kafka_topic_partition_list_copy(list);
		return;
	}
	group->revoked = true;
	group->lost = rd_kafka_assignment_lost(client) != 0;
}

struct kafka_group *kafka_group_open(const struct kafka_group_settings *settings)
{
	struct kafka_group *group = calloc(1, sizeof(*group));
	rd_kafka_topic_partition_list_t *topics = NULL;
	rd_kafka_resp_err_t error;

	if (group == NULL)
		return NULL;
	group->settings = *settings;
	group->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (group->wake < 0) {
		log_error("kafka:%s: cannot make an eventfd: %s", settings->topic, strerror(errno));
		goto out;
	}
	group->client = kafka_member_connect(&group->settings, rebalanced, group);
	if (group->client == NULL ||
	    kafka_client_partitions(group->client, settings->options, settings->topic, "Read") <= 0)
		goto out;
	rd_kafka_poll_set_consumer(group->client);
	topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(topics, settings->topic, RD_KAFKA_PARTITION_UA);
	error = rd_kafka_subscribe(group->client, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return group;
	log_error("kafka:%s: cannot join group %s: %s", settings->topic, settings->group,
		  rd_kafka_err2str(error));
out:
	kafka_group_close(group);
	return NULL;
}

static void clear_batch(struct partition *partition)
{
	while (partition->used < partition->held)
		rd_kafka_message_destroy(partition->batch[partition->used++]);
	partition->used = partition->held = 0;
}

static void drop_partitions(struct kafka_group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		clear_batch(&group->partitions[i]);
		rd_kafka_queue_io_event_enable(group->partitions[i].queue, -1, NULL, 0);
		rd_kafka_queue_destroy(group->partitions[i].queue);
	}
	free(group->partitions);
	group->partitions = NULL;
	group->count = 0;
}

void kafka_group_close(struct kafka_group *group)
{
	if (group == NULL)
		return;
	drop_partitions(group);
	forget_assigned(group);
	if (group->client != NULL) {
		group->closing = true;
		rd_kafka_consumer_close(group->client);
		rd_kafka_destroy(group->client);
	}
	if (group->wake >= 0)
		close(group->wake);
	free(group);
}

/* FROM may be RD_KAFKA_OFFSET_BEGINNING or _END. */
static int start_partition(struct kafka_group *group, struct partition *partition, int32_t number,
			   int64_t from)
{
	const uint64_t one = 1;
	int64_t low = 0;
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

	*partition = (struct partition){.number = number, .next = NOT_TAKEN, .end = INT64_MAX};
	partition->queue =
		rd_kafka_queue_get_partition(group->client, group->settings.topic, number);
	if (group->settings.bounded)
		error = kafka_starts_range(group->client, &group->settings, number, &low,
					   &partition->end);
	if (partition->queue == NULL || error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("kafka:%s: cannot read partition %d: %s", group->settings.topic, number,
			  rd_kafka_err2str(error));
		return -1;
	}
	partition->start = from == RD_KAFKA_OFFSET_END ? partition->end : from < low ? low : from;
	rd_kafka_queue_forward(partition->queue, NULL);
	rd_kafka_queue_io_event_enable(partition->queue, group->wake, &one, sizeof(one));
	return 0;
}

int kafka_group_start(struct kafka_group *group)
{
	rd_kafka_topic_partition_list_t *list = group->assigned;
	rd_kafka_resp_err_t error;
	int rc = -1;

	group->assigned = NULL;
	if (kafka_starts_find(group->client, &group->settings, group->done, list, &group->before) ==
	    0)
		group->partitions = calloc((size_t)list->cnt + 1, sizeof(*group->partitions));
	if (group->partitions == NULL)
		goto out;
	for (int i = 0; i < list->cnt; i++, group->count++) {
		if (start_partition(group, &group->partitions[i], list->elems[i].partition,
				    list->elems[i].offset) < 0)
			goto out;
		if (group->done != NULL && group->done->elems[i].offset == list->elems[i].offset)
			group->partitions[i].next = list->elems[i].offset;
	}
	error = rd_kafka_assign(group->client, list);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		log_error("kafka:%s: cannot start reading: %s", group->settings.topic,
			  rd_kafka_err2str(error));
	else
		rc = 0;
out:
	rd_kafka_topic_partition_list_destroy(list);
	forget_assigned(group);
	return rc;
}

enum kafka_group_event kafka_group_poll(struct kafka_group *group)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(group->client, 0);
	char why[KAFKA_ADVICE_SIZE];

	if (message != NULL && kafka_advice_is_right(message->err)) {
		log_error("kafka:%s: cannot be a member of the group %s: %s", group->settings.topic,
			  group->settings.group, why_not(group, message->err, why));
		rd_kafka_message_destroy(message);
		return KAFKA_GROUP_BROKEN;
	}
	if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("kafka:%s: partition %d: a record arrived outside its queue",
			  group->settings.topic, message->partition);
		rd_kafka_message_destroy(message);
		return KAFKA_GROUP_BROKEN;
	}
	if (message != NULL) {
		log_warn("kafka:%s: %s", group->settings.topic, rd_kafka_message_errstr(message));
		rd_kafka_message_destroy(message);
	}
	if (rd_kafka_fatal_error(group->client, why, sizeof(why)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("kafka:%s: another process may run as instance %s: %s",
			  group->settings.topic, group->settings.instance, why);
		return KAFKA_GROUP_BROKEN;
	}
	if (group->revoked)
		return group->lost ? KAFKA_GROUP_LOST : KAFKA_GROUP_REVOKED;
	return group->assigned != NULL ? KAFKA_GROUP_ASSIGNED : KAFKA_GROUP_QUIET;
}

void kafka_group_release(struct kafka_group *group)
{
	drop_partitions(group);
	rd_kafka_assign(group->client, NULL);
	group->revoked = group->lost = false;
}

bool kafka_group_is_trimmed(const struct kafka_group *group)
{
	return group->trimmed;
}

bool kafka_group_is_member(const struct kafka_group *group)
{
	return group->partitions != NULL && !group->revoked;
}

struct kafka_group_before kafka_group_before(const struct kafka_group *group)
{
	return group->before;
}

size_t kafka_group_count(const struct kafka_group *group)
{
	return group->count;
}

/* Handles a message that is not a record. */
static enum exchange_head no_record(struct kafka_group *group, struct partition *partition,
				    const rd_kafka_message_t *message)
{
	char why[KAFKA_ADVICE_SIZE];

	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		partition->ended = partition->ended || message->offset >= partition->end;
		return EXCHANGE_NONE;
	}
	group->trimmed = message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
			 message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
	if (group->trimmed)
		log_error("kafka:%s: partition %d: the records after offset %" PRId64
			  ", where group %s stopped, were deleted: flows are lost. To continue, "
			  "set the group's offset or give another --group",
			  group->settings.topic, partition->number, message->offset,
			  group->settings.group);
	else
		log_error("kafka:%s: partition %d: %s", group->settings.topic, partition->number,
			  kafka_advice_is_right(message->err) ? why_not(group, message->err, why)
							      : rd_kafka_message_errstr(message));
	return EXCHANGE_FAILED;
}

enum exchange_head kafka_group_head(struct kafka_group *group, size_t index,
				    struct bus_record *record)
{
	struct partition *partition = &group->partitions[index];
	rd_kafka_message_t *message;
	enum exchange_head head;

	for (;;) {
		if (partition->used == partition->held && !partition->ended) {
			ssize_t got = rd_kafka_consume_batch_queue(partition->queue, 0,
								   partition->batch, BATCH);

			partition->used = 0;
			partition->held = got > 0 ? (size_t)got : 0;
		}
		if (partition->used == partition->held)
			return partition->ended ? EXCHANGE_ENDED : EXCHANGE_NONE;
		message = partition->batch[partition->used];
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset < partition->end)
			break;
		partition->ended = partition->ended || message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
		head = partition->ended ? EXCHANGE_ENDED : no_record(group, partition, message);
		rd_kafka_message_destroy(message);
		partition->used++;
		if (head == EXCHANGE_FAILED)
			return head;
		if (partition->ended)
			clear_batch(partition);
	}
	*record = kafka_client_record(message);
	return EXCHANGE_FLOW;
}

void kafka_group_take(struct kafka_group *group, size_t index)
{
	struct partition *partition = &group->partitions[index];
	rd_kafka_message_t *message = partition->batch[partition->used++];

	partition->next = message->offset + 1;
	rd_kafka_message_destroy(message);
}

void kafka_group_wait(struct kafka_group *group, int fd, int timeout_ms)
{
	struct pollfd wake[] = {{.fd = group->wake, .events = POLLIN},
				{.fd = fd, .events = POLLIN}};
	eventfd_t count;

	if (poll(wake, 2, timeout_ms) > 0 && wake[0].revents != 0)
		eventfd_read(group->wake, &count);
}

void kafka_group_progress(const struct kafka_group *group, uint64_t *done, uint64_t *total)
{
	*done = *total = 0;
	for (size_t i = 0; i < group->count && group->settings.bounded; i++) {
		const struct partition *p = &group->partitions[i];

		*total += p->end > p->start ? (uint64_t)(p->end - p->start) : 0;
		*done += p->next > p->start ? (uint64_t)(p->next - p->start) : 0;
	}
}

int32_t kafka_group_partition(const struct kafka_group *group, size_t index, int64_t *behind)
{
	const struct partition *partition = &group->partitions[index];

	*behind = partition->next == NOT_TAKEN
			  ? -1
			  : kafka_client_behind(group->client, group->settings.topic,
						partition->number, partition->next);
	return partition->number;
}

rd_kafka_topic_partition_list_t *kafka_group_offsets(const struct kafka_group *group)
{
	rd_kafka_topic_partition_list_t *list =
		rd_kafka_topic_partition_list_new((int)group->count + 1);

	for (size_t i = 0; i < group->count; i++)
		if (group->partitions[i].next != NOT_TAKEN)
			kafka_starts_add(list, &group->settings, group->partitions[i].number,
					 group->partitions[i].next);
	return list;
}

rd_kafka_consumer_group_metadata_t *kafka_group_metadata(const struct kafka_group *group)
{
	return rd_kafka_consumer_group_metadata(group->client);
}

rd_kafka_t *kafka_group_client(struct kafka_group *group)
{
	return group->client;
}

const rd_kafka_topic_partition_list_t *kafka_group_assigned(const struct kafka_group *group)
{
	return group->assigned;
}

void kafka_group_set_done(struct kafka_group *group, rd_kafka_topic_partition_list_t *done)
{
	if (group->done != NULL)
		rd_kafka_topic_partition_list_destroy(group->done);
	group->done = done;
}
