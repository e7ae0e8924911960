#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/http/http_series.h"
#include "tests/unit/sink/graph/http/fake_history.h"

static void points_say_whether_they_are_covered(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(
		&server, http_series_answer,
		"/v1/series?source=service/shop/web&target=node/"
		"n1&level=zone&namespace=shop&window=2m&at="
		"2026-11-24T07:49:00Z",
		200,
		"{\"as_of\":\"2026-11-24T07:49:00Z\",\"watermark\":\"2026-11-24T07:49:29Z\","
		"\"complete\":true,\"step\":60000000000,\"points\":["
		"{\"at\":\"2026-11-24T07:47:00Z\",\"covered\":false,\"flows\":0,\"requests\":0,"
		"\"errors\":0,"
		"\"bytes\":{\"source\":0,\"destination\":0}},"
		"{\"at\":\"2026-11-24T07:48:00Z\",\"covered\":true,\"flows\":1,\"requests\":4,"
		"\"errors\":5,"
		"\"bytes\":{\"source\":5,\"destination\":6},\"p50\":8,\"p95\":9,\"p99\":10}]}\n");
	assert_string_equal(history.client, "service/shop/web");
	assert_string_equal(history.server, "node/n1");
	assert_string_equal(history.namespace, "shop");
	assert_int_equal(history.level, NODE_LEVEL_ZONE);
}

static void what_is_not_over_is_not_complete(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_series_answer, "/v1/series?window=1m&at=2026-11-24T07:50:00Z",
		 &reply);
	assert_non_null(strstr(text_terminate(&reply.body), "\"complete\":false"));
	http_reply_clear(&reply);
	history.covered = false;
	fake_ask(&server, http_series_answer, "/v1/series?window=1m&at=2026-11-24T07:49:00Z",
		 &reply);
	assert_non_null(strstr(text_terminate(&reply.body), "\"complete\":false"));
	http_reply_clear(&reply);
}

static void activity_is_of_everything(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_series_answer_activity, "/v1/activity", &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(history.from.ns, FAKE_FIRST.ns);
	assert_int_equal(history.to.ns, FAKE_NOW.ns);
	assert_int_equal(history.step_ns, 60 * NS_PER_SECOND);
	http_reply_clear(&reply);
}

static void a_history_that_cannot_be_read_is_500(void **state)
{
	struct history history = {.broken = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(&server, http_series_answer, "/v1/series", 500,
		    "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,"
		    "\"detail\":\"the history cannot be read\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_say_whether_they_are_covered),
		cmocka_unit_test(what_is_not_over_is_not_complete),
		cmocka_unit_test(activity_is_of_everything),
		cmocka_unit_test(a_history_that_cannot_be_read_is_500),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
