#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "enricher/kafka_group_offsets.h"
#include "enricher/kafka_hanging.h"
#include "enricher/outcome_source.h"

/* Two outputs of two partitions. A place has outcomes at some offsets; those from STABLE on hang. */
#define PARTITIONS 2
#define OFFSETS 1000
#define NOTHING (-1)

struct place {
	int64_t sources[OFFSETS]; /* of the outcome at an offset, or NOTHING: a marker */
	int64_t stable, end;
};

static const char *const names[EXCHANGE_TOPICS] = {"tagged", "rejected"};

static struct {
	struct place places[EXCHANGE_TOPICS][PARTITIONS];
	int64_t committed[PARTITIONS];
	bool unstable;     /* the offsets hang */
	bool stubborn;     /* of another producer: aborting does not end it */
	bool unreadable;   /* there is no right to read the outputs */
	const char *flows; /* the topic that is read */
	rd_kafka_t *member;
	rd_kafka_topic_partition_list_t *assigned, *reading;
	rd_kafka_message_t message;
	char payload[128];
	/* What was done. */
	int transactions, ended[EXCHANGE_TOPICS][PARTITIONS];
	int64_t done[PARTITIONS];
} fake;

static bool is_stable(rd_kafka_t *client)
{
	char isolation[32];

	kafka_client_property(rd_kafka_conf(client), "isolation.level", isolation,
			      sizeof(isolation));
	return strcmp(isolation, "read_committed") == 0;
}

static struct place *place_of(const rd_kafka_topic_partition_t *at)
{
	return &fake.places[strcmp(at->topic, names[EXCHANGE_REJECTED]) == 0][at->partition];
}

