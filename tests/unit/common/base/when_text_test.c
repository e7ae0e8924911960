/* Times as people write them. */
#include "common/base/when_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1795420801250000000) /* 2026-11-23T08:00:01.25Z */
#define NOW_SECOND (NOW - 250 * NS_PER_MS)
#define MINUTE (60 * NS_PER_SECOND)

static void reads_what_people_write(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{"now", NOW},
		{"-5m", NOW_SECOND - 5 * MINUTE},
		{"5m ago", NOW_SECOND - 5 * MINUTE},
		{"5m", NOW_SECOND - 5 * MINUTE},
		{"2w", NOW_SECOND - INT64_C(14) * 24 * 60 * MINUTE},
		{"500ms", NOW - 500 * NS_PER_MS},
		{"-90", NOW_SECOND - 90 * NS_PER_SECOND},
		{"-500ms", NOW - 500 * NS_PER_MS},
		{"2h ago", NOW_SECOND - 120 * MINUTE},
		{"3d ago", NOW_SECOND - INT64_C(3) * 24 * 60 * MINUTE},
		{"2026-11-23T08:00:01.25Z", NOW},
		{"2026-11-23 08:00:01.25Z", NOW},
		{"2026-11-23 08:00:01.25", NOW},
		{"2026-11-23 09:00:01,25 +01:00", NOW},
		{"2026-11-23T09:00:01.25+0100", NOW},
		{"2026/11/23 08:00:01.25 UTC", NOW},
		{"1795420801", NOW - 250 * NS_PER_MS},
		{"1795420801.25", NOW},
		{"1795420801250", NOW},
		{"1795420801250000", NOW},
		{"1795420801250000000", NOW},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct when moment = {42};

		if (when_text_parse(cases[c].text, strlen(cases[c].text), (struct when){NOW},
				    &moment) < 0 ||
		    moment.ns != cases[c].ns)
			fail_msg("%s", cases[c].text);
	}
}

static void refuses_everything_else(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"yesterday",
		"now ",
		"-",
		"- ago",
		" ago",
		"5m  ago",
		"-5 minutes",
		"5 m",
		"5x",
		"m",
		"90",
		"+5m",
		"2026-11-23",
		"2026-11-23 08:00",
		"2026-11-23 08:00:01 CET",
		"2026-11-23 08:00:61",
		"2026-11-23 08:00:01 x",
		"17954208",
		"17954208011",
		"9999999999",
		"9999999999999999999",
		"0123456789",
		"1795420801.",
		"-9999999999999999d",
		"-99999999999999999999999999999999s",
		"2026-02-30 08:00:01",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct when moment = {42};

		if (when_text_parse(cases[c], strlen(cases[c]), (struct when){NOW}, &moment) == 0 ||
		    moment.ns != 42)
			fail_msg("\"%s\"", cases[c]);
	}
}

static void knows_what_is_relative(void **state)
{
	static const char *const relative[] = {"now", "-5m", "5m", "5m ago", "-90"};
	static const char *const fixed[] = {"2026-11-23T08:00:01Z", "1795420801", "", "yesterday"};

	(void)state;
	for (size_t c = 0; c < sizeof(relative) / sizeof(relative[0]); c++)
		assert_true(when_text_is_relative(relative[c], strlen(relative[c])));
	for (size_t c = 0; c < sizeof(fixed) / sizeof(fixed[0]); c++)
		assert_false(when_text_is_relative(fixed[c], strlen(fixed[c])));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_people_write),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(knows_what_is_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
