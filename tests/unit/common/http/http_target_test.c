#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/http/http_target.h"

static void is_words(const struct http_target *target, const char *expected)
{
	struct text words;

	text_init(&words, 1000);
	for (size_t w = 0; w < target->word_count; w++) {
		text_add(&words, "[", 1);
		text_add(&words, target->words[w].data, target->words[w].length);
		text_add(&words, "]", 1);
	}
	for (size_t p = 0; p < target->parameter_count; p++) {
		text_add(&words, " ", 1);
		text_add(&words, target->parameters[p].name.data,
			 target->parameters[p].name.length);
		text_add(&words, "=", 1);
		text_add(&words, target->parameters[p].value.data,
			 target->parameters[p].value.length);
	}
	assert_string_equal(text_terminate(&words), expected);
	text_free(&words);
}

static void reads_words_and_parameters(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"/", "[]"},
		{"/v1/ip/10.0.0.1", "[v1][ip][10.0.0.1]"},
		{"/v1/ip/fd00%3A%3a1?at=2026-11-24T07:49:29+01:00&port=80",
		 "[v1][ip][fd00::1] at=2026-11-24T07:49:29+01:00 port=80"},
		{"/a%2Fb/..//", "[a/b][..][][]"},
		{"/x?verbose", "[x] verbose="},
		{"/x?", "[x]"},
		{"/x?a=&b==1&&c", "[x] a= b==1 = c="},
		{"/x?a=/y?z", "[x] a=/y?z"},
		{"HTTP://host:80/x/y?z=1", "[x][y] z=1"},
		{"/%C3%A4", "[\xc3\xa4]"},
	};
	static struct http_target target;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(http_target_parse(cases[i].in, &target), HTTP_TARGET_GOOD);
		is_words(&target, cases[i].out);
	}
}

static void refuses_what_is_malformed(void **state)
{
	static const char *const cases[] = {"",      "x",     "*",       "http://host", "/%",
					    "/%4",   "/%zz",  "/a%00b",  "/a%0ab",      "/?a=%7f",
					    "/\x01", "/\xff", "/%c3%28", "/?%",         "?a"};
	static struct http_target target;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(http_target_parse(cases[i], &target), HTTP_TARGET_MALFORMED);
}

static void refuses_what_is_too_long(void **state)
{
	static char text[HTTP_TARGET_MAX + 2];
	static struct http_target target;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[0] = '/';
	assert_int_equal(http_target_parse(text, &target), HTTP_TARGET_TOO_LONG);
	text[HTTP_TARGET_MAX] = '\0';
	assert_int_equal(http_target_parse(text, &target), HTTP_TARGET_GOOD);
	assert_int_equal(http_target_parse("/1/2/3/4/5/6/7/8", &target), HTTP_TARGET_GOOD);
	assert_int_equal(http_target_parse("/1/2/3/4/5/6/7/8/9", &target), HTTP_TARGET_TOO_LONG);
	assert_int_equal(http_target_parse("/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16", &target),
			 HTTP_TARGET_GOOD);
	assert_int_equal(http_target_parse("/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17", &target),
			 HTTP_TARGET_TOO_LONG);
}

static void finds_a_parameter(void **state)
{
	static struct http_target target;

	(void)state;
	assert_int_equal(http_target_parse("/?port=80&at", &target), HTTP_TARGET_GOOD);
	assert_true(span_equal(http_target_value(&target, "port"), span_of("80")));
	assert_non_null(http_target_value(&target, "at").data);
	assert_null(http_target_value(&target, "por").data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words_and_parameters),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(finds_a_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
