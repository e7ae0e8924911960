#include "common/record/file_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

/* KIND begins what a file is instead; NULL: it may be WANTED. */
static void assert_begins(enum file_kind wanted, const char *start, const char *kind)
{
	char is[FILE_KIND_SIZE];

	if (file_kind_may_be(wanted, span_of(start), is)) {
		if (kind != NULL)
			fail_msg("%s: may be it", start);
	} else if (kind == NULL || strncmp(is, kind, strlen(kind)) != 0) {
		fail_msg("%s: %s", start, is);
	}
}

#define EVENT "{'type':'ADDED','object':{}}"
#define FLOW "{'source':{},'destination':{}}"
#define TAGGED "{'source':{},'destination':{},'tenure':{}}"

static void another_kind_of_file_is_recognized(void **state)
{
	(void)state;
	assert_begins(FILE_KUBE, "\x0a\x0d\x0d\x0a\x1c",
		      "a packet capture, not watch events; tenure-flows -r reads it");
	assert_begins(FILE_FLOWS, "\x0a\x0d\x0d\x0a\x1c",
		      "a packet capture, not flow records; tenure-flows -r reads it");
	assert_begins(FILE_KUBE, "\x1f\x8b\x08", "compressed with gzip, not watch events; decomp");
	assert_begins(FILE_KUBE, "kind: Pod", "YAML, not watch events; kubectl writes JSON with");
	assert_begins(FILE_TAGGED, "kind: Pod",
		      "YAML, not tagged flows; they are JSON objects, one a line");
	assert_begins(FILE_CAPTURE, "kind: Pod", "YAML, not a packet capture; tcpdump -w");
	assert_begins(FILE_KUBE, "<html>", "HTML");
	assert_begins(FILE_KUBE, "a;b;c;d", "CSV");
	assert_begins(FILE_KUBE, quoted(FLOW), "flows");
	assert_begins(FILE_KUBE, quoted(TAGGED), "tagged flows");
	assert_begins(FILE_FLOWS, quoted(EVENT), "watch events or objects of Kubernetes, not flow");
	assert_begins(FILE_FLOWS, quoted("{'kind':'List','items':[]}"), "watch events or objects");
	assert_begins(FILE_CAPTURE, quoted(FLOW), "flows, not a packet capture; tenure-enrich");
}

static void bytes_that_no_text_has_are_binary(void **state)
{
	(void)state;
	char why[FILE_KIND_SIZE];

	assert_false(file_kind_may_be(FILE_FLOWS, (struct span){"{\0\"\0e\0v\0", 8}, why));
	assert_string_equal(why,
			    "UTF-16, as PowerShell's > writes it, not flow records; write UTF-8");
	assert_false(file_kind_may_be(FILE_KUBE, (struct span){"\177ELF\2\1\1\0\0", 9}, why));
	assert_string_equal(why, "binary data, not watch events; kubectl writes JSON with -o json");
}

static void what_was_wanted_is_not(void **state)
{
	(void)state;
	for (enum file_kind wanted = FILE_KUBE; wanted <= FILE_TAGGED; wanted++) {
		assert_begins(wanted, "", NULL);
		assert_begins(wanted, "{", NULL);
		assert_begins(wanted, "unreadable", NULL);
		assert_begins(wanted, "[1,2,3,4,5]", NULL);
	}
	assert_begins(FILE_KUBE, quoted(EVENT), NULL);
	assert_begins(FILE_KUBE, quoted("{'kind':'Pod','source':{},'destination':{}}"), NULL);
	assert_begins(FILE_FLOWS, quoted(FLOW), NULL);
	assert_begins(FILE_FLOWS, quoted(TAGGED), NULL);
	assert_begins(FILE_FLOWS, quoted("{'type':'flow','source':{},'destination':{}}"), NULL);
	assert_begins(FILE_TAGGED, quoted(FLOW), NULL);
	assert_begins(FILE_CAPTURE, "\xd4\xc3\xb2\xa1\x02\x00", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_kind_of_file_is_recognized),
		cmocka_unit_test(bytes_that_no_text_has_are_binary),
		cmocka_unit_test(what_was_wanted_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
