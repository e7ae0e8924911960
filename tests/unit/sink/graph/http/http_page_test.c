#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/http/http_page.h"

/* Asks for TARGET, with gzip or without. */
static void ask(const char *target, bool gzip, struct http_reply *reply)
{
	static struct http_target parsed;
	const struct http_call call = {.target = &parsed, .gzip = gzip};

	assert_int_equal(http_target_parse(target, &parsed), HTTP_TARGET_GOOD);
	http_reply_init(reply, 1u << 20);
	http_page_answer(NULL, &call, reply);
}

static void a_client_without_gzip_gets_plain_text(void **state)
{
	struct http_reply plain, compressed;

	(void)state;
	ask("/vendor.js", false, &plain);
	ask("/vendor.js", true, &compressed);
	assert_int_equal(plain.status, 200);
	assert_null(plain.encoding);
	assert_string_equal(compressed.encoding, "gzip");
	assert_true(plain.by_encoding && compressed.by_encoding);
	assert_non_null(strstr(text_terminate(&plain.body), "dagre"));
	assert_memory_equal(compressed.body.data, "\x1f\x8b", 2);
	assert_true(compressed.body.length < plain.body.length / 2);
	assert_string_equal(plain.content_type, "text/javascript; charset=utf-8");
	assert_non_null(strstr(plain.policy, "default-src 'none'"));
	http_reply_clear(&plain);
	http_reply_clear(&compressed);
}

static void a_file_that_is_not_there_is_404(void **state)
{
	struct http_reply reply;

	(void)state;
	ask("/vendor.js.gz", true, &reply);
	assert_int_equal(reply.status, 404);
	assert_null(reply.encoding);
	http_reply_clear(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_without_gzip_gets_plain_text),
		cmocka_unit_test(a_file_that_is_not_there_is_404),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
