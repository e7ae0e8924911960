/* The lines of a list of addresses. */
#include "sink/lookup/lines/line_question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((struct when){INT64_C(1795420801) * NS_PER_SECOND}) /* 2026-11-23T08:00:01Z */
#define NONE (-1)
#define OF_NOW (-2)

static void reads_its_three_forms(void **state)
{
	static const struct {
		const char *line;
		enum line_question_outcome outcome;
		int64_t seconds; /* of a question, before NOW; NONE: no time; OF_NOW: now */
	} cases[] = {
		{"", LINE_BLANK, 0},
		{" \t\r", LINE_BLANK, 0},
		{"10.0.0.1", LINE_QUESTION, NONE},
		{"\t 10.0.0.1 \r", LINE_QUESTION, NONE},
		{"10.0.0.1 2026-11-23T08:00:00Z", LINE_QUESTION, 1},
		{"10.0.0.1\t2026-11-23 09:00:00 +0100", LINE_QUESTION, 1},
		{"10.0.0.1 1795420800", LINE_QUESTION, 1},
		{"10.0.0.1 5m ago", LINE_QUESTION, 300},
		{"10.0.0.1 now", LINE_QUESTION, OF_NOW},
		{"2026-11-23T08:00:00Z 10.0.0.1", LINE_QUESTION, 1},
		{"2026-11-23T08:00:00Z GET / 10.0.0.1", LINE_QUESTION, 1},
		{"2026-11-23 08:00:00 GET / 10.0.0.1", LINE_QUESTION, 1},
		{"2026-11-23 09:00:00 +01:00 10.0.0.1", LINE_QUESTION, 1},
		{"1795420800 10.0.0.1", LINE_QUESTION, 1},
		{"5m ago 10.0.0.1", LINE_QUESTION, 300},
		{"-5m x 10.0.0.1", LINE_QUESTION, 300},
		{"now 10.0.0.1", LINE_QUESTION, OF_NOW},
		{"ten", LINE_NO_ADDRESS, 0},
		{"2026-11-23T08:00:00Z", LINE_NO_ADDRESS, 0},
		{"2026-11-23T08:00:00Z 10.0.0", LINE_NO_ADDRESS, 0},
		{"10.0.0.1 ten", LINE_NO_TIME, 0},
		{"10.0.0.1 2026-11-23T08:00:00Z x", LINE_NO_TIME, 0},
		{"ten 10.0.0.1", LINE_NO_TIME, 0},
		{"2026-11-23T08:00:00Z DROP 10.0.0.1 10.0.0.2", LINE_TWO_ADDRESSES, 0},
		{"2026-11-23 10.0.0.1", LINE_NO_TIME, 0},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct line_question read = {.timed = false};
		int64_t seconds = NONE;

		if (line_question_read(cases[c].line, strlen(cases[c].line), NOW, &read) !=
		    cases[c].outcome)
			fail_msg("\"%s\"", cases[c].line);
		if (cases[c].outcome != LINE_QUESTION)
			continue;
		if (read.timed)
			seconds = when_is_min(read.at) ? OF_NOW
						       : when_since(NOW, read.at) / NS_PER_SECOND;
		if (seconds != cases[c].seconds || read.ip.bytes[12] != 10)
			fail_msg("\"%s\": %d", cases[c].line, (int)seconds);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(reads_its_three_forms)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
