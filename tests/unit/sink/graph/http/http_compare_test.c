#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/http/http_compare.h"
#include "tests/unit/sink/graph/http/fake_history.h"

static void answers_with(const char *target, unsigned status, const char *words)
{
	struct history history = {.covered = true, .edges = 1};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	fake_ask(&server, http_compare_answer, target, &reply);
	assert_int_equal(reply.status, status);
	if (strstr(text_terminate(&reply.body), words) == NULL)
		fail_msg("%s: %s", target, text_terminate(&reply.body));
	http_reply_clear(&reply);
}

static void no_minute_is_in_both_windows(void **state)
{
	(void)state;
	answers_with(
		"/v1/compare?window=2m", 200,
		"\"base\":{\"from\":\"2026-11-24T07:45:00Z\",\"to\":\"2026-11-24T07:47:00Z\",");
	answers_with("/v1/compare?window=2m", 200,
		     "\"now\":{\"from\":\"2026-11-24T07:47:00Z\",\"to\":\"2026-11-24T07:49:29."
		     "000000001Z\",");
}

static void a_window_that_reaches_into_the_other_is_cut(void **state)
{
	(void)state;
	answers_with(
		"/v1/compare?window=2m&base_at=2026-11-24T07:47:20Z&base_window=5m", 200,
		"\"base\":{\"from\":\"2026-11-24T07:42:00Z\",\"to\":\"2026-11-24T07:47:00Z\",");
	/* Nothing is left: then nothing is claimed. */
	answers_with("/v1/compare?window=2m&base_at=now&base_window=2m", 200,
		     "\"base\":{\"from\":\"2026-11-24T07:47:00Z\",\"to\":\"2026-11-24T07:47:00Z\","
		     "\"complete\":false}");
}

static void the_window_before_may_be_anywhere(void **state)
{
	(void)state;
	answers_with(
		"/v1/compare?base_at=2026-11-24T06:10:30Z&base_window=1m", 200,
		"\"base\":{\"from\":\"2026-11-24T06:09:00Z\",\"to\":\"2026-11-24T06:11:00Z\",");
}

static void nothing_is_new_if_a_record_could_not_be_read(void **state)
{
	struct history history = {.covered = true, .edges = 1};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	answers_with("/v1/compare", 200, "\"complete\":true}");
	/* It was read before the windows. */
	assert_int_equal(when_parse("2026-11-24T07:39:00Z", 20, &history.unsure_until), 0);
	fake_ask(&server, http_compare_answer, "/v1/compare", &reply);
	assert_null(strstr(text_terminate(&reply.body), "\"complete\":false}"));
	http_reply_clear(&reply);
	assert_int_equal(when_parse("2026-11-24T10:00:00Z", 20, &history.unsure_until), 0);
	fake_ask(&server, http_compare_answer, "/v1/compare", &reply);
	assert_null(strstr(text_terminate(&reply.body), "\"complete\":true}"));
	assert_non_null(strstr(reply.body.data, "\"complete\":false}"));
	http_reply_clear(&reply);
}

static void what_changed_has_other_forms(void **state)
{
	(void)state;
	answers_with("/v1/compare", 200, "\"change\":\"same\"");
	answers_with("/v1/compare?format=csv", 200, "change,source,target,");
	answers_with("/v1/compare?format=table", 200,
		     "compared with those from 2026-11-24T07:39:00Z");
	answers_with("/v1/compare?format=dot", 400, "what has changed is json, csv or table");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_minute_is_in_both_windows),
		cmocka_unit_test(a_window_that_reaches_into_the_other_is_cut),
		cmocka_unit_test(the_window_before_may_be_anywhere),
		cmocka_unit_test(nothing_is_new_if_a_record_could_not_be_read),
		cmocka_unit_test(what_changed_has_other_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
