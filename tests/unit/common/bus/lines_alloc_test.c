/* Lines are read and written whole, or the reader or writer reports that it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/bus/lines.h"
#include "common/bus/lines_writer.h"
#include "tests/unit/failing_alloc.h"

#define LINES 40
#define LONG_LINE 200000

static char folder[] = "/tmp/tenure-lines-XXXXXX";
static char path[64];
static char line[LONG_LINE];

/* Line NUMBER is one letter repeated; every fourth line is long. */
static size_t fill(int number)
{
	size_t length = number % 4 == 0 ? LONG_LINE : 20;

	memset(line, 'a' + number % 26, length);
	return length;
}

static int write_lines(void)
{
	struct lines_writer *writer;
	struct text last;
	int rc = 0;

	unlink(path);
	writer = lines_writer_open(path);
	if (writer == NULL)
		return -1;
	for (int i = 0; i < LINES && rc == 0; i++)
		rc = lines_writer_add(writer, line, fill(i));
	if (rc < 0) {
		lines_writer_close(writer);
		return -1;
	}
	if (lines_writer_close(writer) < 0)
		return -1;
	text_init(&last, LONG_LINE + 1);
	rc = lines_writer_last(path, &last) < 0 ? -1 : 0;
	text_free(&last);
	return rc;
}

static int read_lines(void)
{
	enum lines_status status = LINES_RECORD;
	struct lines_reader *reader = lines_reader_open(path, false, -1 - LINES);
	struct lines_line got;
	int number = 0;

	if (reader == NULL)
		return -1;
	while ((status = lines_read(reader, 0, &got)) == LINES_RECORD) {
		assert_int_equal(got.number, number);
		assert_int_equal(got.length, fill(number));
		assert_memory_equal(got.bytes, line, got.length);
		number++;
	}
	assert_true(status == LINES_BROKEN || (status == LINES_END && number == LINES));
	lines_reader_close(reader);
	return status == LINES_END ? 0 : -1;
}

static void writes_lines_or_reports_that_it_cannot(void **state)
{
	(void)state;
	failing_alloc_each(write_lines, true);
}

static void reads_lines_or_reports_that_it_cannot(void **state)
{
	(void)state;
	assert_int_equal(write_lines(), 0);
	failing_alloc_each(read_lines, true);
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/records", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_lines_or_reports_that_it_cannot),
		cmocka_unit_test(reads_lines_or_reports_that_it_cannot),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
