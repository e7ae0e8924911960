#include "common/record/kube_file_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

static void assert_begins(const char *start, const char *kind)
{
	const char *is = kube_file_kind(span_of(start));

	if (kind == NULL)
		assert_null(is);
	else if (is == NULL || strncmp(is, kind, strlen(kind)) != 0)
		fail_msg("%s: %s", start, is != NULL ? is : "a kube file");
}

static void another_kind_of_file_is_recognized(void **state)
{
	(void)state;
	assert_begins("\x0a\x0d\x0d\x0a\x1c", "a packet capture");
	assert_begins("\x1f\x8b\x08", "compressed with gzip");
	assert_begins("kind: Pod", "YAML");
	assert_begins("<html>", "HTML");
	assert_begins("a;b;c;d", "CSV");
	assert_begins(quoted("{'source':{},'destination':{}}"), "flows");
	assert_begins(quoted("{'source':{},'destination':{},'tenure':{}}"), "tagged flows");
}

static void a_kube_file_is_not(void **state)
{
	(void)state;
	assert_begins("", NULL);
	assert_begins("{", NULL);
	assert_begins(quoted("{'type':'ADDED','object':{}}"), NULL);
	assert_begins(quoted("{'kind':'Pod','source':{},'destination':{}}"), NULL);
	assert_begins("unreadable", NULL);
	assert_begins("[1,2,3,4,5]", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_kind_of_file_is_recognized),
		cmocka_unit_test(a_kube_file_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
