/* The time of a line. The instant meant is 2026-11-23T08:00:01Z, and today 2026-12-01. */
#include "sink/lookup/lines/line_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/lookup/lines/line_format.h"
#include "tests/unit/quoted.h"

#define SECOND INT64_C(1795420801)
#define LATEST ((struct when){INT64_C(1796083200) * NS_PER_SECOND})

static struct line_time utc(const char *format)
{
	return (struct line_time){.format = format, .zone = {.fixed = true}, .latest = LATEST};
}

static void finds_the_time_of_known_logs(void **state)
{
	static const char *const cases[] = {
		/* nginx, apache, haproxy, envoy, an AWS load balancer, squid */
		"10.0.0.1 - bob [23/Nov/2026:08:00:01 +0000] \"GET /2020-01-01T00:00:00Z "
		"HTTP/1.1\" 200",
		"10.0.0.1:3 [23/Nov/2026:08:00:01] fe be/s 0/0/1 200",
		"2026/11/23 08:00:01 [error] 7#7: *1 connect() failed, client: 10.0.0.1",
		"[Mon Nov 23 08:00:01.000000 2026] [core:error] [client 10.0.0.1:80] x",
		"[2026-11-23T08:00:01.000Z] \"GET / HTTP/1.1\" 200 - 10.0.0.1:80",
		"http 2026-11-23T08:00:01.000Z app/lb/5 10.0.0.1:2817 10.0.0.2:80 0.0",
		"1795420801.000    200 10.0.0.1 TCP_MISS/200 418 GET http://x/ - -",
		/* the kernel by syslog, RFC 3164 and 5424, journalctl */
		"Nov 23 08:00:01 n1 kernel: [4711.089] IN=eth0 SRC=10.0.0.1 DST=10.0.0.2",
		"<34>Nov 23 08:00:01 n1 su: x",
		"<165>1 2026-11-23T10:00:01.000+02:00 n1 app 7 ID - 10.0.0.1",
		"2026-11-23T08:00:01+0000 n1 kernel: SRC=10.0.0.1",
		"Mon 2026-11-23 08:00:01 UTC n1 x",
		/* tcpdump -tttt and -tt, zeek */
		"2026-11-23 08:00:01.000000 IP 10.0.0.1.443 > 10.0.0.2.80: Flags [S]",
		"1795420801.000000 IP 10.0.0.1.443 > 10.0.0.2.80: Flags [S]",
		"1795420801.000000\tCabc\t10.0.0.1\t80",
		/* a VPC's flow log; containers; klog; Go; HTTP's own form */
		"2 123456789010 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 10 840 1795420801 "
		"1795420861 "
		"ACCEPT OK",
		"2026-11-23T08:00:01.000000000Z stdout F {\"ts\":1}",
		"I1123 08:00:01.000000       1 x.go:3] 10.0.0.1",
		"  time=2026-11-23T08:00:01Z level=info ip=10.0.0.1",
		"Date: Mon, 23 Nov 2026 08:00:01 GMT",
		"2026-11-23 05:00:01.000 -03 [7] LOG: 10.0.0.1",
		"Nov 23 08:00:01 2026 10.0.0.1",
		"Mon Nov 23 05:00:01 -03 2026 10.0.0.1",
		/* JSON */
		"{'level':'info','ts':1795420801.000,'ip':'10.0.0.1'}",
		"{'time': 1795420801000, 'x':'2020-01-01T00:00:00Z'}",
		"{'x':{'time':'2020-01-01T00:00:00Z'},'@timestamp':'2026-11-23T08:00:01Z'}",
		"{'time_local':'23/Nov/2026:08:00:01 +0000','remote_addr':'10.0.0.1'}",
		"{'log':'\\\"time\\\":\\\"2020-01-01T00:00:00Z\\\"','time':'2026-11-23T08:00:01Z'}",
		"{'requestReceivedTimestamp':'2026-11-23T08:00:01.000000Z'}",
		"{'__REALTIME_TIMESTAMP':'1795420801000000'}",
		"{'event':{'id':1,'start':'2026-11-23T08:00:01Z'},'source':{'ip':'10.0.0.1'}}",
		"{'start':0.25,'date':'2026-11-23','ts':1795420801}",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const char *line = cases[c][0] == '{' ? quoted(cases[c]) : cases[c];
		struct line_time time = utc(NULL);
		struct when moment = WHEN_MIN;

		if (!line_time_find(&time, line, strlen(line), &moment) ||
		    moment.ns != SECOND * NS_PER_SECOND)
			fail_msg("%s: %+d s", line, (int)(moment.ns / NS_PER_SECOND - SECOND));
	}
}

static void guesses_none(void **state)
{
	static const char *const cases[] = {
		"",
		"{",
		"10.0.0.1 is up",
		"08:00:01.000000 IP 10.0.0.1.443 > 10.0.0.2.80",
		"[ 4711.089] IN=eth0 SRC=10.0.0.1",
		"order 1795420801 of 10.0.0.1",
		"2026-11-23 08:00:01 CET LOG: 10.0.0.1",
		"2026-11-23 08:00:01 SAST LOG: 10.0.0.1",
		"Nov 23 08:00:01 EST n1 10.0.0.1",
		"Mon Nov 23 08:00:01 BRT 2026 10.0.0.1",
		"Mon Nov 23 08:00:01 x 2024 10.0.0.1",
		"{'time':'Mon Nov 23 08:00:01'}",
		"1795420801x 10.0.0.1",
		"x2026-11-23T08:00:01Z",
		"2 123456789010 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 10 840 - - - NODATA",
		"2 123456789010 eni-0a1b 10.0.0.1",
		"{'created':'2026-11-23T08:00:01Z','ip':'10.0.0.1'}",
		"{'time':'2026-11-23T08:00:01Z or later'}",
		"{'lease':{'start':'2026-11-23T08:00:01Z'}}",
		"{'ts':1795420801x}",
		"{'ts'",
		"{'a\\",
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const char *line = cases[c][0] == '{' ? quoted(cases[c]) : cases[c];
		struct line_time time = utc(NULL);
		struct when moment;

		if (line_time_find(&time, line, strlen(line), &moment))
			fail_msg("%s", line);
	}
}

