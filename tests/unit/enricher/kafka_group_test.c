#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/kafka/kafka_client.h"
#include "common/program/log.h"
#include "enricher/kafka_group_offsets.h"

/* Calls of librdkafka that this test answers itself; the other calls go to librdkafka's own mock
 * broker. */
#define ASKED_MAX 1000

static struct {
	rd_kafka_t *client;
	rd_kafka_resp_err_t whole;     /* the result of asking for offsets */
	rd_kafka_resp_err_t partition; /* and for the second partition */
	rd_kafka_resp_err_t times;     /* the same, when asked by time */
	int errors;                    /* how many times */
	const char *metadata;          /* of the offset that is committed */
	const char *run;               /* of the group's settings */
	struct kafka_group_before before;
	int64_t to_commit;   /* of the first partition, before a flow is taken */
	int64_t assigned[2]; /* where reading began */
	bool reading;
	int asked;
} fake;

static void (*rebalanced)(rd_kafka_t *client, rd_kafka_resp_err_t error,
			  rd_kafka_topic_partition_list_t *list, void *opaque);

void rd_kafka_conf_set_rebalance_cb(rd_kafka_conf_t *conf,
				    void (*callback)(rd_kafka_t *, rd_kafka_resp_err_t,
						     rd_kafka_topic_partition_list_t *, void *))
{
	(void)conf;
	rebalanced = callback;
}