rd_kafka_resp_err_t rd_kafka_offsets_for_times(rd_kafka_t *client,
					       rd_kafka_topic_partition_list_t *list,
					       int timeout_ms)
{
	(void)timeout_ms;
	for (int i = 0; i < list->cnt; i++) {
		assert_int_equal(list->elems[i].offset, RD_KAFKA_OFFSET_END);
		list->elems[i].offset = is_stable(client) ? place_of(&list->elems[i])->stable
							  : place_of(&list->elems[i])->end;
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_committed(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list,
				       int timeout_ms)
{
	(void)timeout_ms;
	for (int i = 0; i < list->cnt; i++) {
		list->elems[i].offset = fake.committed[list->elems[i].partition];
		if (fake.unstable && is_stable(client))
			list->elems[i].err = RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_assign(rd_kafka_t *client, const rd_kafka_topic_partition_list_t *list)
{
	(void)client;
	if (fake.reading != NULL)
		rd_kafka_topic_partition_list_destroy(fake.reading);
	fake.reading = list == NULL ? NULL : rd_kafka_topic_partition_list_copy(list);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

const char *rd_kafka_topic_name(const rd_kafka_topic_t *topic)
{
	return (const char *)topic;
}

void rd_kafka_message_destroy(rd_kafka_message_t *message)
{
	assert_ptr_equal(message, &fake.message);
}

/* Puts the outcome at offset AT->offset of PLACE into the message. */
static void show(const rd_kafka_topic_partition_t *at, const struct place *place)
{
	fake.message.payload = fake.payload;
	fake.message.len = (size_t)snprintf(
		fake.payload, sizeof(fake.payload),
		strcmp(at->topic, names[EXCHANGE_TAGGED]) == 0
			? "{\"tenure\":{\"flow\":{\"topic\":\"flows\",\"offset\":%" PRId64 "}}}"
			: "{\"reason\":\"x\",\"flow\":{\"topic\":\"flows\",\"offset\":%" PRId64
			  "}}",
		place->sources[at->offset]);
}

rd_kafka_message_t *rd_kafka_consumer_poll(rd_kafka_t *client, int timeout_ms)
{
	(void)timeout_ms;
	for (int i = 0; i < fake.reading->cnt; i++) {
		rd_kafka_topic_partition_t *at = &fake.reading->elems[i];
		const struct place *place = place_of(at);
		int64_t end = is_stable(client) ? place->stable : place->end;

		while (at->offset < end && place->sources[at->offset] == NOTHING)
			at->offset++;
		if (at->offset > end)
			continue;
		memset(&fake.message, 0, sizeof(fake.message));
		fake.message.rkt = (rd_kafka_topic_t *)(uintptr_t)at->topic;
		fake.message.partition = at->partition;
		if (fake.unreadable)
			fake.message.err = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
		else if (at->offset == end)
			fake.message.err = RD_KAFKA_RESP_ERR__PARTITION_EOF;
		else
			show(at, place);
		at->offset++;
		return &fake.message;
	}
	return NULL;
}

rd_kafka_t *kafka_group_client(struct kafka_group *group)
{
	(void)group;
	return fake.member;
}

const rd_kafka_topic_partition_list_t *kafka_group_assigned(const struct kafka_group *group)
{
	(void)group;
	return fake.assigned;
}

void kafka_group_set_done(struct kafka_group *group, rd_kafka_topic_partition_list_t *done)
{
	(void)group;
	for (int i = 0; i < done->cnt; i++)
		fake.done[i] = done->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(done);
}

enum exchange_outcome kafka_producer_end_hanging(struct kafka_producer *producer,
						 struct kafka_group *group,
						 const rd_kafka_topic_partition_list_t *places,
						 rd_kafka_topic_partition_list_t *offsets)
{
	(void)producer;
	(void)group;
	assert_int_equal(offsets->cnt, PARTITIONS);
	fake.transactions++;
	for (int i = 0; i < places->cnt; i++) {
		struct place *place = place_of(&places->elems[i]);

		fake.ended[strcmp(places->elems[i].topic, names[EXCHANGE_REJECTED]) == 0]
			  [places->elems[i].partition]++;
		if (!fake.stubborn)
			place->stable = place->end;
	}
	fake.unstable = fake.unstable && fake.stubborn;
	rd_kafka_topic_partition_list_destroy(offsets);
	return EXCHANGE_DONE;
}

static int begin(void **state)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[128];

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.flows = "flows";
	memset(fake.places, 0xff, sizeof(fake.places)); /* NOTHING everywhere */
	for (int i = 0; i < PARTITIONS; i++)
		fake.committed[i] = RD_KAFKA_OFFSET_INVALID;
	for (int topic = 0; topic < EXCHANGE_TOPICS; topic++)
		for (int i = 0; i < PARTITIONS; i++)
			fake.places[topic][i].stable = fake.places[topic][i].end = 0;
	rd_kafka_conf_set(conf, "group.id", "g", why, sizeof(why));
	fake.member = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	assert_non_null(fake.member);
	fake.assigned = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int i = 0; i < PARTITIONS; i++)
		rd_kafka_topic_partition_list_add(fake.assigned, "flows", i);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	rd_kafka_topic_partition_list_destroy(fake.assigned);
	rd_kafka_destroy(fake.member);
	return 0;
}

/* Outcomes of the flows from FIRST to before LAST, and a marker if they are committed. */
static void write(enum exchange_topic topic, int partition, int64_t first, int64_t last,
		  bool committed)
{
	struct place *place = &fake.places[topic][partition];

	for (int64_t source = first; source < last; source++)
		place->sources[place->end++] = source;
	place->end += committed;
	if (committed)
		place->stable = place->end;
}

static enum exchange_outcome run(void)
{
	static struct bus_options options = {
		.brokers = "127.0.0.1:1",
		.properties = {.values = {"test.mock.num.brokers=1"}, .count = 1},
	};
	const struct kafka_hanging_settings settings = {
		.topics = {names[EXCHANGE_TAGGED], names[EXCHANGE_REJECTED]},
		.flows = fake.flows,
		.group = "g",
		.options = &options,
	};

	return kafka_hanging_end(&settings, NULL, NULL);
}

static void nothing_is_written_if_nothing_hangs(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, true);
	fake.committed[0] = 10;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 0);
	assert_int_equal(fake.done[0], RD_KAFKA_OFFSET_INVALID);
}

static void outcomes_that_will_be_written_again_are_aborted(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, true);
	write(EXCHANGE_TAGGED, 0, 10, 20, false);
	write(EXCHANGE_REJECTED, 1, 0, 1, false);
	fake.committed[0] = 10;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 1);
	assert_int_equal(fake.ended[EXCHANGE_TAGGED][0], 1);
	assert_int_equal(fake.ended[EXCHANGE_TAGGED][1], 0);
	assert_int_equal(fake.ended[EXCHANGE_REJECTED][0], 0);
	assert_int_equal(fake.ended[EXCHANGE_REJECTED][1], 1);
}

