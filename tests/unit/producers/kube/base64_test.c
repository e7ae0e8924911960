#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/base64.h"

static void decodes_base64_and_refuses_everything_else(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *bytes;
	} cases[] = {{"", ""},          {"TQ==", "M"},        {"TWE=", "Ma"}, {"TWFu", "Man"},
		     {"TW\nFu", "Man"}, {"TWFuTQ==", "ManM"}, {"TQ=", NULL},  {"T", NULL},
		     {"TQ=A", NULL},    {"T===", NULL},       {"TW-u", NULL}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = 0;
		char *bytes = base64_decode(cases[i].text, &length);

		if (cases[i].bytes) {
			assert_non_null(bytes);
			assert_string_equal(bytes, cases[i].bytes);
			assert_int_equal(length, strlen(cases[i].bytes));
		} else {
			assert_null(bytes);
		}
		free(bytes);
	}
}

static void encodes_what_it_decodes(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "TQ==", "TWE=", "TWFu", "TWFuTQ==", "/+8A"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t length = 0;
		char *bytes = base64_decode(texts[i], &length);
		struct text text;

		text_init(&text, 64);
		base64_encode(&text, bytes, length);
		assert_string_equal(text_terminate(&text), texts[i]);
		text_free(&text);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_base64_and_refuses_everything_else),
		cmocka_unit_test(encodes_what_it_decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
