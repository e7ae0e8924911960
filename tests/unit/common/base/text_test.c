#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"

static void puts_pieces_in_a_row(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 1000);
	text_add(&text, "ab", 2);
	text_add_string(&text, "cd");
	text_add_format(&text, "%d-%s", 7, "x");
	text_add_u64(&text, 0);
	text_add_u64(&text, UINT64_MAX);
	text_add_i64(&text, -1);
	text_add_i64(&text, INT64_MIN);
	assert_string_equal(text_terminate(&text),
			    "abcd7-x018446744073709551615-1-9223372036854775808");
	assert_int_equal(text.length, strlen(text.data));
	text_clear(&text);
	assert_string_equal(text_terminate(&text), "");
	text_free(&text);
	text_free(NULL);
}

static void adds_nothing_past_its_limit_and_stays_failed(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 5);
	text_add_string(&text, "abcde");
	assert_false(text.failed);
	assert_string_equal(text_terminate(&text), "abcde");
	text_add_string(&text, "f");
	assert_true(text.failed);
	assert_int_equal(text.length, 5);
	assert_string_equal(text_terminate(&text), "");
	text_clear(&text);
	text_add_string(&text, "ab");
	text_add_format(&text, "%s", "cdef");
	assert_true(text.failed);
	assert_int_equal(text.length, 2);
	text_add_string(&text, "c");
	assert_int_equal(text.length, 2);
	text_free(&text);
}

static void grows_to_the_requested_size(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 1 << 20);
	for (int i = 0; i < 100000; i++)
		text_add(&text, "0123456789", 10);
	assert_false(text.failed);
	assert_int_equal(text.length, 1000000);
	assert_memory_equal(text.data + 999990, "0123456789", 10);
	text_free(&text);
}

static void escapes_what_json_must_have_escaped(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *json;
	} cases[] = {
		{"", 0, "\"\""},
		{"plain", 5, "\"plain\""},
		{"a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\""},
		{"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
		{"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\""},
		{"caf\xc3\xa9 \xf0\x9f\x98\x80", 10, "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text plain, repaired;

		text_init(&plain, 100);
		text_init(&repaired, 100);
		text_add_json(&plain, cases[i].bytes, cases[i].length);
		text_add_json_repaired(&repaired, cases[i].bytes, cases[i].length);
		assert_string_equal(text_terminate(&plain), cases[i].json);
		assert_string_equal(text_terminate(&repaired), cases[i].json);
		text_free(&plain);
		text_free(&repaired);
	}
}

/* The expected texts are those of Python's bytes.decode("utf-8", "replace"). */
static void replaces_bytes_that_are_not_utf8(void **state)
{
#define R "\xef\xbf\xbd"
	static const struct {
		const char *bytes, *json;
	} cases[] = {
		{"a\xff"
		 "b",
		 "\"a" R "b\""},
		{"\xc3", "\"" R "\""},
		{"\xe2\x82", "\"" R "\""},
		{"\xe2\x82\"", "\"" R "\\\"\""},
		{"\xc0\xaf", "\"" R R "\""},
		{"\xe0\x80\xaf", "\"" R R R "\""},
		{"\xed\xa0\x80", "\"" R R R "\""},
		{"\xf4\x90\x80\x80", "\"" R R R R "\""},
		{"\xf0\x9f\x98"
		 "x",
		 "\"" R "x\""},
		{"\xf5\x80", "\"" R R "\""},
		{"\x80\n", "\"" R "\\n\""},
		{"\xed\x9f\xbf\xee\x80\x80", "\"\xed\x9f\xbf\xee\x80\x80\""},
	};
#undef R

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text;

		text_init(&text, 100);
		text_add_json_repaired(&text, cases[i].bytes, strlen(cases[i].bytes));
		assert_string_equal(text_terminate(&text), cases[i].json);
		text_free(&text);
	}
}

static void writes_the_ends_of_time_as_null(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 100);
	text_add_when(&text, WHEN_MIN);
	text_add_when(&text, (struct when){250 * NS_PER_MS});
	text_add_when(&text, WHEN_MAX);
	assert_string_equal(text_terminate(&text), "null\"1970-01-01T00:00:00.250Z\"null");
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_pieces_in_a_row),
		cmocka_unit_test(adds_nothing_past_its_limit_and_stays_failed),
		cmocka_unit_test(grows_to_the_requested_size),
		cmocka_unit_test(escapes_what_json_must_have_escaped),
		cmocka_unit_test(replaces_bytes_that_are_not_utf8),
		cmocka_unit_test(writes_the_ends_of_time_as_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
