#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/scan_reading.h"
#include "tests/unit/quoted.h"

enum { OUTER, TEXT, NUMBER, ITEMS, INNER, TRUTH, MOMENT, ROWS };

static const struct scan_member members[ROWS] = {
	[OUTER] = SCAN_MEMBER("outer", INNER, 1), [TEXT] = SCAN_MEMBER("text", 0, 0),
	[NUMBER] = SCAN_MEMBER("number", 0, 0),   [ITEMS] = SCAN_MEMBER("items", 0, 0),
	[INNER] = SCAN_MEMBER("inner", TRUTH, 2), [TRUTH] = SCAN_MEMBER("truth", 0, 0),
	[MOMENT] = SCAN_MEMBER("moment", 0, 0),
};
#define TENS "an integer from -10 to 10"
static const struct scan_range tens = {-10, 10, TENS};

/* Scans JSON, which must be good. */
static void begin(struct scan_reading *reading, const char *json, struct fault *fault)
{
	scan_reading_init(reading, json, strlen(json), members, INNER, ROWS, fault);
	assert_int_equal(fault->reason, FAULT_NONE);
}

static void reads_each_type(void **state)
{
	struct scan_reading r;
	struct fault fault;
	struct value_cursor items;
	struct value item, key;
	struct span text;
	struct when moment;
	int64_t number;
	bool truth;
	char copy[4];

	(void)state;
	begin(&r,
	      quoted("{'outer':{'inner':{'truth':true,'moment':'1970-01-01T00:00:01Z'}},"
		     "'text':'\\u0061bc','number':-7,'items':[1,[2],'3']}"),
	      &fault);
	assert_true(scan_reading_object(&r, OUTER, SCAN_REQUIRED));
	assert_true(scan_reading_text(&r, TEXT, SCAN_REQUIRED, "a text", &text));
	assert_true(span_equal(text, span_of("abc")));
	assert_true(scan_reading_copy(&r, TEXT, SCAN_OPTIONAL, copy, sizeof(copy)));
	assert_string_equal(copy, "abc");
	assert_true(scan_reading_integer(&r, NUMBER, SCAN_OPTIONAL, &tens, &number));
	assert_int_equal(number, -7);
	assert_true(scan_reading_array(&r, ITEMS, SCAN_OPTIONAL, "an array", &items));
	for (int i = 0; i < 3; i++)
		assert_true(value_next(&items, &key, &item));
	assert_true(value_is_text(item, "3"));
	assert_false(value_next(&items, &key, &item));
	assert_true(scan_reading_boolean(&r, TRUTH, SCAN_REQUIRED, &truth));
	assert_true(truth);
	assert_true(scan_reading_when(&r, MOMENT, SCAN_REQUIRED, &moment));
	assert_int_equal(moment.ns, NS_PER_SECOND);
	assert_int_equal(fault.reason, FAULT_NONE);
	scan_reading_clear(&r);
}

static void null_is_absent(void **state)
{
	struct scan_reading r;
	struct fault fault;
	struct when moment = {5};
	bool truth = true;

	(void)state;
	begin(&r, quoted("{'outer':null,'text':null}"), &fault);
	assert_false(scan_reading_object(&r, OUTER, SCAN_OPTIONAL));
	assert_false(scan_reading_boolean(&r, TRUTH, SCAN_OPTIONAL, &truth));
	assert_false(scan_reading_when(&r, MOMENT, SCAN_OPTIONAL, &moment));
	assert_int_equal(moment.ns, 5);
	assert_int_equal(fault.reason, FAULT_NONE);
	assert_false(scan_reading_object(&r, INNER, SCAN_REQUIRED));
	assert_int_equal(fault.reason, FAULT_MISSING_MEMBER);
	assert_string_equal(fault.member, "outer.inner");
	scan_reading_clear(&r);
}

static void names_what_is_at_fault_and_what_would_be_right(void **state)
{
	static const struct {
		const char *json;
		enum fault_reason reason;
		const char *member, *wanted;
	} cases[] = {
		{"{'text':1}", FAULT_WRONG_TYPE, "text", "a string"},
		{"{'text':'a\\u0000b'}", FAULT_WRONG_TYPE, "text", "a string"},
		{"{'text':'abcd'}", FAULT_TOO_LARGE, "text", "a shorter string"},
		{"{'number':11}", FAULT_WRONG_VALUE, "number", TENS},
		{"{'number':1.0}", FAULT_WRONG_TYPE, "number", TENS},
		{"{'outer':[]}", FAULT_WRONG_TYPE, "outer.inner.truth", "true or false"},
		{"{'outer':{'inner':7}}", FAULT_WRONG_TYPE, "outer.inner.truth", "true or false"},
		{"{'outer':{'inner':{'truth':'yes'}}}", FAULT_WRONG_TYPE, "outer.inner.truth",
		 "true or false"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_reading r;
		struct fault fault;
		int64_t number;
		bool truth;
		char copy[4];

		begin(&r, quoted(cases[i].json), &fault);
		scan_reading_copy(&r, TEXT, SCAN_OPTIONAL, copy, sizeof(copy));
		scan_reading_integer(&r, NUMBER, SCAN_OPTIONAL, &tens, &number);
		scan_reading_boolean(&r, TRUTH, SCAN_OPTIONAL, &truth);
		assert_int_equal(fault.reason, cases[i].reason);
		assert_string_equal(fault.member, cases[i].member);
		assert_string_equal(fault.detail, cases[i].wanted);
		/* The first fault is kept, and nothing is read after it. */
		assert_false(scan_reading_integer(&r, NUMBER, SCAN_REQUIRED, &tens, &number));
		assert_int_equal(fault.reason, cases[i].reason);
		scan_reading_clear(&r);
	}
}

static void says_why_a_record_is_not_read(void **state)
{
	static const struct {
		const char *json;
		enum fault_reason reason;
		const char *member;
	} cases[] = {
		{"{'text':'a'", FAULT_NOT_JSON, ""},
		{"[]", FAULT_NOT_AN_OBJECT, ""},
		{"{'outer':{'inner':{'truth':true,'truth':false}}}", FAULT_MEMBER_TWICE,
		 "outer.inner.truth"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *json = quoted(cases[i].json);
		struct scan_reading r;
		struct fault fault;

		scan_reading_init(&r, json, strlen(json), members, INNER, ROWS, &fault);
		assert_int_equal(fault.reason, cases[i].reason);
		assert_string_equal(fault.member, cases[i].member);
		scan_reading_clear(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_type),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(names_what_is_at_fault_and_what_would_be_right),
		cmocka_unit_test(says_why_a_record_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
