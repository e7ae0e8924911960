#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/graph/input_mark.h"

#define BYTES 20000

static char path[] = "/tmp/input-mark-XXXXXX";

/* Makes the file of LENGTH bytes, with another byte at OTHER. */
static void write_file(size_t length, size_t other)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < length; i++)
		fputc(i == other ? '!' : (int)('a' + i % 26), file);
	assert_int_equal(fclose(file), 0);
}

static void a_file_that_has_grown_fits(void **state)
{
	static const int64_t read[] = {1, 100, INPUT_MARK_BYTES, INPUT_MARK_BYTES + 1, BYTES};

	(void)state;
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		struct input_mark mark = {0};

		write_file(BYTES, BYTES);
		assert_true(input_mark_make(path, read[i], &mark));
		write_file(2 * BYTES, BYTES);
		assert_true(input_mark_fits(path, &mark));
		write_file(2 * BYTES, (size_t)read[i]);
		assert_true(input_mark_fits(path, &mark));
	}
}

static void another_file_does_not(void **state)
{
	struct input_mark mark = {0};

	(void)state;
	write_file(BYTES, BYTES);
	assert_true(input_mark_make(path, BYTES, &mark));
	write_file(BYTES - 1, BYTES);
	assert_false(input_mark_fits(path, &mark));
	write_file(BYTES, 0);
	assert_false(input_mark_fits(path, &mark));
	write_file(BYTES, BYTES - 1);
	assert_false(input_mark_fits(path, &mark));
	assert_false(input_mark_fits("/nowhere/at/all", &mark));
	assert_false(input_mark_make(path, BYTES + 1, &mark));
	assert_int_equal(mark.bytes, BYTES);
}

static void nothing_known_fits_everything(void **state)
{
	const struct input_mark none = {0};

	(void)state;
	assert_true(input_mark_fits("/nowhere/at/all", &none));
}

static int set_up(void **state)
{
	int file = mkstemp(path);

	(void)state;
	return file < 0 ? -1 : close(file);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_has_grown_fits),
		cmocka_unit_test(another_file_does_not),
		cmocka_unit_test(nothing_known_fits_everything),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
