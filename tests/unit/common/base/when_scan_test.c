/* The times of logs. The instant meant is always 2026-11-23T08:00:01Z, and today 2026-12-01. */
#include "common/base/when_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1795420801)
#define LATEST ((struct when){INT64_C(1796083200) * NS_PER_SECOND}) /* 2026-12-01 */

static size_t month_day(const char *text, size_t length, struct when_scan *scan)
{
	return when_scan_month_day(text, length, LATEST, scan);
}

static size_t klog(const char *text, size_t length, struct when_scan *scan)
{
	return when_scan_klog(text, length, LATEST, scan);
}

struct good {
	size_t (*scan)(const char *text, size_t length, struct when_scan *scan);
	const char *text; /* up to '|', which ends what is read */
	int64_t seconds;
	enum when_zone zone;
};

static void check(const struct good *good)
{
	size_t wanted = (size_t)(strchr(good->text, '|') - good->text), length;
	struct when_scan scan;
	char text[80];

	snprintf(text, sizeof(text), "%.*s%s", (int)wanted, good->text, good->text + wanted + 1);
	length = good->scan(text, strlen(text), &scan);
	if (length != wanted || scan.moment.ns != good->seconds * NS_PER_SECOND ||
	    scan.zone != good->zone)
		fail_msg("%s: %zu bytes, zone %d, %+d s", text, length, (int)scan.zone,
			 (int)(scan.moment.ns / NS_PER_SECOND - SECOND));
}

