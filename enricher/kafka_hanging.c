#include "enricher/kafka_hanging.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka/kafka_trouble.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/kafka_calls.h"
#include "enricher/kafka_group_offsets.h"
#include "enricher/kafka_starts.h"
#include "enricher/outcome_source.h"

/* How far before its end the last outcome of an output is looked for, at first, and how much farther each time. Most
 * offsets at the end can be markers. */
#define TAIL_RECORDS INT64_C(64)
#define TAIL_GROWTH 64

/* Of each call: a signal to stop is seen between two. */
#define LOOK_MS 3000
#define UNSTABLE_MS 5000
#define ROUNDS 3

typedef rd_kafka_topic_partition_list_t list_t;

struct look {
	const struct kafka_hanging_settings *settings;
	struct kafka_group *group;
	rd_kafka_t *stable, *all; /* readers of read_committed, and of read_uncommitted */
	list_t *open; /* places in the outputs whose records hang, with the offset of the first one */
	list_t *done;  /* the flows' partitions, with the offset after the last one in an output */
	bool unstable; /* the offsets hang */
	const char *failed; /* the output that could not be read last */
};

bool kafka_hanging_is_void(int64_t source, int64_t committed, int64_t done)
{
	return source != OUTCOME_SOURCE_NONE && source >= committed && source >= done;
}

/* Returns a client that reads what it is told to and is no member of the group. NULL after logging. */
static rd_kafka_t *connect_reader(const struct look *look, const char *isolation)
{
	const struct kafka_property properties[] = {
		{"client.id", "tenure"},           {"group.id", look->settings->group},
		{"enable.auto.commit", "false"},   {"enable.auto.offset.store", "false"},
		{"auto.offset.reset", "earliest"}, {"enable.partition.eof", "true"},
		{"isolation.level", isolation},    {"fetch.wait.max.ms", "100"},
		{"queued.min.messages", "1000"},   {NULL, NULL},
	};
	rd_kafka_conf_t *conf = kafka_client_conf(look->settings->options, properties);
	rd_kafka_t *client = conf == NULL ? NULL : kafka_client_new(RD_KAFKA_CONSUMER, conf);

	if (client != NULL)
		rd_kafka_poll_set_consumer(client);
	return client;
}

static void disconnect_reader(rd_kafka_t *client)
{
	if (client == NULL)
		return;
	rd_kafka_consumer_close(client);
	rd_kafka_destroy(client);
}

static void forget(list_t **list)
{
	if (*list != NULL)
		rd_kafka_topic_partition_list_destroy(*list);
	*list = NULL;
}

/* Returns the places in the outputs that belong to the partitions assigned. */
static list_t *places(const struct look *look)
{
	const list_t *assigned = kafka_group_assigned(look->group);
	list_t *list = rd_kafka_topic_partition_list_new(EXCHANGE_TOPICS * assigned->cnt + 1);

	for (int topic = 0; topic < EXCHANGE_TOPICS; topic++)
		for (int i = 0; i < assigned->cnt; i++)
			rd_kafka_topic_partition_list_add(list, look->settings->topics[topic],
							  assigned->elems[i].partition);
	return list;
}

