#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/when_text.h"
#include "sink/lookup/http/http_question.h"

static const struct when now = {INT64_C(1795506569) * NS_PER_SECOND}; /* 2026-11-24T07:49:29Z */

/* The question as one text, or why it is refused. */
static void is_question(int rc, const struct http_question *question, const char *why,
			const char *expected)
{
	static const char *const bases[] = {"last", "final", "position"};
	char text[512], ip[IP_TEXT_SIZE], at[WHEN_TEXT_SIZE] = "now";
	const struct lookup_question *q = &question->question;

	if (rc < 0) {
		assert_string_equal(why, expected);
		return;
	}
	ip_format(&q->ip, ip);
	if (!when_is_min(q->at))
		when_format(q->at, at);
	snprintf(text, sizeof(text), "%s %s %d %d %s %s %d %d", ip, at, (int)q->port, q->transport,
		 q->received ? "received" : "sent", bases[q->basis],
		 q->basis == LOOKUP_POSITION ? (int)q->position : -1, (int)question->format);
	assert_string_equal(text, expected);
}

static void reads_a_line(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"{\"ip\":\"10.0.0.1\"}", "10.0.0.1 now -1 -1 sent last -1 0"},
		{" {\"position\":7,\"ip\":\"::1\",\"received\":true} ",
		 "::1 now -1 -1 received position 7 0"},
		{"{\"ip\":\"10.0.0.1\",\"at\":\"2026-11-24T07:49:29+01:00\",\"port\":80,"
		 "\"transport\":\"tcp\","
		 "\"received\":false,\"position\":\"final\"}",
		 "10.0.0.1 2026-11-24T06:49:29Z 80 6 sent final -1 0"},
		{"{\"ip\":\"10.0.0.1\",\"at\":null,\"port\":null,\"transport\":17}",
		 "10.0.0.1 now -1 17 sent last -1 0"},
		{"", "the line is not a JSON object"},
		{"10.0.0.1", "the line is not a JSON object"},
		{"[]", "the line is not a JSON object"},
		{"null", "the line is not a JSON object"},
		{"{\"ip\":\"10.0.0.1\"} x", "the line is not a JSON object"},
		{"{\"ip\":\"10.0.0.1\",\"ip\":\"10.0.0.2\"}",
		 "the line is not a JSON object: a member is there twice"},
		{"{\"ip\":null}", "the line has no \"ip\""},
		{"{\"ip\":1}", "ip: its value has the wrong type"},
		{"{\"ip\":\"10.0.0.1/8\"}", "ip: \"10.0.0.1/8\" is not an IP address"},
		{"{\"ip\":\"::1\",\"at\":\"now\"}", "::1 now -1 -1 sent last -1 0"},
		{"{\"ip\":\"::1\",\"at\":\"5m ago\"}",
		 "::1 2026-11-24T07:44:29Z -1 -1 sent last -1 0"},
		{"{\"ip\":\"::1\",\"at\":\"soon\"}", "at: \"soon\" is not " WHEN_TEXT_FORMS},
		{"{\"ip\":\"::1\",\"at\":5}", "at: its value has the wrong type"},
		{"{\"ip\":\"::1\",\"port\":0}", "port: \"0\" is not a port from 1 to 65535"},
		{"{\"ip\":\"::1\",\"port\":1.5}", "port: its value has the wrong type"},
		{"{\"ip\":\"::1\",\"port\":-1}", "port: its value has the wrong type"},
		{"{\"ip\":\"::1\",\"received\":\"true\"}",
		 "received: its value has the wrong type"},
		{"{\"ip\":\"::1\",\"transport\":\"tcpp\"}",
		 "transport: \"tcpp\" is not tcp, udp, sctp or a protocol's number"},
		{"{\"ip\":\"::1\",\"position\":\"first\"}",
		 "position: \"first\" is not last, final or the offset of a record"},
		{"{\"ip\":\"::1\",\"format\":\"json\"}", "there is no member \"format\""},
	};
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc = http_question_line(span_of(cases[i].line), now, &question, why);

		is_question(rc, &question, why, cases[i].expected);
	}
}

static void reads_a_query(void **state)
{
	static const struct {
		const char *target, *expected;
	} cases[] = {
		{"/", ":: now -1 -1 sent last -1 0"},
		{"/?format=explain&port=65535&transport=132", ":: now 65535 132 sent last -1 2"},
		{"/?received=true&position=0&format=table", ":: now -1 -1 received position 0 1"},
		{"/?at=2026-11-24T07:49:29+01:00", ":: 2026-11-24T06:49:29Z -1 -1 sent last -1 0"},
		{"/?at=now", ":: now -1 -1 sent last -1 0"},
		{"/?at=-5m", ":: 2026-11-24T07:44:29Z -1 -1 sent last -1 0"},
		{"/?at=5m", ":: 2026-11-24T07:44:29Z -1 -1 sent last -1 0"},
		{"/?at=1795506569", ":: 2026-11-24T07:49:29Z -1 -1 sent last -1 0"},
		{"/?at=2026-11-24%2007:49:29", ":: 2026-11-24T07:49:29Z -1 -1 sent last -1 0"},
		{"/?at=soon", "at: \"soon\" is not " WHEN_TEXT_FORMS},
		{"/?at=", "at: \"\" is not " WHEN_TEXT_FORMS},
		{"/?port=65536", "port: \"65536\" is not a port from 1 to 65535"},
		{"/?port=", "port: \"\" is not a port from 1 to 65535"},
		{"/?position=9223372036854775808",
		 "position: \"9223372036854775808\" is not last, final or the offset of a record"},
		{"/?received", "received: \"\" is not true or false"},
		{"/?format=xml", "format: \"xml\" is not json, table, explain or annotation"},
	};
	static struct http_target target;
	char why[HTTP_QUESTION_WHY_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_question question = {0};
		int rc;

		assert_int_equal(http_target_parse(cases[i].target, &target), HTTP_TARGET_GOOD);
		rc = http_question_query(&target, now, &question, why);
		is_question(rc, &question, why, cases[i].expected);
	}
}

static void a_relative_moment_is_not_fixed(void **state)
{
	static const struct {
		const char *target;
		bool fixed;
	} cases[] = {
		{"/", false},
		{"/?at=now", false},
		{"/?at=-5m", false},
		{"/?at=5m%20ago", false},
		{"/?at=2026-11-24T07:49:29Z", true},
		{"/?at=1795506569", true},
	};
	static struct http_target target;
	char why[HTTP_QUESTION_WHY_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_question question = {0};

		assert_int_equal(http_target_parse(cases[i].target, &target), HTTP_TARGET_GOOD);
		http_question_query(&target, now, &question, why);
		assert_int_equal(question.fixed, cases[i].fixed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_line),
		cmocka_unit_test(reads_a_query),
		cmocka_unit_test(a_relative_moment_is_not_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