static void reads_the_forms_of_logs(void **state)
{
	static const struct good cases[] = {
		{when_scan_iso, "2026-11-23T08:00:01Z|", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 05:00:01 -03| [7]", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23T08:00:01|x", SECOND, WHEN_UNKNOWN},
		{when_scan_iso, "2026-11-23T08:00:01z|]", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23T08:00:01+00:00| h", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23T10:30:01+0230|", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23T10:00:01+02|", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23T10:00:01+02|: x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-22T23:00:01 -0900| x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 08:00:01 UTC| [7]", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 08:00:01| IP 10.0.0.1", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026/11/23 08:00:01| [error]", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026-11-23_08:00:01|_x", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026-11-23 08:00:01|.", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026-11-23 08:00:01 CET| LOG:", SECOND, WHEN_UNCLEAR},
		{when_scan_day_month, "23/Nov/2026:08:00:01 +0000|] \"GET", SECOND, WHEN_ZONED},
		{when_scan_day_month, "23/Nov/2026:08:00:01|] fe", SECOND, WHEN_LOCAL},
		{when_scan_day_month, "23-Nov-2026 08:00:01| x", SECOND, WHEN_LOCAL},
		{when_scan_day_month, "23 Nov 2026 08:00:01 GMT|", SECOND, WHEN_ZONED},
		{month_day, "Nov 23 08:00:01| host kernel:", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 2026 08:00:01|: %ASA", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 2026 08:00:01 UTC|: %ASA", SECOND, WHEN_ZONED},
		{month_day, "Mon Nov 23 08:00:01 2026|]", SECOND, WHEN_LOCAL},
		{month_day, "Mon Nov 23 08:00:01 UTC 2026|", SECOND, WHEN_ZONED},
		{month_day, "Nov  3 08:00:01| x", SECOND - INT64_C(20) * 86400, WHEN_LOCAL},
		/* The last 30 December. */
		{month_day, "Dec 30 08:00:01| x", SECOND - INT64_C(328) * 86400, WHEN_LOCAL},
		{klog, "I1123 08:00:01|    1 x.go:3]", SECOND, WHEN_LOCAL},
		{when_scan_epoch, "1795420801| 200 TCP_MISS", SECOND, WHEN_ZONED},
		{when_scan_epoch, "1795420801000|", SECOND, WHEN_ZONED},
		{when_scan_epoch, "1795420801000000|,", SECOND, WHEN_ZONED},
		{when_scan_epoch, "1795420801000000000|", SECOND, WHEN_ZONED},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&cases[c]);
}

static void reads_halves_of_a_day(void **state)
{
	static const struct good cases[] = {
		{when_scan_iso, "2026-11-23 08:00:01 AM| x", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026-11-22 08:00:01 PM -12| x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 12:00:01 PM +04| x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 12:00:01am -08| x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 20:00:01 p.m. +12| x", SECOND, WHEN_ZONED},
		{when_scan_iso, "2026-11-23 08:00:01| AMQP", SECOND, WHEN_LOCAL},
		{when_scan_iso, "2026-11-23 08:00:01| Zone", SECOND, WHEN_LOCAL},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&cases[c]);
}

static void reads_the_zone_and_the_year_after_a_time(void **state)
{
	static const struct good cases[] = {
		{month_day, "Mon Nov 23 05:00:01 -03 2026| x", SECOND, WHEN_ZONED},
		{month_day, "Mon Nov 23 08:00:01 PM +12 2026| x", SECOND, WHEN_ZONED},
		{month_day, "Mon Nov 23 11:00:01 2026 +0300|", SECOND, WHEN_ZONED},
		{month_day, "Nov 23 08:00:01 (UTC) 2026|", SECOND, WHEN_ZONED},
		{month_day, "Mon Nov 23 08:00:01 BRT 2026|", SECOND, WHEN_UNCLEAR},
		{month_day, "Mon Nov 23 08:00:01|", SECOND, WHEN_UNKNOWN},
		{month_day, "Mon Nov 23 08:00:01| x", SECOND, WHEN_UNKNOWN},
		{month_day, "Mon Nov 23 08:00:01| X 2025", SECOND, WHEN_UNKNOWN},
		{month_day, "Nov 23 08:00:01 EST| host", SECOND, WHEN_UNCLEAR},
		{month_day, "Nov 23 11:00:01 +0300| host", SECOND, WHEN_ZONED},
		{month_day, "Nov 23 11:00:01 +03:00| host", SECOND, WHEN_ZONED},
		/* A year after the clock, or a word that begins like one. */
		{month_day, "Nov 23 08:00:01 2026| 10.0.0.1", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01 2025|: x", SECOND - INT64_C(365) * 86400, WHEN_LOCAL},
		{month_day, "Nov 23 05:00:01 -03 2025| x", SECOND - INT64_C(365) * 86400,
		 WHEN_ZONED},
		{month_day, "Nov 23 08:00:01| 2025-host", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01| 2025.example", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01| 2001:470::1 x", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01| 20251 x", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01| 1969 x", SECOND, WHEN_LOCAL},
		{month_day, "Nov 23 08:00:01| 2025:10.0.0.1 x", SECOND, WHEN_UNKNOWN},
		{month_day, "Nov 23 08:00:01| 2025-11-23T08:00:01Z", SECOND, WHEN_UNKNOWN},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		check(&cases[c]);
}

static void fractions_have_up_to_nine_digits(void **state)
{
	static const struct {
		size_t (*scan)(const char *text, size_t length, struct when_scan *scan);
		const char *text;
		int64_t fraction;
	} cases[] = {
		{when_scan_iso, "2026-11-23T08:00:01.5Z", 500000000},
		{when_scan_iso, "2026-11-23 08:00:01,123", 123000000},
		{when_scan_iso, "2026-11-23T08:00:01.1234567899Z", 123456789},
		{when_scan_day_month, "23/Nov/2026:08:00:01.25", 250000000},
		{month_day, "Mon Nov 23 08:00:01.123456 2026", 123456000},
		{klog, "E1123 08:00:01.000001", 1000},
		{when_scan_epoch, "1795420801.123456", 123456000},
		{when_scan_epoch, "1795420801000.5", 500000},
		{when_scan_epoch, "1795420801.12345678999", 123456789},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct when_scan scan = {WHEN_MIN, WHEN_ZONED};

		if (cases[c].scan(cases[c].text, strlen(cases[c].text), &scan) !=
			    strlen(cases[c].text) ||
		    scan.moment.ns != SECOND * NS_PER_SECOND + cases[c].fraction)
			fail_msg("%s", cases[c].text);
	}
}

static void anything_else_is_not_read(void **state)
{
	static const char *const cases[] = {
		"",
		"2026-11-23",
		"2026-11-23T",
		"2026-11-23T08:00",
		"2026-11/23 08:00:01",
		"2026-13-23 08:00:01",
		"2026-11-23 24:00:01",
		"2026-11-23 08:00:60",
		"2026-11-23 08:00:011",
		"2026-11-23-08:00:01",
		"23/Nov/2026",
		"23/Nov/2026T08:00:01",
		"23/Foo/2026:08:00:01",
		"31-Nov-2026 08:00:01",
		"Nov 23",
		"Nov 3 08:00:01",
		"Nov 31 08:00:01",
		"November 23 08:00:01",
		"Feb 29 08:00:01 2025",
		"2026-11-23 13:00:01 AM",
		"2026-11-23 24:00:01 PM",
		"Feb 29 08:00:01",
		"X1123 08:00:01",
		"I1123_08:00:01",
		"179542080",
		"17954208011",
		"0795420801",
		"9999999999",
		"17954208010000000001",
		"99999999999999999999",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct when_scan scan;
		size_t length = strlen(cases[c]);

		if (when_scan_iso(cases[c], length, &scan) +
			    when_scan_day_month(cases[c], length, &scan) +
			    month_day(cases[c], length, &scan) + klog(cases[c], length, &scan) +
			    when_scan_epoch(cases[c], length, &scan) !=
		    0)
			fail_msg("\"%s\"", cases[c]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_forms_of_logs),
		cmocka_unit_test(reads_halves_of_a_day),
		cmocka_unit_test(reads_the_zone_and_the_year_after_a_time),
		cmocka_unit_test(fractions_have_up_to_nine_digits),
		cmocka_unit_test(anything_else_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
