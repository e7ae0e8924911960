#include "tests/unit/failing_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <execinfo.h>
#include <unistd.h>

#include "common/program/log.h"

#define NONE 0
#define TELL "FAILING_ALLOC_TELL" /* in the environment: print errors and callers */

static struct {
	bool counting;
	size_t count;   /* allocations so far */
	size_t failing; /* which of them fails, from 1 on; NONE */
	size_t errors;  /* logged */
} run;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);
char *__real_strdup(const char *string);
char *__real_strndup(const char *string, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
char *__wrap_strdup(const char *string);
char *__wrap_strndup(const char *string, size_t length);
void __wrap_log_write(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fails(void)
{
	void *callers[8];

	if (!run.counting || ++run.count != run.failing)
		return false;
	if (getenv(TELL) != NULL)
		backtrace_symbols_fd(callers, backtrace(callers, 8), STDERR_FILENO);
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *bytes, size_t size)
{
	return fails() ? NULL : __real_realloc(bytes, size);
}

char *__wrap_strdup(const char *string)
{
	return fails() ? NULL : __real_strdup(string);
}

char *__wrap_strndup(const char *string, size_t length)
{
	return fails() ? NULL : __real_strndup(string, length);
}

void __wrap_log_write(enum log_level level, const char *format, ...)
{
	va_list arguments;

	if (level != LOG_LEVEL_ERROR)
		return;
	if (getenv(TELL) != NULL) {
		va_start(arguments, format);
		vfprintf(stderr, format, arguments);
		va_end(arguments);
		fputc('\n', stderr);
	}
	run.errors++;
}

static int run_once(int (*scenario)(void), size_t failing)
{
	int rc;

	run.counting = true;
	run.count = run.errors = 0;
	run.failing = failing;
	rc = scenario();
	run.counting = false;
	return rc;
}

void failing_alloc_stop(void)
{
	run.counting = false;
}

void failing_alloc_each(int (*scenario)(void), bool logged)
{
	size_t all, faults = 0;

	assert_int_equal(run_once(scenario, NONE), 0);
	all = run.count;
	assert_true(all > 0);
	for (size_t failing = 1; failing <= all; failing++) {
		int rc = run_once(scenario, failing);

		if (run.count >= failing && (rc == 0 || (rc == -1 && (run.errors == 1 || !logged))))
			continue;
		print_error("allocation %zu of %zu: returned %d after %zu allocations and %zu "
			    "logged errors\n",
			    failing, all, rc, run.count, run.errors);
		faults++;
	}
	assert_int_equal(faults, 0);
}
