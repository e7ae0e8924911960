#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/exchange_kafka.h"
#include "enricher/kafka_hanging.h"

/* A broker that refuses a whole batch if one record in it is poisonous, as Kafka does. A batch is
 * what one partition of one topic got since the last flush. */
#define PARTITIONS 16
#define FLOWS 60 /* in each partition */
#define PENDING_MAX (PARTITIONS * FLOWS * 2)

struct place {
	int topic;
	int32_t partition;
	int64_t offset;
};

struct kafka_group {
	int64_t next[PARTITIONS];
	unsigned told;
};

struct kafka_producer {
	struct place pending[PENDING_MAX];
	size_t count, flushed;
	bool failed;
	struct kafka_producer_culprit culprit;
};

static struct {
	bool poison[2][PARTITIONS][FLOWS];
	int outcomes[2][PARTITIONS][FLOWS]; /* that were committed */
	int64_t committed[PARTITIONS];
	bool trimmed;
} broker;

struct kafka_group *kafka_group_open(const struct kafka_group_settings *settings)
{
	struct kafka_group *group = calloc(1, sizeof(*group));

	(void)settings;
	assert_non_null(group);
	memcpy(group->next, broker.committed, sizeof(group->next));
	return group;
}

void kafka_group_close(struct kafka_group *group)
{
	free(group);
}

enum kafka_group_event kafka_group_poll(struct kafka_group *group)
{
	return group->told++ > 0 ? KAFKA_GROUP_QUIET : KAFKA_GROUP_ASSIGNED;
}

int kafka_group_start(struct kafka_group *group)
{
	(void)group;
	return 0;
}

/* Nothing hangs. */
enum exchange_outcome kafka_hanging_end(const struct kafka_hanging_settings *settings,
					struct kafka_group *group, struct kafka_producer *producer)
{
	(void)settings, (void)group, (void)producer;
	return EXCHANGE_DONE;
}

void kafka_group_release(struct kafka_group *group)
{
	(void)group;
}

struct kafka_group_before kafka_group_before(const struct kafka_group *group)
{
	return (struct kafka_group_before){.any = group->next[0] > 0};
}

size_t kafka_group_count(const struct kafka_group *group)
{
	(void)group;
	return PARTITIONS;
}

enum exchange_head kafka_group_head(struct kafka_group *group, size_t index,
				    struct bus_record *record)
{
	if (group->next[index] == FLOWS)
		return EXCHANGE_NONE;
	*record = (struct bus_record){.partition = (int32_t)index,
				      .offset = group->next[index],
				      .value = "{}",
				      .value_length = 2};
	return EXCHANGE_FLOW;
}

bool kafka_group_is_trimmed(const struct kafka_group *group)
{
	(void)group;
	return broker.trimmed;
}

void kafka_group_take(struct kafka_group *group, size_t index)
{
	group->next[index]++;
}

void kafka_group_wait(struct kafka_group *group, int fd, int timeout_ms)
{
	(void)group, (void)fd, (void)timeout_ms;
}

void kafka_group_progress(const struct kafka_group *group, uint64_t *done, uint64_t *total)
{
	(void)group;
	*done = *total = 0;
}

bool kafka_group_is_member(const struct kafka_group *group)
{
	(void)group;
	return true;
}

int32_t kafka_group_partition(const struct kafka_group *group, size_t index, int64_t *behind)
{
	(void)group;
	*behind = -1;
	return (int32_t)index;
}

struct kafka_producer *kafka_producer_open(const char *const topics[static EXCHANGE_TOPICS],
					   const char *identity, const struct bus_options *options)
{
	(void)topics, (void)identity, (void)options;
	return calloc(1, sizeof(struct kafka_producer));
}

void kafka_producer_close(struct kafka_producer *producer)
{
	free(producer);
}

int kafka_producer_setting(struct kafka_producer *producer, const char *topic, const char *name,
			   char *value, size_t size)
{
	(void)producer, (void)topic, (void)name;
	snprintf(value, size, "-1");
	return 0;
}

int kafka_producer_partitions(struct kafka_producer *producer, const char *topic)
{
	(void)producer, (void)topic;
	return PARTITIONS;
}

