#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "tests/unit/quoted.h"

static void finds_members_and_integers(void **state)
{
	(void)state;
	const char *text = quoted(" {'a':{'b':'12','c':[1, {'d':2}],'e':'\\\"}'} , 'f':'x'} ");
	struct value root, name, item;
	struct value_cursor cursor;

	assert_true(value_parse(text, strlen(text), &root));
	assert_int_equal(value_integer(value_at(root, "a.b")), 12);
	assert_true(value_is_text(value_at(root, "f"), "x"));
	assert_false(value_present(value_at(root, "a.x")));
	assert_false(value_present(value_at(root, "f.x")));
	cursor = value_walk(value_at(root, "a.c"));
	assert_true(value_next(&cursor, &name, &item));
	assert_int_equal(value_integer(item), 1);
	assert_true(value_next(&cursor, &name, &item));
	assert_int_equal(value_integer(value_at(item, "d")), 2);
	assert_false(value_next(&cursor, &name, &item));
}

static void reads_only_whole_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t number;
	} cases[] = {{"7", 7},
		     {"'7'", 7},
		     {"0", 0},
		     {"'07'", 0},
		     {"-7", 0},
		     {"7.0", 0},
		     {"7e1", 0},
		     {"''", 0},
		     {"'7x'", 0},
		     {"[7]", 0},
		     {"null", 0},
		     {"18446744073709551615", UINT64_MAX},
		     {"18446744073709551616", 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value value;

		assert_true(
			value_parse(quoted(cases[i].text), strlen(quoted(cases[i].text)), &value));
		assert_int_equal(value_integer(value), cases[i].number);
	}
}

static void adds_without_the_blanks_between_tokens(void **state)
{
	(void)state;
	const char *text = quoted(" { 'a b' : [ 1 ,\n\t'\\\" c' , { } ] } ");
	struct value value;
	struct text out;

	text_init(&out, 100);
	assert_true(value_parse(text, strlen(text), &value));
	value_add(&out, value);
	assert_string_equal(text_terminate(&out), quoted("{'a b':[1,'\\\" c',{}]}"));
	text_free(&out);
}

static void walks_inside_without_passing_twice(void **state)
{
	(void)state;
	const char *text = quoted("{ 'a' : [ {'x':1} , '}]\\\"' , 2 ] ,'b':{ }, 'c':true}");
	struct value_cursor members, items;
	struct value root, name;

	assert_true(value_parse(text, strlen(text), &root));
	members = value_walk(root);
	assert_true(value_reach(&members, &name));
	assert_true(value_is_text(name, "a"));
	items = value_enter(&members);
	for (int item = 0; item < 3; item++) {
		assert_true(value_reach(&items, &name));
		assert_false(value_present(name));
		assert_int_equal(value_pass(&items).length, item == 0 ? 7 : item == 1 ? 6 : 1);
	}
	assert_false(value_reach(&items, &name));
	value_leave(&members, &items);
	assert_true(value_reach(&members, &name));
	assert_true(value_is_text(name, "b"));
	items = value_enter(&members);
	assert_false(value_reach(&items, &name));
	value_leave(&members, &items);
	assert_true(value_reach(&members, &name));
	assert_int_equal(value_pass(&members).length, 4);
	assert_false(value_reach(&members, &name));
}

static void takes_one_json_text_and_walks_only_containers(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "{", "{} {}", "{'a':}", "[1,]"};
	struct value value, name, item;
	struct value_cursor cursor;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(value_parse(quoted(bad[i]), strlen(quoted(bad[i])), &value));
	assert_true(value_parse(quoted("'[1]'"), 5, &value));
	cursor = value_walk(value);
	assert_false(value_next(&cursor, &name, &item));
	assert_false(value_present(value_at(value, "a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_members_and_integers),
		cmocka_unit_test(reads_only_whole_numbers),
		cmocka_unit_test(adds_without_the_blanks_between_tokens),
		cmocka_unit_test(walks_inside_without_passing_twice),
		cmocka_unit_test(takes_one_json_text_and_walks_only_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
