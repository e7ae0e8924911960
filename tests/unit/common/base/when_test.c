#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/when.h"

static void reads_what_rfc_3339_allows(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1969-12-31T23:59:59.999999999Z", -1},
		{"2018-10-25T04:39:02Z", INT64_C(1540442342000000000)},
		{"2026-11-23T08:00:01.25Z", INT64_C(1795420801250000000)},
		{"2026-11-23T08:00:01.123456789Z", INT64_C(1795420801123456789)},
		{"2026-11-23t08:00:01.1z", INT64_C(1795420801100000000)},
		{"2026-11-23T10:30:01+02:30", INT64_C(1795420801000000000)},
		{"2026-11-22T23:00:01-09:00", INT64_C(1795420801000000000)},
		{"2000-02-29T00:00:00Z", INT64_C(951782400000000000)},
		{"1678-01-01T00:00:00Z", INT64_C(-9214560000000000000)},
		{"2261-12-31T23:59:59.999999999Z", INT64_C(9214646399999999999)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct when moment = {42};

		assert_int_equal(when_parse(cases[i].text, strlen(cases[i].text), &moment), 0);
		assert_int_equal(moment.ns, cases[i].ns);
	}
}

static void refuses_everything_else(void **state)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-11-23",
		"2026-11-23T08:00:01",
		"2026-11-23 08:00:01Z",
		"2026-11-23T08:00Z",
		"2026-11-23T08:00:01.Z",
		"2026-11-23T08:00:01.1234567890Z",
		"2026-11-23T08:00:01,5Z",
		"2026-11-23T08:00:01ZZ",
		"2026-11-23T08:00:01Z ",
		" 2026-11-23T08:00:01Z",
		"2026-11-23T08:00:01+0100",
		"2026-11-23T08:00:01+24:00",
		"2026-11-23T08:00:01+01:60",
		"2026-11-23T08:00:01+1:00",
		"2026-13-23T08:00:01Z",
		"2026-00-23T08:00:01Z",
		"2026-11-31T08:00:01Z",
		"2026-11-00T08:00:01Z",
		"2026-02-29T08:00:01Z",
		"1900-02-29T08:00:01Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T08:60:00Z",
		"2026-11-23T08:00:-1Z",
		"+026-11-23T08:00:01Z",
		"2026-11-2308:00:01ZZ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct when moment = {42};

		assert_int_equal(when_parse(cases[i], strlen(cases[i]), &moment), -1);
		assert_int_equal(moment.ns, 42);
	}
}

static void refuses_a_leap_second(void **state)
{
	struct when moment = {42};

	(void)state;
	assert_int_equal(when_parse("2016-12-31T23:59:60Z", 20, &moment), -1);
	assert_int_equal(when_parse("2261-12-31T23:59:60Z", 20, &moment), -1);
	assert_int_equal(moment.ns, 42);
}

static void refuses_years_that_the_text_form_does_not_have(void **state)
{
	static const char *const cases[] = {
		"1677-12-31T23:59:59Z",      "2262-01-01T00:00:00Z", "1678-01-01T00:00:00+00:01",
		"2261-12-31T23:59:00-00:01", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct when moment;

		assert_int_equal(when_parse(cases[i], strlen(cases[i]), &moment), -1);
	}
}

static void reads_no_further_than_the_length(void **state)
{
	struct when moment;

	(void)state;
	assert_int_equal(when_parse("1970-01-01T00:00:00Zgarbage", 20, &moment), 0);
	assert_int_equal(when_parse("1970-01-01T00:00:00Z", 19, &moment), -1);
}

static void writes_as_many_digits_as_the_instant_needs(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59.999999999Z"},
		{250 * NS_PER_MS, "1970-01-01T00:00:00.250Z"},
		{1000, "1970-01-01T00:00:00.000001Z"},
		{1, "1970-01-01T00:00:00.000000001Z"},
		{-86400 * NS_PER_SECOND, "1969-12-31T00:00:00Z"},
		{INT64_C(951782400) * NS_PER_SECOND, "2000-02-29T00:00:00Z"},
		{INT64_MAX - 1, "2262-04-11T23:47:16.854775806Z"},
		{INT64_MIN + 1, "1677-09-21T00:12:43.145224193Z"},
	};
	char text[WHEN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = when_format((struct when){cases[i].ns}, text);

		assert_string_equal(text, cases[i].text);
		assert_int_equal(length, strlen(text));
	}
}