rd_kafka_resp_err_t rd_kafka_subscribe(rd_kafka_t *client,
				       const rd_kafka_topic_partition_list_t *topics)
{
	(void)topics;
	fake.client = client;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Only the first partition has a committed offset. */
rd_kafka_resp_err_t rd_kafka_committed(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list,
				       int timeout_ms)
{
	bool fails = fake.errors > 0;

	(void)client;
	(void)timeout_ms;
	assert_true(fake.asked++ < ASKED_MAX);
	fake.errors -= fails;
	list->elems[0].offset = 7;
	list->elems[0].err = RD_KAFKA_RESP_ERR_NO_ERROR;
	if (fake.metadata != NULL && list->elems[0].metadata == NULL) {
		list->elems[0].metadata = strdup(fake.metadata);
		list->elems[0].metadata_size = strlen(fake.metadata);
	}
	list->elems[1].offset = RD_KAFKA_OFFSET_INVALID;
	list->elems[1].err = fails ? fake.partition : RD_KAFKA_RESP_ERR_NO_ERROR;
	return fails ? fake.whole : RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_offsets_for_times(rd_kafka_t *client,
					       rd_kafka_topic_partition_list_t *list,
					       int timeout_ms)
{
	bool fails = fake.errors > 0;

	(void)client;
	(void)timeout_ms;
	assert_true(fake.asked++ < ASKED_MAX);
	assert_int_equal(list->cnt, 1);
	assert_int_equal(list->elems[0].offset, 1000000 - 60000);
	fake.errors -= fails;
	list->elems[0].offset = fails ? RD_KAFKA_OFFSET_INVALID : 3;
	list->elems[0].err = fails ? fake.times : RD_KAFKA_RESP_ERR_NO_ERROR;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_assign(rd_kafka_t *client, const rd_kafka_topic_partition_list_t *list)
{
	(void)client;
	fake.reading = list != NULL;
	for (int i = 0; list != NULL && i < list->cnt; i++)
		fake.assigned[i] = list->elems[i].offset;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static struct kafka_group *new_group(struct when since)
{
	static struct bus_options options = {
		.brokers = "127.0.0.1:1",
		.properties = {.values = {"test.mock.num.brokers=1"}, .count = 1},
	};
	const struct kafka_group_settings settings = {
		.topic = "flows",
		.group = "group",
		.instance = "one",
		.partitions = 2,
		.since = since,
		.run = fake.run,
		.options = &options,
	};
	struct kafka_group *group;

	group = kafka_group_open(&settings);
	assert_non_null(group);
	return group;
}

/* The group assigns two partitions, or revokes them. */
static void tell(rd_kafka_resp_err_t what)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);

	for (int32_t i = 0; i < 2; i++)
		rd_kafka_topic_partition_list_add(list, "flows", i);
	rebalanced(fake.client, what, list, rd_kafka_opaque(fake.client));
	rd_kafka_topic_partition_list_destroy(list);
}

/* The result of the start after the assignment. DONE: that of the first partition, or 0. */
static int begin_after(struct when since, int64_t done)
{
	struct kafka_group *group = new_group(since);
	rd_kafka_topic_partition_list_t *list;
	int rc;

	tell(RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS);
	assert_int_equal(kafka_group_poll(group), KAFKA_GROUP_ASSIGNED);
	list = rd_kafka_topic_partition_list_copy(kafka_group_assigned(group));
	list->elems[0].offset = done;
	list->elems[1].offset = RD_KAFKA_OFFSET_INVALID;
	if (done > 0)
		kafka_group_set_done(group, list);
	else
		rd_kafka_topic_partition_list_destroy(list);
	rc = kafka_group_start(group);
	fake.before = kafka_group_before(group);
	list = kafka_group_offsets(group);
	fake.to_commit = list->cnt > 0 ? list->elems[0].offset : RD_KAFKA_OFFSET_INVALID;
	rd_kafka_topic_partition_list_destroy(list);
	kafka_group_close(group);
	return rc;
}

static int begin(struct when since)
{
	return begin_after(since, 0);
}

static int forget(void **state)
{
	(void)state;
	fake.whole = fake.partition = fake.times = RD_KAFKA_RESP_ERR_NO_ERROR;
	fake.errors = fake.asked = 0;
	fake.metadata = fake.run = NULL;
	return 0;
}

static void a_partition_without_an_offset_starts_at_its_first_record(void **state)
{
	(void)state;
	assert_int_equal(begin(WHEN_MIN), 0);
	assert_int_equal(fake.assigned[0], 7);
	assert_int_equal(fake.assigned[1], RD_KAFKA_OFFSET_BEGINNING);
}

static void offsets_of_the_same_run_are_known_by_their_metadata(void **state)
{
	static const struct {
		const char *metadata, *run;
		bool same;
	} cases[] = {
		{NULL, NULL, false},
		{"", "tenure 1", false},
		{"tenure 1", NULL, false},
		{"tenure 1", "tenure 1", true},
		{"tenure 2", "tenure 1", false},
		{"tenure 10", "tenure 1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.metadata = cases[i].metadata;
		fake.run = cases[i].run;
		assert_int_equal(begin(WHEN_MIN), 0);
		assert_true(fake.before.any);
		assert_int_equal(fake.before.same_run, cases[i].same);
	}
}

static void a_partition_starts_after_the_last_record_with_an_outcome(void **state)
{
	(void)state;
	assert_int_equal(begin_after(WHEN_MIN, 9), 0);
	assert_int_equal(fake.assigned[0], 9);
	assert_int_equal(fake.assigned[1], RD_KAFKA_OFFSET_BEGINNING);
	assert_true(fake.before.ahead);
	assert_int_equal(fake.to_commit, 9);
	assert_int_equal(begin_after(WHEN_MIN, 5), 0);
	assert_int_equal(fake.assigned[0], 7);
	assert_false(fake.before.ahead);
	assert_int_equal(fake.to_commit, RD_KAFKA_OFFSET_INVALID);
}

static void an_unavailable_offset_is_not_mistaken_for_none(void **state)
{
	(void)state;
	fake.errors = ASKED_MAX;
	fake.partition = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
	assert_int_equal(begin(WHEN_MIN), -1);
}

static void an_offset_that_is_not_available_yet_is_requested_again(void **state)
{
	(void)state;
	fake.errors = 2;
	fake.partition = RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
	assert_int_equal(begin(WHEN_MIN), 0);
	assert_int_equal(fake.asked, 3);
	assert_int_equal(fake.assigned[0], 7);
	assert_int_equal(fake.assigned[1], RD_KAFKA_OFFSET_BEGINNING);
}

static void a_time_without_an_available_offset_is_not_mistaken_for_the_end(void **state)
{
	(void)state;
	fake.errors = ASKED_MAX;
	fake.times = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
	assert_int_equal(begin((struct when){1000 * NS_PER_SECOND}), -1);
}

static void a_lookup_by_time_is_repeated_while_a_leader_is_elected(void **state)
{
	(void)state;
	fake.errors = 2;
	fake.times = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
	assert_int_equal(begin((struct when){1000 * NS_PER_SECOND}), 0);
	assert_int_equal(fake.assigned[0], 7);
	assert_int_equal(fake.assigned[1], 3);
}

static void partitions_revoked_before_they_were_started_are_not_started(void **state)
{
	struct kafka_group *group = new_group(WHEN_MIN);

	(void)state;
	tell(RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS);
	tell(RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS);
	assert_int_equal(kafka_group_poll(group), KAFKA_GROUP_REVOKED);
	kafka_group_release(group);
	assert_int_equal(kafka_group_poll(group), KAFKA_GROUP_QUIET);
	assert_false(fake.reading);
	kafka_group_close(group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_partition_without_an_offset_starts_at_its_first_record,
				       forget),
		cmocka_unit_test_setup(offsets_of_the_same_run_are_known_by_their_metadata, forget),
		cmocka_unit_test_setup(a_partition_starts_after_the_last_record_with_an_outcome,
				       forget),
		cmocka_unit_test_setup(an_unavailable_offset_is_not_mistaken_for_none, forget),
		cmocka_unit_test_setup(an_offset_that_is_not_available_yet_is_requested_again,
				       forget),
		cmocka_unit_test_setup(
			a_time_without_an_available_offset_is_not_mistaken_for_the_end, forget),
		cmocka_unit_test_setup(a_lookup_by_time_is_repeated_while_a_leader_is_elected,
				       forget),
		cmocka_unit_test_setup(partitions_revoked_before_they_were_started_are_not_started,
				       forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
