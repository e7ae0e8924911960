/* Options and tables that run out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/columns.h"
#include "common/program/settings.h"
#include "tests/unit/failing_alloc.h"

static int read_options(void)
{
	static char program[] = "test", out[] = "--out", address[] = "a", word[] = "word";
	static char other[] = "-k", file[] = "f";
	static const struct settings_manual manual = {.program = "test",
						      .synopsis = "[OPTION...]",
						      .purpose = "Tests.",
						      .operands = true};
	char *words[] = {program, word, out, address, word, other, file, NULL};
	struct settings_list files = {0};
	const char *to = NULL;
	const struct setting table[] = {
		SETTING_TEXT("out", 'o', "ADDRESS", &to, "where records go"),
		SETTING_LIST("kube-file", 'k', "ADDRESS", &files, "may be repeated"),
		SETTING_END,
	};
	int first = settings_read(&manual, table, 7, words);

	if (first < 0)
		return -1;
	assert_int_equal(first, 5);
	assert_string_equal(to, "a");
	assert_int_equal(files.count, 1);
	return 0;
}

static int print_table(void)
{
	static size_t whole;
	struct columns table;
	struct text out;
	int rc;

	text_init(&out, 1u << 20);
	columns_init(&table, 3, 1u, 1u << 20);
	for (int i = 0; i < 1000; i++)
		columns_add(&table, "a cell");
	columns_print(&table, &out);
	rc = out.failed ? -1 : 0;
	if (whole == 0)
		whole = out.length;
	assert_true(rc < 0 || out.length == whole);
	columns_free(&table);
	text_free(&out);
	return rc;
}

static void options_are_read_or_refused(void **state)
{
	(void)state;
	failing_alloc_each(read_options, true);
}

static void a_table_is_printed_whole_or_failed(void **state)
{
	(void)state;
	failing_alloc_each(print_table, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_or_refused),
		cmocka_unit_test(a_table_is_printed_whole_or_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