static void a_date_without_a_year_is_the_last_one(void **state)
{
	static const struct {
		int64_t month, day, offset_s;
		const char *latest, *text; /* NULL: there is none */
	} cases[] = {
		{11, 23, 0, "2026-11-24T00:00:00Z", "2026-11-23T08:00:00Z"},
		{11, 23, 0, "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"},
		{11, 23, 0, "2026-11-23T07:59:59Z", "2025-11-23T08:00:00Z"},
		{11, 23, -3600, "2026-11-23T07:59:59Z", "2026-11-23T07:00:00Z"},
		{12, 31, 0, "2026-01-01T00:00:00Z", "2025-12-31T08:00:00Z"},
		{2, 29, 0, "2025-01-01T00:00:00Z", "2024-02-29T08:00:00Z"},
		{2, 29, 0, "2026-11-24T00:00:00Z", NULL},
		{2, 30, 0, "2026-11-24T00:00:00Z", NULL},
	};
	char text[WHEN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct when_date date = {-1, cases[i].month, cases[i].day, 8, 0, 0};
		struct when latest, moment;
		int rc;

		assert_int_equal(when_parse(cases[i].latest, strlen(cases[i].latest), &latest), 0);
		rc = when_from_yearless(&date, cases[i].offset_s * NS_PER_SECOND, latest, &moment);
		assert_int_equal(rc, cases[i].text == NULL ? -1 : 0);
		if (rc < 0)
			continue;
		when_format(moment, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void every_day_of_six_centuries_comes_back(void **state)
{
	(void)state;
	for (int64_t day = -106650; day <= 106650; day++) {
		struct when moment = {day * 86400 * NS_PER_SECOND + 12345}, again;
		char text[WHEN_TEXT_SIZE];
		size_t length = when_format(moment, text);

		assert_int_equal(when_parse(text, length, &again), 0);
		assert_int_equal(again.ns, moment.ns);
	}
}

static void arithmetic_stops_at_the_ends_of_time(void **state)
{
	(void)state;
	assert_int_equal(when_add((struct when){5}, -7).ns, -2);
	assert_int_equal(when_add((struct when){INT64_MAX - 1}, 2).ns, INT64_MAX);
	assert_int_equal(when_add((struct when){INT64_MIN + 1}, -2).ns, INT64_MIN);
	assert_int_equal(when_since((struct when){7}, (struct when){5}), 2);
	assert_int_equal(when_since((struct when){INT64_MAX - 1}, (struct when){-5}), INT64_MAX);
	assert_int_equal(when_since((struct when){INT64_MIN + 1}, (struct when){5}), INT64_MIN);
}

static void infinite_past_and_future_stay_infinite(void **state)
{
	(void)state;
	assert_int_equal(when_add(WHEN_MAX, -NS_PER_SECOND).ns, INT64_MAX);
	assert_int_equal(when_add(WHEN_MIN, NS_PER_SECOND).ns, INT64_MIN);
	assert_int_equal(when_since(WHEN_MAX, (struct when){INT64_MAX - 1}), INT64_MAX);
	assert_int_equal(when_since((struct when){0}, WHEN_MAX), INT64_MIN);
	assert_int_equal(when_since((struct when){0}, WHEN_MIN), INT64_MAX);
	assert_int_equal(when_since(WHEN_MIN, (struct when){0}), INT64_MIN);
	assert_int_equal(when_since(WHEN_MAX, WHEN_MAX), 0);
}

static void instants_are_ordered(void **state)
{
	struct when a = {1}, b = {2};

	(void)state;
	assert_true(when_before(a, b));
	assert_false(when_before(b, a));
	assert_false(when_before(a, a));
	assert_int_equal(when_earlier(a, b).ns, 1);
	assert_int_equal(when_later(a, b).ns, 2);
}

static void reads_durations_with_a_unit_or_in_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{"0", 0},
		{"500ms", 500 * NS_PER_MS},
		{"10s", 10 * NS_PER_SECOND},
		{"10", 10 * NS_PER_SECOND},
		{"5m", 300 * NS_PER_SECOND},
		{"2h", 7200 * NS_PER_SECOND},
		{"3d", 3 * 86400 * NS_PER_SECOND},
		{"2w", 14 * 86400 * NS_PER_SECOND},
		{"9223372036s", INT64_C(9223372036) * NS_PER_SECOND},
	};
	static const char *const wrong[] = {
		"",     "s",   "-1s",  "1.5s", "10 s",        "10S",
		"1y",   "1mm", "1mss", "10sm", "9223372037s", "99999999999999999999",
		"+10s",
	};
	int64_t ns = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(when_parse_duration(wrong[i], &ns), -1);
		assert_int_equal(ns, 42);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(when_parse_duration(cases[i].text, &ns), 0);
		assert_int_equal(ns, cases[i].ns);
	}
}

static void writes_durations_in_the_largest_exact_unit(void **state)
{
	static const char *const cases[] = {"0s",   "1ms", "500ms", "1500ms", "1s",
					    "119s", "2m",  "2h",    "25h",    "3d"};
	char text[WHEN_TEXT_SIZE];
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(when_parse_duration(cases[i], &ns), 0);
		when_format_duration(ns, text);
		assert_string_equal(text, cases[i]);
	}
	when_format_duration(300 * NS_PER_SECOND, text);
	assert_string_equal(text, "5m");
	when_format_duration(INT64_MAX, text);
	assert_string_equal(text, "9223372036854ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_rfc_3339_allows),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(refuses_a_leap_second),
		cmocka_unit_test(refuses_years_that_the_text_form_does_not_have),
		cmocka_unit_test(reads_no_further_than_the_length),
		cmocka_unit_test(writes_as_many_digits_as_the_instant_needs),
		cmocka_unit_test(a_date_without_a_year_is_the_last_one),
		cmocka_unit_test(every_day_of_six_centuries_comes_back),
		cmocka_unit_test(arithmetic_stops_at_the_ends_of_time),
		cmocka_unit_test(infinite_past_and_future_stay_infinite),
		cmocka_unit_test(instants_are_ordered),
		cmocka_unit_test(reads_durations_with_a_unit_or_in_seconds),
		cmocka_unit_test(writes_durations_in_the_largest_exact_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
