#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <semaphore.h>

#include "common/program/log.h"
#include "enricher/kafka_offsets.h"

/* Stands in for the library: the test answers these calls itself. */
static struct {
	sem_t may_return, destroyed;
	bool blocks;
	rd_kafka_resp_err_t error;
	int timeout_ms, topics_destroyed;
} fake;

rd_kafka_error_t *rd_kafka_send_offsets_to_transaction(
	rd_kafka_t *client, const rd_kafka_topic_partition_list_t *offsets,
	const rd_kafka_consumer_group_metadata_t *metadata, int timeout_ms)
{
	(void)client;
	(void)metadata;
	assert_int_equal(offsets->cnt, 1);
	fake.timeout_ms = timeout_ms;
	if (fake.blocks)
		sem_wait(&fake.may_return);
	return fake.error == RD_KAFKA_RESP_ERR_NO_ERROR ? NULL
							: rd_kafka_error_new(fake.error, NULL);
}

void rd_kafka_topic_destroy(rd_kafka_topic_t *topic)
{
	assert_non_null(topic);
	fake.topics_destroyed++;
}

void rd_kafka_destroy(rd_kafka_t *client)
{
	assert_non_null(client);
	sem_post(&fake.destroyed);
}

static int begin(void **state)
{
	(void)state;
	fake.blocks = false;
	fake.error = RD_KAFKA_RESP_ERR_NO_ERROR;
	fake.topics_destroyed = 0;
	sem_init(&fake.may_return, 0, 0);
	sem_init(&fake.destroyed, 0, 0);
	return 0;
}

static enum kafka_offsets_outcome send_one(int timeout_ms, rd_kafka_error_t **error)
{
	static const struct bus_options options;
	static int something;
	struct kafka_offsets_client client = {
		(rd_kafka_t *)&something,
		{(rd_kafka_topic_t *)&something, (rd_kafka_topic_t *)&something}};
	rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(offsets, "flows", 0)->offset = 7;
	return kafka_offsets_send(&client, offsets, rd_kafka_consumer_group_metadata_new("group"),
				  timeout_ms, &options, error);
}

static void returns_what_the_call_returns(void **state)
{
	rd_kafka_error_t *error = NULL;

	(void)state;
	assert_int_equal(send_one(4321, &error), KAFKA_OFFSETS_ANSWERED);
	assert_null(error);
	assert_int_equal(fake.timeout_ms, 4321);
	fake.error = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
	assert_int_equal(send_one(4321, &error), KAFKA_OFFSETS_ANSWERED);
	assert_int_equal(rd_kafka_error_code(error), RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
	assert_int_equal(fake.topics_destroyed, 0);
	rd_kafka_error_destroy(error);
}

static void leaves_behind_a_call_that_does_not_return_and_its_thread_cleans_up(void **state)
{
	rd_kafka_error_t *error = NULL;

	(void)state;
	fake.blocks = true;
	fake.error = RD_KAFKA_RESP_ERR__TIMED_OUT;
	assert_int_equal(send_one(1, &error), KAFKA_OFFSETS_LEFT_BEHIND);
	assert_null(error);
	assert_int_equal(fake.topics_destroyed, 0);
	sem_post(&fake.may_return);
	sem_wait(&fake.destroyed);
	assert_int_equal(fake.topics_destroyed, EXCHANGE_TOPICS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(returns_what_the_call_returns, begin),
		cmocka_unit_test_setup(
			leaves_behind_a_call_that_does_not_return_and_its_thread_cleans_up, begin),
	};

	log_init("kafka_offsets_test", LOG_LEVEL_ERROR, LOG_AUTO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
