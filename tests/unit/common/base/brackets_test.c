#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/brackets.h"
#include "common/base/text.h"

/* The end, found byte by byte. */
static const char *slow_end(const char *at, const char *end)
{
	int depth = 0;

	for (; at < end; at++) {
		if (*at == '"') {
			while (*++at != '"')
				at += *at == '\\';
		} else if (strchr("{[", *at) != NULL) {
			depth++;
		} else if (strchr("}]", *at) != NULL && --depth == 0) {
			return at + 1;
		}
	}
	return end;
}

static void assert_end(const char *at, const char *end, const char *expected)
{
	assert_ptr_equal(brackets_end(at, end), expected);
	assert_ptr_equal(brackets_end_plain(at, end), expected);
}

static void assert_ends(const char *text, size_t length)
{
	/* Nothing is read after the end: the sanitizer would find it. */
	char *bytes = malloc(length);

	assert_non_null(bytes);
	memcpy(bytes, text, length);
	assert_end(bytes, bytes + length, slow_end(bytes, bytes + length));
	free(bytes);
}

#define ASSERT_ENDS(text) assert_ends((text), sizeof(text) - 1)

static void a_container_ends_where_its_bracket_is(void **state)
{
	(void)state;
	ASSERT_ENDS("{}");
	ASSERT_ENDS("[]");
	ASSERT_ENDS("[[],{}],[]");
	ASSERT_ENDS("{\"a\":[1,{\"b\":\"}]\"}]},\"c\":{}}");
	ASSERT_ENDS("{\"a\":\"\\\"}\"}}");
	ASSERT_ENDS("{\"a\":\"\\\\\"}}");
}

static void a_container_that_is_cut_off_ends_at_the_end(void **state)
{
	static const char text[] = "{\"a\":[1,2,3";

	(void)state;
	assert_end(text, text + sizeof(text) - 1, text + sizeof(text) - 1);
}

/* A string of COUNT parts, so that blocks begin in it, at its quotes and between a backslash and
 * what it escapes. */
static void blocks_may_begin_anywhere(void **state)
{
	static const char *const parts[] = {"x", "}", "\\\"", "\\\\", "\\\\\\\""};
	struct text text;

	(void)state;
	text_init(&text, 1024);
	for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		for (int blanks = 0; blanks < 70; blanks++) {
			for (size_t count = 0; count < 70; count += 3) {
				text_clear(&text);
				text_add_format(&text, "[%*s{\"", blanks, "");
				for (size_t p = 0; p < count; p++)
					text_add_string(&text, parts[part]);
				text_add_string(&text, "\":[\"]\"]}],[]]}");
				assert_false(text.failed);
				assert_ends(text.data, text.length);
			}
		}
	}
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_ends_where_its_bracket_is),
		cmocka_unit_test(a_container_that_is_cut_off_ends_at_the_end),
		cmocka_unit_test(blocks_may_begin_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
