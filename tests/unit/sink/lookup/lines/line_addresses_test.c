/* The addresses in a line. */
#include "sink/lookup/lines/line_addresses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"

/* Adds LINE to OUT with each address in angle brackets. */
static void mark(const char *line, struct text *out)
{
	size_t length = strlen(line), from = 0;
	struct line_address found;

	while (line_addresses_next(line, length, from, &found)) {
		text_add(out, line + from, found.start - from);
		text_add(out, "<", 1);
		text_add(out, line + found.start, found.end - found.start);
		text_add(out, ">", 1);
		from = found.end;
	}
	text_add(out, line + from, length - from);
}

static void finds_what_is_an_address(void **state)
{
	static const char *const cases[] = {
		"",
		"<10.0.0.1>",
		"<10.0.0.1> - - [23/Nov/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200",
		"IN=eth0 SRC=<10.0.0.1> DST=<10.96.0.10> LEN=60 "
		"MAC=aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:08:00",
		"IP <10.0.0.1>.443 > <10.0.0.2>.8080: Flags [S]",
		"IP6 <fd00::1>.443 > <fd00::2>.8080: Flags [S]",
		"<10.0.0.1>:8080 <10.0.0.2>, <10.0.0.3>.",
		"to:<10.0.0.1>:80 node:<10.0.0.1> x:y:<10.0.0.1> <10.0.0.1>:<10.0.0.2>",
		"{\"ip\":\"<10.0.0.1>\",\"v6\":\"<fd00::1>\",\"m\":\"a\\n<10.0.0.1>\\t<10.0.0.2>"
		"\"}",
		"[<fd00::1>]:8080 <fd00:0:0:0:0:0:0:1> src=<FD00::A>, <::ffff:10.0.0.1>:",
		"<2001:db8::5>: <64:ff9b::10.0.0.1> <::1>",
		"http://<10.0.0.1>/24 https://<10.0.0.1>:6443/api",
		"<10.0.0.1>-<10.0.0.9> (<10.0.0.1>) '<10.0.0.1>' <10.0.0.1>/tcp <10.0.0.1>/",
		/* Ranges, times, versions, names, object identifiers. */
		"10.0.0.0/8 fd00::/8 fd00::1/128",
		"08:00:01 2026-11-23T08:00:01.123Z 12:34:56:78:9a:bc 1.2.3 v1.2.3.4 go1.2.3.4",
		"1.0.0.10.in-addr.arpa 10.0.0.1.nip.io x10.0.0.1 10.0.0.1x _10.0.0.1 10.0.0.1_",
		"64:ff9b::10.0.0.1:80 a:b:10.0.0.1 1:2:3:4:5:6:10.0.0.1:80",
		"1.3.6.1.4.1.311 10.0.0.256 10.0.0.01 10.0.0 10..0.0.1 1234.0.0.1 10.0.0.1..",
		"std::string fe80::1%eth0 1:2:3:4:5:6:7:8:9 fd00:::1 fd00::1g ::: a.b.c.d",
		"10.0.0.1.4433333 10.0.0.1.443.1 10.0.0.1.443x",
	};
	struct text out;

	(void)state;
	text_init(&out, 4096);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		char line[512];
		size_t length = 0;

		for (const char *from = cases[c]; *from != '\0'; from++) {
			/* "> " is tcpdump's own arrow. */
			if (*from != '<' && (*from != '>' || from[-1] == ' '))
				line[length++] = *from;
		}
		line[length] = '\0';
		text_clear(&out);
		mark(line, &out);
		if (strcmp(text_terminate(&out), cases[c]) != 0)
			fail_msg("%s\nnot %s", out.data, cases[c]);
	}
	text_free(&out);
}

static void reads_them(void **state)
{
	static const char line[] = "10.0.0.1 ::ffff:10.0.0.2 fd00::1.53";
	static const char *const ips[] = {"10.0.0.1", "10.0.0.2", "fd00::1"};
	struct line_address found = {.end = 0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char text[IP_TEXT_SIZE];

		assert_true(line_addresses_next(line, sizeof(line) - 1, found.end, &found));
		ip_format(&found.ip, text);
		assert_string_equal(text, ips[i]);
	}
	assert_false(line_addresses_next(line, sizeof(line) - 1, found.end, &found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_an_address),
		cmocka_unit_test(reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
