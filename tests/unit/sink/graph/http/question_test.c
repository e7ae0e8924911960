#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/when_text.h"
#include "sink/graph/http/question.h"

#define MINUTE (60 * NS_PER_SECOND)

static const struct when now = {INT64_C(1795506569) * NS_PER_SECOND}; /* 2026-11-24T07:49:29Z */

static const char *moment(struct when when, char text[static WHEN_TEXT_SIZE])
{
	when_format(when, text);
	return text;
}

/* Reads QUERY with windows of five minutes. The question as one text, or why it is refused. */
static void reads_as(const char *query, const char *expected)
{
	char target[512], why[QUESTION_WHY_SIZE] = "", text[4 * QUESTION_NAME_SIZE],
			  times[4][WHEN_TEXT_SIZE];
	static struct http_target parsed;
	struct question q;

	snprintf(target, sizeof(target), "/v1/graph?%s", query);
	assert_int_equal(http_target_parse(target, &parsed), HTTP_TARGET_GOOD);
	if (question_read(&parsed, now, 5 * MINUTE, &q, why) < 0) {
		assert_string_equal(why, expected);
		return;
	}
	snprintf(text, sizeof(text), "%s %s %s %s %s [%s>%s in %s] %d %d %d",
		 moment(q.from, times[0]), moment(q.to, times[1]), moment(q.base_from, times[2]),
		 moment(q.base_to, times[3]), node_level_names[q.level], q.source, q.target,
		 q.namespace, (int)q.least, (int)q.limit, (int)(q.step_ns / NS_PER_SECOND));
	assert_string_equal(text, expected);
}

#define BASE "2026-11-24T07:39:29Z 2026-11-24T07:44:29Z"
#define REST " service [> in ] 0 20 60"

static void the_window_ends_now_unless_it_is_given(void **state)
{
	(void)state;
	reads_as("", "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z " BASE REST);
	reads_as("at=now&window=300", "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z " BASE REST);
	reads_as("from=-5m", "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z " BASE REST);
	reads_as("at=-1m&window=90s", "2026-11-24T07:46:59Z 2026-11-24T07:48:29Z "
				      "2026-11-24T07:45:29Z 2026-11-24T07:46:59Z" REST);
	reads_as("from=2026-11-24T07:00:00Z&to=2026-11-24T07:01:00.5Z",
		 "2026-11-24T07:00:00Z 2026-11-24T07:01:00.500Z 2026-11-24T06:58:59.500Z "
		 "2026-11-24T07:00:00Z" REST);
	reads_as("to=2026-11-24%2007:01:00&window=1m",
		 "2026-11-24T07:00:00Z 2026-11-24T07:01:00Z 2026-11-24T06:59:00Z "
		 "2026-11-24T07:00:00Z" REST);
}

static void the_window_to_compare_with_may_be_given(void **state)
{
	(void)state;
	reads_as("base_at=2026-11-24T07:00:00Z", "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z "
						 "2026-11-24T06:55:00Z 2026-11-24T07:00:00Z" REST);
	reads_as("base_window=1m", "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z 2026-11-24T07:43:29Z "
				   "2026-11-24T07:44:29Z" REST);
}

static void the_rest_is_read(void **state)
{
	(void)state;
	reads_as("level=zone&namespace=shop&source=service/shop/web&target=node/"
		 "n1&least=7&limit=100",
		 "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z " BASE
		 " zone [service/shop/web>node/n1 in shop] 7 100 60");
	reads_as("limit=0",
		 "2026-11-24T07:44:29Z 2026-11-24T07:49:29Z " BASE " service [> in ] 0 0 60");
}

static void steps_are_whole_minutes_and_not_too_many(void **state)
{
	(void)state;
	reads_as("window=400m&step=1m", "2026-11-24T01:09:29Z 2026-11-24T07:49:29Z "
					"2026-11-23T18:29:29Z 2026-11-24T01:09:29Z" REST);
	reads_as("window=400m&step=2m", "2026-11-24T01:09:29Z 2026-11-24T07:49:29Z "
					"2026-11-23T18:29:29Z 2026-11-24T01:09:29Z "
					"service [> in ] 0 20 120");
	reads_as("window=401m",
		 "2026-11-24T01:08:29Z 2026-11-24T07:49:29Z "
		 "2026-11-23T18:27:29Z 2026-11-24T01:08:29Z service [> in ] 0 20 120");
	reads_as("window=7d",
		 "2026-11-17T07:49:29Z 2026-11-24T07:49:29Z "
		 "2026-11-10T07:49:29Z 2026-11-17T07:49:29Z service [> in ] 0 20 1560");
	reads_as("window=401m&step=1m",
		 "step: whole minutes, and at most 400 of them in the window");
	reads_as("step=90s", "step: whole minutes, and at most 400 of them in the window");
	reads_as("step=0s",
		 "step: \"0s\" is not a duration of at least a second, such as 90s, 5m or 2h");
}

static void what_cannot_be_read_is_refused(void **state)
{
	(void)state;
	reads_as("at=yesterday", "at: \"yesterday\" is not " WHEN_TEXT_FORMS);
	reads_as("window=",
		 "window: \"\" is not a duration of at least a second, such as 90s, 5m or 2h");
	reads_as("window=1ms",
		 "window: \"1ms\" is not a duration of at least a second, such as 90s, 5m or 2h");
	reads_as(
		"base_window=x",
		"base_window: \"x\" is not a duration of at least a second, such as 90s, 5m or 2h");
	reads_as("at=now&to=now", "at and to are two names of the window's end: give one");
	reads_as("from=-1m&window=1m",
		 "from and window: the window begins at one place, so give one");
	reads_as("from=now", "the window is empty: from must be before its end");
	reads_as("from=-1m&to=-2m", "the window is empty: from must be before its end");
	reads_as("window=100000d", "the window is too long");
	reads_as("level=pod", "level: \"pod\" is not service, workload, namespace or zone");
	reads_as("least=-1", "least: \"-1\" is not a whole number up to 18446744073709551615");
	reads_as("least=18446744073709551616",
		 "least: \"18446744073709551616\" is not a whole number up "
		 "to 18446744073709551615");
	reads_as("limit=101", "limit: \"101\" is not a whole number up to 100");
	reads_as("limit=", "limit: \"\" is not a whole number up to 100");
	reads_as("source=", "source: \"\" is not a name; the ids of nodes are in a graph");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_ends_now_unless_it_is_given),
		cmocka_unit_test(the_window_to_compare_with_may_be_given),
		cmocka_unit_test(the_rest_is_read),
		cmocka_unit_test(steps_are_whole_minutes_and_not_too_many),
		cmocka_unit_test(what_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