/* Finds the end of each place of LIST that CLIENT reads to. */
static rd_kafka_resp_err_t find_ends(const struct look *look, rd_kafka_t *client, list_t *list)
{
	struct kafka_wait wait = kafka_wait_begin(look->settings->options, KAFKA_PATIENCE_MS);
	rd_kafka_resp_err_t error;

	if (list->cnt == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	do {
		for (int i = 0; i < list->cnt; i++)
			list->elems[i].offset = RD_KAFKA_OFFSET_END;
		error = kafka_starts_error(
			rd_kafka_offsets_for_times(client, list, kafka_wait_step_ms(&wait)), list);
	} while (kafka_wait_again(&wait, error));
	return error;
}

/* Finds the places in the outputs with records after the last stable offset. */
static rd_kafka_resp_err_t find_open(struct look *look)
{
	list_t *ends = places(look), *stable = places(look);
	rd_kafka_resp_err_t error = find_ends(look, look->all, ends);

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = find_ends(look, kafka_group_client(look->group), stable);
	forget(&look->open);
	look->open = rd_kafka_topic_partition_list_new(stable->cnt + 1);
	for (int i = 0; i < stable->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		if (stable->elems[i].offset < ends->elems[i].offset)
			rd_kafka_topic_partition_list_add(look->open, stable->elems[i].topic,
							  stable->elems[i].partition)
				->offset = stable->elems[i].offset;
	forget(&ends);
	forget(&stable);
	return error;
}

/* Finds the committed offsets that CLIENT sees: one of read_uncommitted sees none that hangs. */
static rd_kafka_resp_err_t find_committed(const struct look *look, rd_kafka_t *client,
					  int timeout_ms, list_t **list)
{
	struct kafka_wait wait = kafka_wait_begin(look->settings->options, timeout_ms);
	rd_kafka_resp_err_t error;

	forget(list);
	*list = rd_kafka_topic_partition_list_copy(kafka_group_assigned(look->group));
	do
		error = kafka_starts_error(
			rd_kafka_committed(client, *list, kafka_wait_step_ms(&wait)), *list);
	while (kafka_wait_again(&wait, error));
	return error;
}

static enum exchange_topic topic_of(const struct look *look, const char *name)
{
	return strcmp(name, look->settings->topics[EXCHANGE_TAGGED]) == 0 ? EXCHANGE_TAGGED
									  : EXCHANGE_REJECTED;
}

/* Takes MESSAGE: raises its place in FOUND to what it says, and strikes it off LEFT if no more is wanted of it. */
static rd_kafka_resp_err_t take(struct look *look, const rd_kafka_message_t *message, bool first,
				list_t *found, list_t *left)
{
	const char *topic = message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt);
	bool ends = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
	rd_kafka_topic_partition_t *place;
	int64_t source = OUTCOME_SOURCE_NONE;

	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !ends) {
		look->failed = look->settings->topics[topic_of(look, topic)];
		return message->err;
	}
	if (!ends && rd_kafka_topic_partition_list_find(left, topic, message->partition) != NULL) {
		place = rd_kafka_topic_partition_list_find(found, topic, message->partition);
		source = outcome_source(topic_of(look, topic), message->payload, message->len,
					look->settings->revise, look->settings->flows);
		if (source > place->offset)
			place->offset = source;
	}
	/* Before it, records of another program may be open. */
	if (ends || (first && source != OUTCOME_SOURCE_NONE))
		rd_kafka_topic_partition_list_del(left, topic, message->partition);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Reads each place of FROM from its offset on, and replaces it by the greatest flow offset in the outcomes there, or by the FIRST
 * outcome's; OUTCOME_SOURCE_NONE: there is none. */
static rd_kafka_resp_err_t read_sources(struct look *look, rd_kafka_t *client, list_t *from,
					bool first)
{
	int64_t deadline_ms = kafka_calls_clock_ms() + LOOK_MS;
	rd_kafka_resp_err_t error = rd_kafka_assign(client, from);
	list_t *left = rd_kafka_topic_partition_list_copy(from);

	for (int i = 0; i < from->cnt; i++)
		from->elems[i].offset = OUTCOME_SOURCE_NONE;
	while (error == RD_KAFKA_RESP_ERR_NO_ERROR && left->cnt > 0) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(client, BUS_PAUSE_MS);

		bus_pause_turn(look->settings->options);
		if (stop_requested() || (message == NULL && kafka_calls_clock_ms() >= deadline_ms))
			error = RD_KAFKA_RESP_ERR__TIMED_OUT;
		if (message == NULL)
			continue;
		deadline_ms = kafka_calls_clock_ms() + LOOK_MS;
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
			error = take(look, message, first, from, left);
		rd_kafka_message_destroy(message);
	}
	rd_kafka_assign(client, NULL);
	forget(&left);
	return error;
}

/* Raises the partition of PLACE in look->done to after the flow that PLACE says. */
static void raise_done(struct look *look, const rd_kafka_topic_partition_t *place)
{
	for (int i = 0; i < look->done->cnt && place->offset != OUTCOME_SOURCE_NONE; i++)
		if (look->done->elems[i].partition == place->partition &&
		    look->done->elems[i].offset <= place->offset)
			look->done->elems[i].offset = place->offset + 1;
}

/* (2). Most often the last outcome is near the end of its output. */
static rd_kafka_resp_err_t find_done(struct look *look)
{
	list_t *ends = places(look), *from = NULL;
	rd_kafka_resp_err_t error = find_ends(look, kafka_group_client(look->group), ends);

	for (int64_t tail = TAIL_RECORDS; error == RD_KAFKA_RESP_ERR_NO_ERROR && ends->cnt > 0;
	     tail *= TAIL_GROWTH) {
		from = rd_kafka_topic_partition_list_copy(ends);
		for (int i = 0; i < from->cnt; i++)
			from->elems[i].offset =
				from->elems[i].offset > tail ? from->elems[i].offset - tail : 0;
		error = read_sources(look, look->stable, from, false);
		for (int i = from->cnt - 1; i >= 0 && error == RD_KAFKA_RESP_ERR_NO_ERROR; i--) {
			raise_done(look, &from->elems[i]);
			if (from->elems[i].offset != OUTCOME_SOURCE_NONE ||
			    ends->elems[i].offset <= tail)
				rd_kafka_topic_partition_list_del_by_idx(ends, i);
		}
		forget(&from);
	}
	forget(&ends);
	return error;
}

/* Leaves the places in look->open that are void, by what the records there say. */
static rd_kafka_resp_err_t keep_void(struct look *look)
{
	list_t *first = rd_kafka_topic_partition_list_copy(look->open), *committed = NULL;
	rd_kafka_resp_err_t error = find_committed(look, look->all, LOOK_MS, &committed);

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && first->cnt > 0)
		error = read_sources(look, look->all, first, true);
	for (int i = first->cnt - 1; i >= 0 && error == RD_KAFKA_RESP_ERR_NO_ERROR; i--) {
		const rd_kafka_topic_partition_t *place = &first->elems[i];

		for (int j = 0; j < committed->cnt; j++)
			if (committed->elems[j].partition == place->partition &&
			    !kafka_hanging_is_void(place->offset, committed->elems[j].offset,
						   look->done->elems[j].offset)) {
				rd_kafka_topic_partition_list_del_by_idx(look->open, i);
				break;
			}
	}
	forget(&first);
	forget(&committed);
	return error;
}

