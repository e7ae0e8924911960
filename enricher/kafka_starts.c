#include "enricher/kafka_starts.h"

#include <string.h>

#include "common/kafka/kafka_offset.h"
#include "common/kafka/kafka_trouble.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"

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

/* Whether the offset that was committed for PLACE is of the same run. */
static bool is_of_run(const rd_kafka_topic_partition_t *place, const char *run)
{
	return run != NULL && place->metadata_size == strlen(run) &&
	       memcmp(place->metadata, run, place->metadata_size) == 0;
}

/* An offset of DONE, which may be NULL, is as good as a committed one. */
static rd_kafka_resp_err_t find_committed(rd_kafka_t *client, const char *run,
					  const rd_kafka_topic_partition_list_t *done,
					  rd_kafka_topic_partition_list_t *list, int timeout_ms,
					  struct kafka_group_before *before)
{
	rd_kafka_resp_err_t error =
		kafka_starts_error(rd_kafka_committed(client, list, timeout_ms), list);

	*before = (struct kafka_group_before){0};
	for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		before->same_run |= is_of_run(&list->elems[i], run);
		if (done != NULL && list->elems[i].offset < done->elems[i].offset) {
			list->elems[i].offset = done->elems[i].offset;
			before->ahead = true;
		}
		before->any |= list->elems[i].offset >= 0;
		if (list->elems[i].offset < 0)
			list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
	}
	return error;
}

/* Finds the first record since the settings' SINCE where find_committed() found no offset. */
static rd_kafka_resp_err_t find_moment(rd_kafka_t *client,
				       const struct kafka_group_settings *settings,
				       rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
	rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_new(list->cnt);
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].offset == RD_KAFKA_OFFSET_BEGINNING)
			rd_kafka_topic_partition_list_add(asked, settings->topic,
							  list->elems[i].partition)
				->offset = settings->since.ns / NS_PER_MS - CLOCKS_MS;
	if (asked->cnt > 0)
		error = kafka_starts_error(rd_kafka_offsets_for_times(client, asked, timeout_ms),
					   asked);
	for (int i = 0; i < asked->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		rd_kafka_topic_partition_list_set_offset(
			list, settings->topic, asked->elems[i].partition,
			asked->elems[i].offset < 0 ? RD_KAFKA_OFFSET_END : asked->elems[i].offset);
	rd_kafka_topic_partition_list_destroy(asked);
	return error;
}

int kafka_starts_find(rd_kafka_t *client, const struct kafka_group_settings *settings,
		      const rd_kafka_topic_partition_list_t *done,
		      rd_kafka_topic_partition_list_t *list, struct kafka_group_before *before)
{
	struct kafka_use use = {
		.operation = "Read", .topic = settings->topic, .group = settings->group};
	struct kafka_wait wait = kafka_wait_begin(settings->options, KAFKA_WAIT_RESTART_MS);
	char why[KAFKA_ADVICE_SIZE];
	rd_kafka_resp_err_t error;
	bool said = false;

	/* That a short step was too short is not worth a line. */
	for (;;) {
		error = find_committed(client, settings->run, done, list, kafka_wait_step_ms(&wait),
				       before);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR && !when_is_min(settings->since))
			error = find_moment(client, settings, list, kafka_wait_step_ms(&wait));
		if (!is_passing(error) || stop_requested() || !kafka_wait_goes_on(&wait))
			break;
		if (!said && wait.step_ms == KAFKA_WAIT_STEP_MS)
			log_warn("kafka:%s: the committed offsets of group %s are not known yet: "
				 "%s; trying again",
				 settings->topic, settings->group, rd_kafka_err2str(error));
		said = said || wait.step_ms == KAFKA_WAIT_STEP_MS;
	}
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	log_write(stop_requested() ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
		  "kafka:%s: cannot read the committed offsets of group %s: %s", settings->topic,
		  settings->group, kafka_trouble_on_error(client, error, &use, why));
	return -1;
}

rd_kafka_resp_err_t kafka_starts_range(rd_kafka_t *client,
				       const struct kafka_group_settings *settings,
				       int32_t partition, int64_t *first, int64_t *end)
{
	rd_kafka_resp_err_t error =
		kafka_offset_find(client, settings->options, settings->topic, partition,
				  KAFKA_OFFSET_FIRST, KAFKA_PATIENCE_MS, first);

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = kafka_offset_find(client, settings->options, settings->topic, partition,
					  KAFKA_OFFSET_END, KAFKA_PATIENCE_MS, end);
	return error;
}

void kafka_starts_add(rd_kafka_topic_partition_list_t *list,
		      const struct kafka_group_settings *settings, int32_t partition,
		      int64_t offset)
{
	rd_kafka_topic_partition_t *place =
		rd_kafka_topic_partition_list_add(list, settings->topic, partition);

	place->offset = offset;
	if (settings->run == NULL)
		return;
	/* LIST frees it. Without it, the run counts as another one. */
	place->metadata = strdup(settings->run);
	place->metadata_size = place->metadata == NULL ? 0 : strlen(settings->run);
}