static void a_format_replaces_all_others(void **state)
{
	static const struct {
		const char *format, *line;
		int64_t ns; /* from SECOND; -1: not found */
	} cases[] = {
		{"%d.%m.%Y %H:%M:%S", "2020-01-01T00:00:00Z x 23.11.2026 08:00:01 10.0.0.1", 0},
		{"%d.%m.%Y %H:%M:%S", "(23.11.2026 08:00:01.5)", 500000000},
		{"%d.%m.%Y %H:%M:%S", "2026-11-23T08:00:01Z", -1},
		{"%d.%m.%Y %H:%M:%S.%f %z", "a 23.11.2026 10:00:01.25 +0200", 250000000},
		{"%d.%m.%Y %H:%M:%S.%f %z", "a 23.11.2026 10:00:01 +0200", -1},
		{"\"created\":\"%Y-%m-%dT%H:%M:%SZ", "{\"created\":\"2026-11-23T08:00:01Z\"}", 0},
		{"end=%s", "start=1 end=1795420801", 0},
		{"%d %b %H:%M:%S", "23 Nov 08:00:01", 0},
		{"%d %b %H:%M:%S", "29 Feb 08:00:01", -1},
		{"%d %b %Y %H:%M:%S %Z", "23 Nov 2026 08:00:01 CET", -1},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct line_time time = utc(cases[c].format);
		struct when moment = WHEN_MIN;
		bool found = line_time_find(&time, cases[c].line, strlen(cases[c].line), &moment);

		if (found != (cases[c].ns >= 0) ||
		    (found && moment.ns != SECOND * NS_PER_SECOND + cases[c].ns))
			fail_msg("%s: %s", cases[c].format, cases[c].line);
	}
	assert_true(line_format_is_good("%d.%m.%Y %H:%M:%S"));
	assert_true(line_format_is_good("%s"));
	assert_false(line_format_is_good("%H:%M:%S"));
	assert_false(line_format_is_good("%Y-%m-%d"));
	assert_false(line_format_is_good("%%d %H"));
	assert_false(line_format_is_good(""));
}

static void a_local_time_is_of_the_zone(void **state)
{
	static const struct {
		const char *zone, *line;
		int64_t seconds; /* from SECOND; -1: there is none, or there are two */
	} cases[] = {
		{"UTC", "2026-11-23 08:00:01 x", 0},
		{"+01:00", "2026-11-23 09:00:01 x", 0},
		{"-0930", "2026-11-22 22:30:01 x", 0},
		{"+01:00", "2026-11-23 08:00:01Z x", 0},
		{"+01:00", "2026-11-23 09:00:01 CET x", 0},
		{"+01:00", "2026-11-23 09:00:01 +1 x", -1},
		{"+01:00", "Mon Nov 23 09:00:01 x", -1},
		{"Europe/Berlin", "2026-11-23 09:00:01 x", 0},
		{"Europe/Berlin", "2026-10-25 01:59:59 x", -INT64_C(2534402)},
		/* This hour is there twice, and that one never. */
		{"Europe/Berlin", "2026-10-25 02:00:00 x", -1},
		{"Europe/Berlin", "2026-10-25 02:59:59 x", -1},
		{"Europe/Berlin", "2026-10-25 03:00:00 x", -INT64_C(2527201)},
		{"Europe/Berlin", "2026-03-29 02:30:00 x", -1},
		{"America/St_Johns", "2026-11-23 04:30:01 x", 0},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct line_time time = utc(NULL);
		struct when moment = WHEN_MIN;
		bool found;

		time.zone_given = true;
		assert_int_equal(line_zone_parse(cases[c].zone, &time.zone), 0);
		found = line_time_find(&time, cases[c].line, strlen(cases[c].line), &moment);
		if (found != (cases[c].seconds != -1) ||
		    (found && moment.ns != (SECOND + cases[c].seconds) * NS_PER_SECOND))
			fail_msg("%s: %s: %+d s", cases[c].zone, cases[c].line,
				 (int)(moment.ns / NS_PER_SECOND - SECOND));
	}
}

static void a_zone_that_does_not_exist_is_refused(void **state)
{
	static const char *const cases[] = {"",       "Nowhere/Else", "+1",           "+24:00",
					    "+01:60", "01:00",        "../etc/hosts", "+01:00x"};
	struct line_zone zone;

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		assert_int_equal(line_zone_parse(cases[c], &zone), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_time_of_known_logs),
		cmocka_unit_test(guesses_none),
		cmocka_unit_test(a_format_replaces_all_others),
		cmocka_unit_test(a_local_time_is_of_the_zone),
		cmocka_unit_test(a_zone_that_does_not_exist_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