/* Finds look->unstable. While offsets hang, librdkafka 2.0 asks again and again, and may not answer in time. */
static rd_kafka_resp_err_t find_unstable(struct look *look)
{
	list_t *committed = NULL;
	rd_kafka_resp_err_t error = find_committed(look, look->all, LOOK_MS, &committed);

	look->unstable = false;
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		goto out;
	error = find_committed(look, kafka_group_client(look->group), UNSTABLE_MS, &committed);
	look->unstable = error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT ||
			 error == RD_KAFKA_RESP_ERR__TIMED_OUT;
out:
	forget(&committed);
	return look->unstable ? RD_KAFKA_RESP_ERR_NO_ERROR : error;
}

/* Finds what hangs now. */
static rd_kafka_resp_err_t look_now(struct look *look)
{
	rd_kafka_resp_err_t error = find_unstable(look);

	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return error;
	if (stop_requested())
		return RD_KAFKA_RESP_ERR__TIMED_OUT;
	error = find_open(look);
	if (look->unstable && look->stable == NULL)
		look->stable = connect_reader(look, "read_committed");
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && look->unstable)
		error = look->stable == NULL ? RD_KAFKA_RESP_ERR__FAIL : find_done(look);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && look->open->cnt > 0)
		error = keep_void(look);
	return error;
}

/* Tries again while the brokers are not ready, of which there are many kinds. */
static rd_kafka_resp_err_t look_until_seen(struct look *look)
{
	struct kafka_wait wait = kafka_wait_begin(look->settings->options, KAFKA_WAIT_RESTART_MS);
	rd_kafka_resp_err_t error;
	bool said = false;

	for (;;) {
		kafka_wait_step_ms(&wait);
		error = look_now(look);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__FAIL ||
		    kafka_advice_is_right(error) || stop_requested() || !kafka_wait_goes_on(&wait))
			return error;
		if (!said)
			log_warn("kafka: cannot see yet whether earlier transactions have ended: "
				 "%s; trying again",
				 rd_kafka_err2str(error));
		said = true;
	}
}

/* Aborts a transaction in the places found. */
static enum exchange_outcome end_found(struct look *look, struct kafka_producer *producer)
{
	list_t *offsets = rd_kafka_topic_partition_list_copy(look->done);

	/* Any offset will do, for it is aborted. */
	for (int i = 0; i < offsets->cnt; i++)
		offsets->elems[i].offset = 0;
	for (int i = 0; i < look->open->cnt; i++)
		log_warn("kafka:%s: partition %d: a transaction hangs at offset %" PRId64
			 "; aborting it again",
			 look->open->elems[i].topic, look->open->elems[i].partition,
			 look->open->elems[i].offset);
	if (look->unstable)
		log_warn("kafka: the offsets of group %s hang in a transaction; aborting it again",
			 look->settings->group);
	return kafka_producer_end_hanging(producer, look->group, look->open, offsets);
}

enum exchange_outcome kafka_hanging_end(const struct kafka_hanging_settings *settings,
					struct kafka_group *group, struct kafka_producer *producer)
{
	struct look look = {
		.settings = settings, .group = group, .failed = settings->topics[EXCHANGE_TAGGED]};
	struct kafka_use use = {.operation = "Read", .group = settings->group};
	enum exchange_outcome outcome = EXCHANGE_DONE;
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__FAIL;
	char why[KAFKA_ADVICE_SIZE];

	look.all = connect_reader(&look, "read_uncommitted");
	if (look.all == NULL)
		return EXCHANGE_BROKEN;
	look.done = rd_kafka_topic_partition_list_copy(kafka_group_assigned(group));
	for (int i = 0; i < look.done->cnt; i++)
		look.done->elems[i].offset = RD_KAFKA_OFFSET_INVALID;
	/* What is there still is of another producer: it ends by itself. */
	for (int round = 0; round < ROUNDS && outcome == EXCHANGE_DONE; round++) {
		error = look_until_seen(&look);
		if (error != RD_KAFKA_RESP_ERR_NO_ERROR || (!look.unstable && look.open->cnt == 0))
			break;
		outcome = end_found(&look, producer);
	}
	kafka_group_set_done(group, look.done);
	forget(&look.open);
	disconnect_reader(look.stable);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		use.topic = look.failed;
		log_write(stop_requested() ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
			  "kafka: cannot see whether earlier transactions have ended: %s",
			  kafka_trouble_on_error(look.all, error, &use, why));
		outcome = EXCHANGE_BROKEN;
	}
	disconnect_reader(look.all);
	return outcome;
}