enum exchange_outcome kafka_producer_write(struct kafka_producer *producer,
					   enum exchange_topic topic,
					   const struct bus_record *record, int64_t source)
{
	if (producer->count == 0)
		producer->culprit.there = false;
	assert_true(producer->count < PENDING_MAX);
	producer->pending[producer->count++] =
		(struct place){(int)topic, record->partition, source};
	return EXCHANGE_DONE;
}

static bool batch_is_poisonous(const struct kafka_producer *producer, const struct place *of)
{
	for (size_t i = producer->flushed; i < producer->count; i++) {
		const struct place *p = &producer->pending[i];

		if (p->topic == of->topic && p->partition == of->partition &&
		    broker.poison[p->topic][p->partition][p->offset])
			return true;
	}
	return false;
}

enum exchange_outcome kafka_producer_flush(struct kafka_producer *producer)
{
	for (size_t i = producer->flushed; i < producer->count; i++) {
		const struct place *p = &producer->pending[i];

		if (!batch_is_poisonous(producer, p))
			continue;
		producer->failed = true;
		if (!producer->culprit.there)
			producer->culprit = (struct kafka_producer_culprit){true, p->partition,
									    p->offset, p->offset};
		if (producer->culprit.partition == p->partition)
			producer->culprit.last = p->offset;
	}
	producer->flushed = producer->count;
	return producer->failed ? EXCHANGE_AGAIN : EXCHANGE_DONE;
}

enum exchange_outcome kafka_producer_commit(struct kafka_producer *producer,
					    struct kafka_group *group)
{
	enum exchange_outcome outcome = kafka_producer_flush(producer);

	if (outcome != EXCHANGE_DONE)
		return outcome;
	for (size_t i = 0; i < producer->count; i++) {
		const struct place *p = &producer->pending[i];

		broker.outcomes[p->topic][p->partition][p->offset]++;
	}
	producer->count = producer->flushed = 0;
	memcpy(broker.committed, group->next, sizeof(group->next));
	return EXCHANGE_DONE;
}

enum exchange_outcome kafka_producer_abort(struct kafka_producer *producer)
{
	producer->count = producer->flushed = 0;
	producer->failed = false;
	return EXCHANGE_DONE;
}

struct kafka_producer_culprit kafka_producer_culprit(const struct kafka_producer *producer)
{
	return producer->culprit;
}

static int new_broker(void **state)
{
	(void)state;
	memset(&broker, 0, sizeof(broker));
	return 0;
}

static struct exchange_kafka *opened(void)
{
	static const struct exchange_settings settings = {
		.flows = {{"kafka:f"}, 1},
		.outputs = {"kafka:t", "kafka:r"},
		.run = {.since = WHEN_MIN, .until = WHEN_MAX}};
	int exit_code;

	return exchange_kafka_open(&settings, &exit_code);
}

static enum exchange_outcome put_next(struct exchange_kafka *exchange, size_t index,
				      struct when now)
{
	enum exchange_outcome outcome =
		exchange_kafka_put(exchange, index, EXCHANGE_TAGGED, "{}", 2, now);

	if (outcome == EXCHANGE_REFUSED)
		outcome = exchange_kafka_put(exchange, index, EXCHANGE_REJECTED, "{}", 2, now);
	return outcome;
}

/* Puts every flow, one turn at a time. */
static enum exchange_outcome put_all(void)
{
	struct exchange_kafka *exchange = opened();
	enum exchange_outcome outcome = EXCHANGE_DONE;
	struct when now = {0};
	struct bus_record flow;

	for (int turn = 0; turn < 1000 && outcome != EXCHANGE_BROKEN; turn++) {
		now.ns += 20 * NS_PER_MS;
		outcome = exchange_kafka_serve(exchange, now);
		for (size_t i = 0; outcome == EXCHANGE_DONE && i < PARTITIONS; i++)
			while (outcome == EXCHANGE_DONE &&
			       exchange_kafka_head(exchange, i, &flow) == EXCHANGE_FLOW)
				outcome = put_next(exchange, i, now);
	}
	exchange_kafka_close(exchange);
	return outcome;
}

