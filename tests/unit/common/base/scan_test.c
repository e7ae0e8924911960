#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/scan.h"
#include "tests/unit/quoted.h"

#define TEXT(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

struct bytes {
	const char *bytes;
	size_t length;
};

/* With " for each '. */
static enum scan_outcome validate(struct bytes text)
{
	char *copy = malloc(text.length);
	enum scan_outcome outcome;

	for (size_t i = 0; i < text.length; i++)
		copy[i] = text.bytes[i] == '\'' ? '"' : text.bytes[i];
	outcome = scan_validate(copy, text.length);
	free(copy);
	return outcome;
}

static void accepts_what_rfc_8259_allows(void **state)
{
	static const struct bytes good[] = {
		TEXT("{}"),
		TEXT("[]"),
		TEXT(" [ ] "),
		TEXT("null"),
		TEXT("true"),
		TEXT("false"),
		TEXT("0"),
		TEXT("-0"),
		TEXT("1.5e+10"),
		TEXT("1E-7"),
		TEXT("''"),
		TEXT("\t\r\n 1 \n"),
		TEXT("[1,2]"),
		TEXT("{'a':{'b':[{}]}}"),
		TEXT("'\\u0000'"),
		TEXT("'\\ud800'"),
		TEXT("'\\\"\\\\\\/\\b\\f\\n\\r\\t'"),
		TEXT("'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'"),
		TEXT("'\x7f'"),
		TEXT("{'a':1,'a':2}"),
		TEXT("99999999999999999999999999"),
		TEXT("1e9999"),
		TEXT("'\xef\xbf\xbf'"),
		TEXT("{'':0}"),
		TEXT("'12345678\\n12345678'"),
		TEXT("'\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf'"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (validate(good[i]) != SCAN_GOOD)
			fail_msg("refused: %s", good[i].bytes);
}

static const struct bytes not_json[] = {
	TEXT(""),
	TEXT(" "),
	TEXT("{"),
	TEXT("}"),
	TEXT("["),
	TEXT("]"),
	TEXT("[1,]"),
	TEXT("[,1]"),
	TEXT("[1 2]"),
	TEXT("{'a'}"),
	TEXT("{'a':}"),
	TEXT("{'a':1,}"),
	TEXT("{a:1}"),
	TEXT("{1:1}"),
	TEXT("{'a':1 'b':2}"),
	TEXT("{'a':1]"),
	TEXT("[1}"),
	TEXT("nul"),
	TEXT("nulll"),
	TEXT("True"),
	TEXT("NaN"),
	TEXT("Infinity"),
	TEXT("-"),
	TEXT("-a"),
	TEXT("01"),
	TEXT("-01"),
	TEXT("1."),
	TEXT(".5"),
	TEXT("1e"),
	TEXT("1e+"),
	TEXT("+1"),
	TEXT("0x10"),
	TEXT("2.e3"),
	TEXT("'"),
	TEXT("'a"),
	TEXT("'\\\""),
	TEXT("'\\x'"),
	TEXT("'\\u12'"),
	TEXT("'\\u12G4'"),
	TEXT("'\n'"),
	TEXT("'\t'"),
	TEXT("'\0'"),
	TEXT("'\x1f'"),
	TEXT("'\x80'"),
	TEXT("'\xc0\x80'"),
	TEXT("'\xc1\xbf'"),
	TEXT("'\xe0\x80\x80'"),
	TEXT("'\xed\xa0\x80'"),
	TEXT("'\xf0\x80\x80\x80'"),
	TEXT("'\xf4\x90\x80\x80'"),
	TEXT("'\xf5\x80\x80\x80'"),
	TEXT("'\xc3'"),
	TEXT("'\xe2\x82'"),
	TEXT("'\xff'"),
	TEXT("\xef\xbb\xbf{}"),
	TEXT("{}{}"),
	TEXT("{} x"),
	TEXT("1 2"),
	TEXT("[1]\0"),
	TEXT("{'a':1}\0"),
	TEXT("//\n1"),
	TEXT("[1,/**/2]"),
	TEXT("{'a'::1}"),
	TEXT("{,}"),
	TEXT("'12345678\n12345678'"),
	TEXT("\v1"),
	TEXT("'\\\0'"),
};

static void refuses_everything_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(not_json) / sizeof(not_json[0]); i++)
		if (validate(not_json[i]) != SCAN_NOT_JSON)
			fail_msg("number %zu taken: %s", i, not_json[i].bytes);
	assert_int_equal(scan_validate("{'a':1}", 7), SCAN_NOT_JSON);
}

