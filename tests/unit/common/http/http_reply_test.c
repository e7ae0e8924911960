#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/http_reply.h"

static void a_problem_replaces_what_was_there(void **state)
{
	struct http_reply reply;

	(void)state;
	http_reply_init(&reply, 1000);
	assert_int_equal(reply.status, 200);
	text_add_string(&reply.body, "half an answer");
	reply.cache_control = "public";
	reply.encoding = "gzip";
	http_reply_problem(&reply, 400, "at: \"%s\" is wrong", "\"\n\xff");
	assert_int_equal(reply.status, 400);
	assert_string_equal(reply.content_type, "application/problem+json");
	assert_string_equal(reply.cache_control, "no-store");
	assert_null(reply.encoding);
	assert_string_equal(text_terminate(&reply.body),
			    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
			    "\"detail\":\"at: \\\"\\\"\\n\xef\xbf\xbd\\\" is wrong\"}\n");
	http_reply_clear(&reply);
}

static void a_long_detail_is_cut(void **state)
{
	char name[1000];
	struct http_reply reply;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	http_reply_init(&reply, 10000);
	http_reply_problem(&reply, 404, "%s", name);
	assert_in_range(reply.body.length, 511, 600);
	http_reply_clear(&reply);
}

static enum http_stream_status next(void *stream, struct text *out)
{
	(void)stream;
	(void)out;
	return HTTP_STREAM_END;
}

static void end(void *stream)
{
	++*(int *)stream;
}

static void a_stream_ends_once(void **state)
{
	struct http_reply reply;
	int ends = 0;

	(void)state;
	http_reply_init(&reply, 1000);
	reply.next = next;
	reply.end = end;
	reply.stream = &ends;
	http_reply_problem(&reply, 500, "broken");
	assert_int_equal(ends, 1);
	http_reply_clear(&reply);
	assert_int_equal(ends, 1);
}

static void an_entity_tag_is_of_the_bytes(void **state)
{
	char a[HTTP_ETAG_SIZE], b[HTTP_ETAG_SIZE];

	(void)state;
	http_reply_etag(span_of("one"), a);
	http_reply_etag(span_of("one"), b);
	assert_string_equal(a, b);
	http_reply_etag(span_of("two"), b);
	assert_string_not_equal(a, b);
	assert_int_equal(a[0], '"');
}

static void finds_an_entity_tag_in_a_list(void **state)
{
	static const char *const with[] = {"\"a\"", "W/\"a\"", "\"b\", \"a\"",
					   "\"b\",W/\"a\" ,\"c\"", "*"};
	static const char *const without[] = {"",    "\"b\"", "a",  "\"ab\"",
					      "\"a", "W/",    ",,", "\"b\" \"a\""};

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		assert_true(http_reply_has_tag(with[i], "\"a\"", true));
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		assert_false(http_reply_has_tag(without[i], "\"a\"", true));
	assert_false(http_reply_has_tag(NULL, "\"a\"", true));
	assert_true(http_reply_has_tag("W/\"b\", \"a\"", "\"a\"", false));
	assert_false(http_reply_has_tag("W/\"a\"", "\"a\"", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_problem_replaces_what_was_there),
		cmocka_unit_test(a_long_detail_is_cut),
		cmocka_unit_test(a_stream_ends_once),
		cmocka_unit_test(an_entity_tag_is_of_the_bytes),
		cmocka_unit_test(finds_an_entity_tag_in_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
