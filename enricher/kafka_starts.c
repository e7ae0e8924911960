#include "enricher/kafka_starts.h"

#include <poll.h>

#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define PAUSE_MS 500
#define CLOCKS_MS 60000 /* a record's timestamp may be this much before its flow's end */

/* Returns the ERROR of a call, or the first one that it set on a partition: a partition whose
 * offset is not available looks like one without an offset. */
rd_kafka_resp_err_t kafka_starts_error(rd_kafka_resp_err_t error,
				       const rd_kafka_topic_partition_list_t *list)
{
	for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		error = list->elems[i].err;
	return error;
}

/* Returns true for errors that pass. A coordinator that is just starting does not know the
 * offsets yet, and offsets in an open transaction of another member are not available until
 * that has ended, at the latest by its timeout. */
static bool is_passing(rd_kafka_resp_err_t error)
{
	switch (error) {
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__WAIT_COORD:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
	case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
	case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
	case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
		return true;
	default:
		return false;
	}
}

/* An offset of DONE, which may be NULL, is as good as a committed one. */
static rd_kafka_resp_err_t find_committed(rd_kafka_t *client,
					  const rd_kafka_topic_partition_list_t *done,
					  rd_kafka_topic_partition_list_t *list, bool *continues)
{
	rd_kafka_resp_err_t error =
		kafka_starts_error(rd_kafka_committed(client, list, KAFKA_PATIENCE_MS), list);

	*continues = false;
	for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		if (done != NULL && list->elems[i].offset < done->elems[i].offset)
			list->elems[i].offset = done->elems[i].offset;
		*continues |= list->elems[i].offset >= 0;
		if (list->elems[i].offset < 0)
			list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
	}
	return error;
}

/* Finds the first record since the settings' SINCE where find_committed() found no offset. */
static rd_kafka_resp_err_t find_moment(rd_kafka_t *client,
				       const struct kafka_group_settings *settings,
				       rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_new(list->cnt);
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].offset == RD_KAFKA_OFFSET_BEGINNING)
			rd_kafka_topic_partition_list_add(asked, settings->topic,
							  list->elems[i].partition)
				->offset = settings->since.ns / NS_PER_MS - CLOCKS_MS;
	if (asked->cnt > 0)
		error = kafka_starts_error(
			rd_kafka_offsets_for_times(client, asked, KAFKA_PATIENCE_MS), asked);
	for (int i = 0; i < asked->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		rd_kafka_topic_partition_list_set_offset(
			list, settings->topic, asked->elems[i].partition,
			asked->elems[i].offset < 0 ? RD_KAFKA_OFFSET_END : asked->elems[i].offset);
	rd_kafka_topic_partition_list_destroy(asked);
	return error;
}

void kafka_starts_pause(const struct bus_options *options)
{
	for (int ms = 0; ms < PAUSE_MS; ms += BUS_PAUSE_MS) {
		bus_pause_turn(options);
		poll(NULL, 0, BUS_PAUSE_MS);
	}
}

int kafka_starts_find(rd_kafka_t *client, const struct kafka_group_settings *settings,
		      const rd_kafka_topic_partition_list_t *done,
		      rd_kafka_topic_partition_list_t *list, bool *continues)
{
	struct kafka_use use = {
		.operation = "Read", .topic = settings->topic, .group = settings->group};
	char why[KAFKA_ADVICE_SIZE];
	rd_kafka_resp_err_t error;

	for (int tries = 1;; tries++) {
		error = find_committed(client, done, list, continues);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR && !when_is_min(settings->since))
			error = find_moment(client, settings, list);
		if (!is_passing(error) || tries == KAFKA_STARTS_TRIES || stop_requested())
			break;
		if (tries == 1)
			log_warn("kafka:%s: the committed offsets of group %s are not known yet: "
				 "%s; trying again",
				 settings->topic, settings->group, rd_kafka_err2str(error));
		kafka_starts_pause(settings->options);
	}
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	log_error("kafka:%s: cannot read the committed offsets of group %s: %s", settings->topic,
		  settings->group, kafka_trouble_on_error(client, error, &use, why));
	return -1;
}
