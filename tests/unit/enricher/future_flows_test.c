#include "enricher/future_flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"

static struct when at(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

static void see(struct episode *future, const char *json, int64_t end, int64_t now)
{
	struct bus_record flow = {
		.value = json, .value_length = strlen(json), .partition = 1, .offset = 7};

	future_flows_see(future, "flows", &flow, at(end), at(now));
}

static void they_are_said_once_and_so_is_their_end(void **state)
{
	struct episode future = {0};

	(void)state;
	future_flows_tend(&future, at(100));
	assert_false(future.said);
	see(&future, "{\"observer\":{\"hostname\":\"n1\"}}", 3700, 100);
	assert_true(future.said);
	assert_int_equal(future.count, 1);
	see(&future, "{\"observer\":{\"hostname\":\"n1\"}}", 3710, 110);
	assert_int_equal(future.count, 2);
	future_flows_tend(&future, at(169));
	assert_true(future.said);
	future_flows_tend(&future, at(170));
	assert_false(future.said);
	see(&future, "{}", 3800, 200);
	assert_true(future.said);
	assert_int_equal(future.count, 1);
}

static void a_flow_without_an_observer_is_seen_too(void **state)
{
	static const char *const flows[] = {"{}",
					    "{\"observer\":{}}",
					    "{\"observer\":{\"hostname\":5}}",
					    "{\"observer\":7}",
					    "{",
					    ""};

	(void)state;
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		struct episode future = {0};

		see(&future, flows[i], 3700, 100);
		assert_true(future.said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_said_once_and_so_is_their_end),
		cmocka_unit_test(a_flow_without_an_observer_is_seen_too),
	};

	log_init("test", LOG_LEVEL_INFO, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
