#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/plain.h"

/* Half of a surrogate pair is what json-c makes of it. */
static void reads_texts_without_their_escapes(void **state)
{
	static const struct {
		const char *json, *text; /* NULL: none */
	} cases[] = {
		{"\"\"", ""},
		{"\"plain\"", "plain"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
		{"\"\\u0041\\u00e4\\u20ac\"", "A\xc3\xa4\xe2\x82\xac"},
		{"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
		{"\"a\\ud83d\"", "a\xef\xbf\xbd"},
		{"\"\\ud83dx\"", "\xef\xbf\xbdx"},
		{"\"\\ude00\\ud83d\\u0041\"", "\xef\xbf\xbd\xef\xbf\xbd"
					      "A"},
		{"\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
		{"\"a\\u0000b\"", NULL},
		{"7", NULL},
		{"null", NULL},
		{"{}", NULL},
	};
	struct plain plain = {0};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct value value;
		struct span text;

		assert_true(value_parse(cases[c].json, strlen(cases[c].json), &value));
		text = plain_text(&plain, value);
		if (cases[c].text == NULL)
			assert_null(text.data);
		else
			assert_true(span_equal(text, span_of(cases[c].text)));
	}
	assert_false(plain.failed);
	plain_free(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_texts_without_their_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
