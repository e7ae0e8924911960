#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "tests/unit/quoted.h"

static char captured[65536];

/* Runs WRITE with standard error in a file, and reads it into captured. */
static void capture(void (*write_lines)(void))
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	write_lines();
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	captured[fread(captured, 1, sizeof(captured) - 1, file)] = '\0';
	fclose(file);
}

static void write_each_level(void)
{
	log_error("no %s", "broker");
	log_warn("late");
	log_info("up");
	log_debug("hidden");
}

static void write_hostile(void)
{
	log_info(quoted("a\nb 'c' \x01 \xff"));
}

static void write_long(void)
{
	static char message[10000];

	memset(message, 'x', sizeof(message) - 1);
	log_info("%s", message);
}

static void text_is_for_people(void **state)
{
	(void)state;
	log_init("tenure-test", LOG_LEVEL_INFO, LOG_TEXT);
	capture(write_each_level);
	assert_string_equal(captured, "tenure-test: no broker\ntenure-test: warn: late\n"
				      "tenure-test: up\n");
	capture(write_hostile);
	assert_string_equal(captured, quoted("tenure-test: a\\nb 'c' \\x01 \xff\n"));
}

static void logfmt_and_json_are_one_line_each(void **state)
{
	(void)state;
	log_init("tenure-test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	capture(write_each_level);
	assert_non_null(
		strstr(captured, quoted("Z level=error component=tenure-test msg='no broker'\n")));
	assert_null(strstr(captured, "late"));
	log_init("tenure-test", LOG_LEVEL_INFO, LOG_JSON);
	capture(write_hostile);
	assert_memory_equal(captured, quoted("{'ts':'2"), 8);
	assert_non_null(
		strstr(captured, quoted("','level':'info','component':'tenure-test',"
					"'msg':'a\\nb \\\"c\\\" \\u0001 \xef\xbf\xbd'}\n")));
}

static void a_long_message_is_cut(void **state)
{
	(void)state;
	log_init("tenure-test", LOG_LEVEL_INFO, LOG_TEXT);
	capture(write_long);
	assert_true(strlen(captured) < 5000);
	assert_int_equal(captured[strlen(captured) - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_for_people),
		cmocka_unit_test(logfmt_and_json_are_one_line_each),
		cmocka_unit_test(a_long_message_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
