/* The zones that follow the times of logs. */
#include "common/base/when_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600)

struct good {
	const char *text; /* what follows the time, up to '|', which ends what is read */
	enum when_zone zone;
	int64_t east;
};

static void check(const struct good *good)
{
	size_t wanted = (size_t)(strchr(good->text, '|') - good->text), length;
	enum when_zone zone;
	int64_t east;
	char text[80];

	snprintf(text, sizeof(text), "%.*s%s", (int)wanted, good->text, good->text + wanted + 1);
	length = when_zone_scan(text, strlen(text), &zone, &east);
	if (length != wanted || zone != good->zone || east != good->east)
		fail_msg("\"%s\": %zu bytes, zone %d, %+d s", text, length, (int)zone, (int)east);
}

static void reads_offsets(void **state)
{
	static const struct good cases[] = {
		{"Z|", WHEN_ZONED, 0},
		{" UTC| [7]", WHEN_ZONED, 0},
		{" (UTC)|", WHEN_ZONED, 0},
		{"+0000|", WHEN_ZONED, 0},
		{" -03| [7]", WHEN_ZONED, -3 * HOUR},
		{" [+03]|", WHEN_ZONED, 3 * HOUR},
		{"+02|: x", WHEN_ZONED, 2 * HOUR},
		{" +05:30|", WHEN_ZONED, 11 * HOUR / 2},
		{" -0930| x", WHEN_ZONED, -19 * HOUR / 2},
		{" +14:00|", WHEN_ZONED, 14 * HOUR},
		{" UTC+3| x", WHEN_ZONED, 3 * HOUR},
		{" UTC+5:30| x", WHEN_ZONED, 11 * HOUR / 2},
		{" GMT-03:00| x", WHEN_ZONED, -3 * HOUR},
		{" GMT+0300| (Moscow Standard Time)", WHEN_ZONED, 3 * HOUR},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&cases[c]);
}

static void does_not_guess_what_may_be_an_offset(void **state)
{
	static const char *const cases[] = {
		"| -5 items", "| -10.244.2.10", "|-09:00:00", "| +15:00",   "| +14:01",
		"|+2",        "| +03:60",       "| +0360",    "|-1234567",  "| -03h",
		"|x",         "| -03:10.0.0.1", "| UTC+25",   "| UTC -5 x", "| UTC3",
		"|J",         "|Zulu",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&(struct good){cases[c], WHEN_UNKNOWN, 0});
}

static void abbreviations_and_regions_are_not_clear(void **state)
{
	static const char *const cases[] = {
		" CET| LOG:",    " SAST| x",
		" AWST| x",      " CAT| x",
		" EAT| x",       " WIB| x",
		" BRT| x",       " EST|",
		" WET| x",       " WGST|",
		"EST|",          " EST|5EDT",
		" (CEST)|",      " IST|: x",
		" PT| x",        " [Europe/Berlin]| x",
		"[Asia/Tokyo]|", " America/Sao_Paulo| x",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&(struct good){cases[c], WHEN_UNCLEAR, 0});
}

static void other_words_are_not_zones(void **state)
{
	static const char *const cases[] = {
		"|",
		"| ",
		"|]",
		"|.",
		"|_x",
		"| Zone",
		"| INFO x",
		"| ERROR x",
		"| DROP IN=",
		"| GET /",
		"| POST /",
		"| E x",
		"| LOG:",
		"| ESTABLISHED",
		"| [shop/web]",
		"| est",
		"| z1.example",
		"| utcnow",
		"| - 10.0.0.1",
		"| 10.0.0.1",
		"| ACCEPT x",
		"| WARN x",
		"| IP 10.0.0.1",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&(struct good){cases[c], WHEN_LOCAL, 0});
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_offsets),
		cmocka_unit_test(does_not_guess_what_may_be_an_offset),
		cmocka_unit_test(abbreviations_and_regions_are_not_clear),
		cmocka_unit_test(other_words_are_not_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