/* Flows that need no outcome are committed even if none does. */
static void skipped_flows_are_committed(void **state)
{
	struct exchange_kafka *exchange = opened();
	struct when now = {NS_PER_SECOND};
	struct bus_record flow;

	(void)state;
	exchange_kafka_serve(exchange, now);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(exchange_kafka_head(exchange, 2, &flow), EXCHANGE_FLOW);
		exchange_kafka_skip(exchange, 2, now);
	}
	assert_int_equal(exchange_kafka_serve(exchange, now), EXCHANGE_DONE);
	assert_int_equal(broker.committed[2], 0);
	now = when_add(now, EXCHANGE_KAFKA_AGE_NS);
	assert_int_equal(exchange_kafka_serve(exchange, now), EXCHANGE_DONE);
	assert_int_equal(broker.committed[2], 3);
	exchange_kafka_close(exchange);
}

/* Each flow has one outcome: rejected when the broker refuses its tagged record. */
static void assert_each_has_its_outcome(void)
{
	assert_int_equal(put_all(), EXCHANGE_DONE);
	for (int32_t p = 0; p < PARTITIONS; p++)
		for (int64_t offset = 0; offset < FLOWS; offset++) {
			int refused = broker.poison[EXCHANGE_TAGGED][p][offset];

			assert_int_equal(broker.outcomes[EXCHANGE_TAGGED][p][offset], 1 - refused);
			assert_int_equal(broker.outcomes[EXCHANGE_REJECTED][p][offset], refused);
		}
}

static void only_the_record_that_the_broker_refuses_is_rejected(void **state)
{
	(void)state;
	broker.poison[EXCHANGE_TAGGED][0][20] = true;
	assert_each_has_its_outcome();
}

static void two_refused_records_close_together_are_both_rejected(void **state)
{
	(void)state;
	broker.poison[EXCHANGE_TAGGED][0][20] = true;
	broker.poison[EXCHANGE_TAGGED][0][25] = true;
	assert_each_has_its_outcome();
}

static void refused_neighbours_and_the_first_and_last_are_rejected(void **state)
{
	(void)state;
	for (int64_t offset = 0; offset < FLOWS; offset += FLOWS - 1)
		broker.poison[EXCHANGE_TAGGED][3][offset] = true;
	for (int64_t offset = 30; offset < 45; offset++)
		broker.poison[EXCHANGE_TAGGED][3][offset] = true;
	assert_each_has_its_outcome();
}

static void a_refusal_in_one_partition_does_not_affect_another(void **state)
{
	(void)state;
	for (int32_t p = 0; p < PARTITIONS; p++) {
		broker.poison[EXCHANGE_TAGGED][p][20 + p] = true;
		broker.poison[EXCHANGE_TAGGED][p][30] = p % 2 == 0;
	}
	assert_each_has_its_outcome();
}

static void a_refused_rejection_ends_the_program(void **state)
{
	(void)state;
	log_init("exchange_kafka_test", LOG_LEVEL_ERROR, LOG_TEXT);
	broker.poison[EXCHANGE_TAGGED][0][20] = true;
	broker.poison[EXCHANGE_REJECTED][0][20] = true;
	assert_int_equal(put_all(), EXCHANGE_BROKEN);
	assert_int_equal(broker.outcomes[EXCHANGE_REJECTED][0][20], 0);
}

/* A restart helps if the broker has failed, and not if what the group has yet to read was deleted. */
static void the_exit_code_says_whether_a_restart_helps(void **state)
{
	struct exchange_kafka *exchange = opened();

	(void)state;
	assert_int_equal(exchange_kafka_exit_code(exchange), EX_UNAVAILABLE);
	broker.trimmed = true;
	assert_int_equal(exchange_kafka_exit_code(exchange), EX_CONFIG);
	exchange_kafka_close(exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_the_record_that_the_broker_refuses_is_rejected,
				       new_broker),
		cmocka_unit_test_setup(two_refused_records_close_together_are_both_rejected,
				       new_broker),
		cmocka_unit_test_setup(refused_neighbours_and_the_first_and_last_are_rejected,
				       new_broker),
		cmocka_unit_test_setup(a_refusal_in_one_partition_does_not_affect_another,
				       new_broker),
		cmocka_unit_test_setup(skipped_flows_are_committed, new_broker),
		cmocka_unit_test_setup(a_refused_rejection_ends_the_program, new_broker),
		cmocka_unit_test_setup(the_exit_code_says_whether_a_restart_helps, new_broker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
