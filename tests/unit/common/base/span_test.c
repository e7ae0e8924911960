#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/span.h"

static void what_sorts_after_a_prefix(void **state)
{
	static const struct {
		const char *prefix, *after;
	} cases[] = {
		{"a", "b"},     {"ab", "ac"},       {"a\x7f", "a\x80"}, {"a\xfe", "a\xff"},
		{"a\xff", "b"}, {"a\xff\xff", "b"}, {"\xff\xff", ""},   {"", ""},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		char after[8];
		size_t length = span_after(span_of(cases[c].prefix), after);

		assert_true(span_equal((struct span){after, length}, span_of(cases[c].after)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sorts_after_a_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
