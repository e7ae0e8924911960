#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/members.h"
#include "tests/unit/quoted.h"

enum { A, B, B_C, B_D, WANTED };

static const struct member inside[] = {{"c", B_C, NULL}, {"d", B_D, NULL}, {NULL, 0, NULL}};
static const struct member wanted[] = {{"a", A, NULL}, {"b", B, inside}, {NULL, 0, NULL}};

/* What is found in TEXT, "-" for what is absent. */
static const char *found_in(const char *text, char *out, size_t size)
{
	struct value whole, found[WANTED];
	size_t length = 0;

	assert_true(value_parse(text, strlen(text), &whole));
	members_find(whole, wanted, found);
	out[0] = '\0';
	for (size_t f = 0; f < WANTED; f++)
		length += (size_t)snprintf(out + length, size - length, "%s%.*s", f > 0 ? " " : "",
					   value_present(found[f]) ? (int)found[f].length : 1,
					   value_present(found[f]) ? found[f].bytes : "-");
	return out;
}

static void finds_wanted_members_of_members(void **state)
{
	static const struct {
		const char *text, *found;
	} cases[] = {
		{"{}", "- - - -"},
		{"[1]", "- - - -"},
		{"7", "- - - -"},
		{"{'x':{'a':0,'c':[1,{'d':2}]},'a':1}", "1 - - -"},
		{" {'b' : {'d':'x' ,'e':[]} , 'a':null}", "null {'d':'x' ,'e':[]} - 'x'"},
		{"{'b':[{'c':1}]}", "- [{'c':1}] - -"},
		{"{'b':{'c':{'c':1}}}", "- {'c':{'c':1}} {'c':1} -"},
		/* The last of equal names, and nothing of those before it. */
		{"{'a':1,'a':2}", "2 - - -"},
		{"{'b':{'c':1,'d':2},'b':{'d':3}}", "- {'d':3} - 3"},
		{"{'b':{'c':1},'b':'x'}", "- 'x' - -"},
		{"{'b':{'c':1},'b':null}", "- null - -"},
		/* Names with escapes. */
		{"{'\\u0061':1,'\\u0062':{'\\u0063':2}}", "1 {'\\u0063':2} 2 -"},
		{"{'a\\u0000':1,'\\\\a':2,'a\\'':3}", "- - - -"},
	};
	char out[256];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		assert_string_equal(found_in(quoted(cases[c].text), out, sizeof(out)),
				    quoted(cases[c].found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_wanted_members_of_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