static void nests_up_to_the_limit(void **state)
{
	char text[2 * (SCAN_DEPTH_MAX + 1) + 1];

	(void)state;
	memset(text, '[', SCAN_DEPTH_MAX);
	memset(text + SCAN_DEPTH_MAX, ']', SCAN_DEPTH_MAX);
	assert_int_equal(scan_validate(text, 2 * SCAN_DEPTH_MAX), SCAN_GOOD);
	memset(text, '[', SCAN_DEPTH_MAX + 1);
	memset(text + SCAN_DEPTH_MAX + 1, ']', SCAN_DEPTH_MAX + 1);
	assert_int_equal(scan_validate(text, 2 * SCAN_DEPTH_MAX + 2), SCAN_TOO_DEEP);
}

static void no_prefix_of_an_object_is_good(void **state)
{
	const char *text = quoted("{'a':[1,-2.5e3,true,null,'x\\u00e9\xc3\xa9'],'b':{'c':false}}");

	(void)state;
	for (size_t length = 0; length < strlen(text); length++)
		assert_int_equal(scan_validate(text, length), SCAN_NOT_JSON);
	assert_int_equal(scan_validate(text, strlen(text)), SCAN_GOOD);
}

/* a, b{c{d}, e}: rows 0, 1, 2, 3, 4. */
static const struct scan_member members[] = {
	SCAN_MEMBER("a", 0, 0), SCAN_MEMBER("b", 2, 2), SCAN_MEMBER("c", 4, 1),
	SCAN_MEMBER("e", 0, 0), SCAN_MEMBER("d", 0, 0),
};

static enum scan_outcome scan(const char *text, struct scan *found)
{
	return scan_object(text, strlen(text), members, 2, 5, found);
}

static void assert_value(const struct scan_value *value, enum scan_kind kind, const char *text)
{
	assert_int_equal(value->kind, kind);
	assert_int_equal(value->length, strlen(text));
	assert_memory_equal(value->text, text, value->length);
}

static void finds_wanted_members_where_they_belong(void **state)
{
	struct scan found;

	(void)state;
	assert_int_equal(scan(quoted(" {'x':{'a':9},'b':{'c':{'d':'y','a':1},'d':5,'e':-1.5},"
				     "'a':true,'c':7} "),
			      &found),
			 SCAN_GOOD);
	assert_value(&found.values[0], SCAN_TRUE, "true");
	assert_int_equal(found.values[1].kind, SCAN_OBJECT);
	assert_int_equal(found.values[2].kind, SCAN_OBJECT);
	assert_value(&found.values[3], SCAN_NUMBER, "-1.5");
	assert_value(&found.values[4], SCAN_STRING, "y");
	assert_int_equal(found.closing_brace, 69);
	assert_false(found.empty);
	assert_int_equal(scan(quoted("{'b':[{'c':{'d':1}}]}"), &found), SCAN_GOOD);
	assert_int_equal(found.values[1].kind, SCAN_ARRAY);
	assert_int_equal(found.values[4].kind, SCAN_ABSENT);
	assert_int_equal(scan("{ }", &found), SCAN_GOOD);
	assert_true(found.empty);
	assert_int_equal(found.closing_brace, 2);
	assert_int_equal(scan(quoted("{'a':{}}"), &found), SCAN_GOOD);
	assert_false(found.empty);
}

/* The members lie across the blocks of 64 bytes in every way. */
static void finds_members_wherever_they_lie(void **state)
{
	static const char *const forms[] = {
		"':1,'a':-5,'b':{'e':'y','c':{'d':99,'z':''}}}",
		"':'','a':-5,'b':{'e':'y' ,'c':\n{'d':99,'z':1e5}}}",
	};
	char text[512], fill[128];
	struct scan found;

	(void)state;
	memset(fill, '_', sizeof(fill));
	for (int n = 0; n < 2 * (int)sizeof(fill); n++) {
		int length = snprintf(text, sizeof(text), "%*s{\"x%.*s%s", n % 7, "", n / 2, fill,
				      quoted(forms[n % 2]));

		assert_int_equal(scan_object(text, (size_t)length, members, 2, 5, &found),
				 SCAN_GOOD);
		assert_value(&found.values[0], SCAN_NUMBER, "-5");
		assert_value(&found.values[3], SCAN_STRING, "y");
		assert_value(&found.values[4], SCAN_NUMBER, "99");
		assert_int_equal(found.closing_brace, length - 1);
		for (int cut = 0; cut < length; cut++)
			assert_int_equal(scan_validate(text, (size_t)cut), SCAN_NOT_JSON);
	}
}

static void a_name_may_be_written_with_escapes(void **state)
{
	struct scan found;

	(void)state;
	assert_int_equal(scan(quoted("{'\\u0061':1,'\\u0062':{'\\u0065':2}}"), &found), SCAN_GOOD);
	assert_value(&found.values[0], SCAN_NUMBER, "1");
	assert_value(&found.values[3], SCAN_NUMBER, "2");
	assert_int_equal(scan(quoted("{'a\\u0000':1}"), &found), SCAN_GOOD);
	assert_int_equal(found.values[0].kind, SCAN_ABSENT);
}

