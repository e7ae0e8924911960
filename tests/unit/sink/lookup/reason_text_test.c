/* Every reason of docs/answers.md section 6 has a sentence. */
#include "sink/lookup/reason_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_reason_has_its_own_sentence(void **state)
{
	static const struct {
		enum timeline_status status;
		const char *reason, *words;
	} cases[] = {
		{TIMELINE_UNKNOWN, "local_scope", "something else on each host"},
		{TIMELINE_UNKNOWN, "gap", "(a GAP)"},
		{TIMELINE_UNKNOWN, "before_coverage", "not complete yet"},
		{TIMELINE_UNKNOWN, "lost", "was lost"},
		{TIMELINE_UNKNOWN, "unpublished_pod", "not published yet"},
		{TIMELINE_UNKNOWN, "hand_over", "another machine"},
		{TIMELINE_UNKNOWN, "between_holders", "none of them"},
		{TIMELINE_UNKNOWN, "before_first", "before its first"},
		{TIMELINE_UNKNOWN, "unread", "could not be read"},
		{TIMELINE_UNKNOWN, "never_seen", "no record shows a holder"},
		{TIMELINE_AMBIGUOUS, "two_holders", "same instant"},
		{TIMELINE_AMBIGUOUS, "hand_over", "more than one holder"},
	};
	struct timeline_answer answer = {.status = TIMELINE_KNOWN};

	(void)state;
	assert_null(reason_text(&answer, true));
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		answer.status = cases[c].status;
		answer.reason = cases[c].reason;
		assert_non_null(strstr(reason_text(&answer, true), cases[c].words));
	}
	answer.status = TIMELINE_UNKNOWN;
	answer.reason = "hand_over";
	assert_non_null(strstr(reason_text(&answer, false), "sent nothing"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_its_own_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