static void outcomes_whose_offset_is_committed_are_kept(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, false);
	fake.committed[0] = 10;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 0);
}

static void records_of_someone_else_are_left_alone(void **state)
{
	(void)state;
	fake.places[EXCHANGE_TAGGED][0].sources[0] = -2; /* no flow has that offset */
	fake.places[EXCHANGE_TAGGED][0].end = 1;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 0);
}

/* As of an enricher and of one with --revise that write to one topic of rejections. */
static void outcomes_of_another_topic_say_nothing(void **state)
{
	(void)state;
	write(EXCHANGE_REJECTED, 0, 0, 10, true);
	write(EXCHANGE_REJECTED, 1, 0, 10, false);
	fake.flows = "others";
	fake.unstable = true;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.ended[EXCHANGE_REJECTED][1], 0);
	assert_int_equal(fake.done[0], RD_KAFKA_OFFSET_INVALID);
}

static void reading_goes_on_after_the_last_outcome_if_offsets_hang(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, true);
	write(EXCHANGE_REJECTED, 0, 10, 12, true);
	write(EXCHANGE_TAGGED, 1, 0, 7, true);
	fake.unstable = true;
	fake.committed[0] = fake.committed[1] = 5;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 1);
	assert_int_equal(fake.done[0], 12);
	assert_int_equal(fake.done[1], 7);
}

static void an_output_that_goes_less_far_is_kept_with_the_other(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, true);
	write(EXCHANGE_REJECTED, 0, 5, 6, false);
	write(EXCHANGE_TAGGED, 1, 0, 3, false);
	fake.unstable = true;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.ended[EXCHANGE_REJECTED][0], 0);
	assert_int_equal(fake.ended[EXCHANGE_TAGGED][1], 1);
	assert_int_equal(fake.done[0], 10);
	assert_int_equal(fake.done[1], RD_KAFKA_OFFSET_INVALID);
}

static void the_last_outcome_is_found_before_many_markers(void **state)
{
	(void)state;
	write(EXCHANGE_REJECTED, 0, 40, 41, true);
	fake.places[EXCHANGE_REJECTED][0].stable = fake.places[EXCHANGE_REJECTED][0].end = 900;
	fake.unstable = true;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.done[0], 41);
}

static void the_transaction_of_another_producer_is_not_waited_for(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, false);
	fake.stubborn = true;
	assert_int_equal(run(), EXCHANGE_DONE);
	assert_int_equal(fake.transactions, 3);
}

static void without_the_right_to_read_nothing_is_assumed(void **state)
{
	(void)state;
	write(EXCHANGE_TAGGED, 0, 0, 10, false);
	fake.unreadable = true;
	assert_int_equal(run(), EXCHANGE_BROKEN);
	assert_int_equal(fake.transactions, 0);
}

static void the_first_flow_not_done_is_void(void **state)
{
	(void)state;
	assert_true(kafka_hanging_is_void(0, RD_KAFKA_OFFSET_INVALID, RD_KAFKA_OFFSET_INVALID));
	assert_true(kafka_hanging_is_void(7, 7, 7));
	assert_false(kafka_hanging_is_void(6, 7, RD_KAFKA_OFFSET_INVALID));
	assert_false(kafka_hanging_is_void(6, RD_KAFKA_OFFSET_INVALID, 7));
	assert_false(kafka_hanging_is_void(OUTCOME_SOURCE_NONE, RD_KAFKA_OFFSET_INVALID,
					   RD_KAFKA_OFFSET_INVALID));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_written_if_nothing_hangs),
		TEST(outcomes_that_will_be_written_again_are_aborted),
		TEST(outcomes_whose_offset_is_committed_are_kept),
		TEST(records_of_someone_else_are_left_alone),
		TEST(outcomes_of_another_topic_say_nothing),
		TEST(reading_goes_on_after_the_last_outcome_if_offsets_hang),
		TEST(an_output_that_goes_less_far_is_kept_with_the_other),
		TEST(the_last_outcome_is_found_before_many_markers),
		TEST(the_transaction_of_another_producer_is_not_waited_for),
		TEST(without_the_right_to_read_nothing_is_assumed),
		TEST(the_first_flow_not_done_is_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