static void refuses_a_wanted_member_that_occurs_twice(void **state)
{
	struct scan found;

	(void)state;
	assert_int_equal(scan(quoted("{'a':1,'\\u0061':1}"), &found), SCAN_TWICE);
	assert_int_equal(found.member_twice, 0);
	assert_int_equal(scan(quoted("{'b':{'e':1,'e':1}}"), &found), SCAN_TWICE);
	assert_int_equal(found.member_twice, 3);
	assert_int_equal(scan(quoted("{'b':{},'b':{}}"), &found), SCAN_TWICE);
	assert_int_equal(scan(quoted("{'x':1,'x':1,'b':{'a':1,'a':2}}"), &found), SCAN_GOOD);
}

static void recognizes_what_is_not_an_object(void **state)
{
	struct scan found;

	(void)state;
	assert_int_equal(scan(quoted("[{'a':1}]"), &found), SCAN_NOT_AN_OBJECT);
	assert_int_equal(scan(quoted("'a'"), &found), SCAN_NOT_AN_OBJECT);
	assert_int_equal(scan("5", &found), SCAN_NOT_AN_OBJECT);
	assert_int_equal(scan("[5", &found), SCAN_NOT_JSON);
}

static void says_where_the_fault_is(void **state)
{
	struct scan found;

	(void)state;
	assert_int_equal(scan(quoted("{'a':1,'b':tru}"), &found), SCAN_NOT_JSON);
	assert_int_equal(found.fault_at, 11);
}

static void unescapes_strings(void **state)
{
	static const char text[] = "a\\n\\u00e9\\ud83d\\ude00\\\\\\/\\u0000";
	struct scan_value value = {
		.kind = SCAN_STRING, .escaped = true, .text = text, .length = sizeof(text) - 1};
	char plain[64];
	size_t length = 0;

	(void)state;
	assert_int_equal(scan_value_unescape(&value, plain, sizeof(plain)), 11);
	assert_memory_equal(plain, "a\n\xc3\xa9\xf0\x9f\x98\x80\\/\0", 11);
	assert_int_equal(scan_value_unescape(&value, plain, 8), -1);
	value.text = "\\udc00";
	value.length = 6;
	assert_int_equal(scan_value_unescape(&value, plain, sizeof(plain)), -1);
	value.text = "\\ud800\\u0041";
	value.length = 12;
	assert_null(scan_value_text(&value, plain, sizeof(plain), &length));
}

static void reads_whole_numbers_only(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} good[] = {{"0", 0}, {"65535", 65535}, {"18446744073709551615", UINT64_MAX}};
	static const char *const bad[] = {
		"-1", "-0", "1.0", "1e3", "18446744073709551616", "99999999999999999999999"};
	struct scan_value value = {.kind = SCAN_NUMBER};
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		value.text = good[i].text;
		value.length = strlen(good[i].text);
		assert_int_equal(scan_value_unsigned(&value, &number), 0);
		assert_true(number == good[i].number);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		value.text = bad[i];
		value.length = strlen(bad[i]);
		assert_int_equal(scan_value_unsigned(&value, &number), -1);
	}
}

static void finds_where_the_first_object_ends(void **state)
{
	(void)state;
	static const char object[] = "{'a':[{},'}'],'b':{'c':1}}";
	char text[64];

	for (size_t length = 0; length < strlen(object); length++)
		assert_int_equal(scan_first_object(quoted(object), length), 0);
	snprintf(text, sizeof(text), "%s ,{]", quoted(object));
	assert_int_equal(scan_first_object(text, strlen(text)), strlen(object));
	assert_int_equal(scan_first_object("[1]", 3), 0);
	assert_int_equal(scan_first_object(" {}", 3), 0);
	assert_int_equal(scan_first_object("{]}", 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_rfc_8259_allows),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(nests_up_to_the_limit),
		cmocka_unit_test(no_prefix_of_an_object_is_good),
		cmocka_unit_test(finds_wanted_members_where_they_belong),
		cmocka_unit_test(finds_members_wherever_they_lie),
		cmocka_unit_test(a_name_may_be_written_with_escapes),
		cmocka_unit_test(refuses_a_wanted_member_that_occurs_twice),
		cmocka_unit_test(recognizes_what_is_not_an_object),
		cmocka_unit_test(says_where_the_fault_is),
		cmocka_unit_test(unescapes_strings),
		cmocka_unit_test(reads_whole_numbers_only),
		cmocka_unit_test(finds_where_the_first_object_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
