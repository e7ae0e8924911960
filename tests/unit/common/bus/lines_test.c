#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/bus/bus.h"
#include "common/bus/lines.h"
#include "common/bus/lines_writer.h"

static char folder[] = "/tmp/tenure-lines-XXXXXX";
static char path[64];

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

static void put(const char *bytes, size_t length, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

static void assert_line(struct lines_reader *reader, const char *wanted, int64_t number)
{
	struct lines_line line;

	assert_int_equal(lines_read(reader, 0, &line), LINES_RECORD);
	assert_int_equal(line.length, strlen(wanted));
	assert_memory_equal(line.bytes, wanted, line.length);
	assert_int_equal(line.number, number);
}

static void reads_lines_with_their_numbers(void **state)
{
	struct lines_reader *reader;
	struct lines_line line;

	(void)state;
	put("one\n\nthree\nlast", 15, O_TRUNC);
	reader = lines_reader_open(path, false, 0);
	assert_non_null(reader);
	assert_false(lines_caught_up(reader));
	assert_line(reader, "one", 0);
	assert_line(reader, "", 1);
	assert_line(reader, "three", 2);
	assert_line(reader, "last", 3);
	assert_int_equal(lines_read(reader, 0, &line), LINES_END);
	assert_int_equal(lines_read(reader, 0, &line), LINES_END);
	assert_true(lines_caught_up(reader));
	lines_reader_close(reader);
}

static void starts_where_the_caller_says(void **state)
{
	static const struct {
		int64_t from;
		const char *line;
		int64_t number;
	} cases[] = {{2, "c", 2},
		     {BUS_FROM_TAIL(1), "d", 3},
		     {BUS_FROM_TAIL(3), "b", 1},
		     {BUS_FROM_TAIL(9), "a", 0}};
	struct lines_reader *reader;
	struct lines_line line;

	(void)state;
	put("a\nb\nc\nd\n", 8, O_TRUNC);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reader = lines_reader_open(path, false, cases[i].from);
		assert_non_null(reader);
		assert_line(reader, cases[i].line, cases[i].number);
		lines_reader_close(reader);
	}
	reader = lines_reader_open(path, false, 9);
	assert_non_null(reader);
	assert_int_equal(lines_read(reader, 0, &line), LINES_END);
	lines_reader_close(reader);
}

static void follows_a_file_and_waits_for_whole_lines(void **state)
{
	struct lines_reader *reader;
	struct lines_line line;

	(void)state;
	put("one\ntw", 6, O_TRUNC);
	reader = lines_reader_open(path, true, 0);
	assert_non_null(reader);
	assert_line(reader, "one", 0);
	assert_int_equal(lines_read(reader, 0, &line), LINES_QUIET);
	assert_true(lines_caught_up(reader));
	put("o\nthree\n", 8, O_APPEND);
	assert_line(reader, "two", 1);
	assert_line(reader, "three", 2);
	assert_int_equal(lines_read(reader, 5, &line), LINES_QUIET);
	put("", 0, O_TRUNC);
	assert_int_equal(lines_read(reader, 0, &line), LINES_BROKEN);
	lines_reader_close(reader);
}

static void cuts_a_line_that_is_too_long(void **state)
{
	size_t length = (size_t)BUS_RECORD_MAX * 2 + 12345;
	char *text = malloc(length + 3);
	struct lines_reader *reader;
	struct lines_line line;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', length);
	memcpy(text + length, "\ny\n", 3);
	put(text, length + 3, O_TRUNC);
	reader = lines_reader_open(path, false, 0);
	assert_non_null(reader);
	assert_int_equal(lines_read(reader, 0, &line), LINES_RECORD);
	assert_int_equal(line.length, BUS_RECORD_MAX + 1);
	assert_int_equal(line.number, 0);
	assert_line(reader, "y", 1);
	assert_int_equal(lines_read(reader, 0, &line), LINES_END);
	lines_reader_close(reader);
	free(text);
}

static void refuses_what_is_not_a_file(void **state)
{
	(void)state;
	assert_null(lines_reader_open("/tmp/tenure/there/is/no/such", false, 0));
	assert_null(lines_reader_open("/tmp", false, 0));
	assert_null(lines_writer_open("/tmp/tenure/there/is/no/such"));
}

static void a_writer_cuts_the_incomplete_last_line(void **state)
{
	struct lines_writer *writer;
	struct text line;
	struct stat status;

	(void)state;
	text_init(&line, 4096);
	put("one\ntwo\nthr", 11, O_TRUNC);
	assert_int_equal(lines_writer_last(path, &line), 1);
	assert_string_equal(text_terminate(&line), "two");
	writer = lines_writer_open(path);
	assert_non_null(writer);
	assert_null(lines_writer_open(path)); /* two writers would mix their lines */
	assert_int_equal(lines_writer_add(writer, "3", 1), 0);
	assert_int_equal(lines_writer_last(path, &line), 1);
	assert_string_equal(text_terminate(&line), "two");
	assert_int_equal(lines_writer_flush(writer), 0);
	assert_int_equal(lines_writer_last(path, &line), 1);
	assert_string_equal(text_terminate(&line), "3");
	assert_int_equal(lines_writer_close(writer), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 10);
	put("torn", 4, O_TRUNC);
	assert_int_equal(lines_writer_last(path, &line), 0);
	writer = lines_writer_open(path);
	assert_non_null(writer);
	assert_int_equal(lines_writer_close(writer), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 0);
	text_free(&line);
}

static void standard_output_has_one_writer_if_it_is_a_file(void **state)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666), kept = dup(STDOUT_FILENO);
	struct lines_writer *writer = lines_writer_open(path), *second;

	(void)state;
	assert_true(fd >= 0 && kept >= 0);
	assert_non_null(writer);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	second = lines_writer_open("-");
	dup2(kept, STDOUT_FILENO);
	assert_null(second);
	assert_int_equal(lines_writer_close(writer), 0);
	writer = lines_writer_open("/dev/null");
	second = lines_writer_open("/dev/null");
	assert_non_null(writer);
	assert_non_null(second);
	lines_writer_close(writer);
	lines_writer_close(second);
	close(fd);
	close(kept);
}

static void a_writer_accepts_lines_of_any_length(void **state)
{
	size_t length = 700000;
	char *text = malloc(length);
	struct lines_writer *writer;
	struct text line;

	(void)state;
	assert_non_null(text);
	memset(text, 'z', length);
	text_init(&line, 1 << 20);
	put("", 0, O_TRUNC);
	writer = lines_writer_open(path);
	assert_non_null(writer);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lines_writer_add(writer, "a", 1), 0);
		assert_int_equal(lines_writer_add(writer, text, length), 0);
	}
	assert_int_equal(lines_writer_close(writer), 0);
	assert_int_equal(lines_writer_last(path, &line), 1);
	assert_int_equal(line.length, length);
	text_free(&line);
	free(text);
}

/* A pipe whose reader has gone, and a full disk: each line is written, or counted as lost. */
static void what_is_not_written_is_counted(void **state)
{
	static char long_line[300000];
	struct lines_writer *writer = lines_writer_open("/dev/full");
	int ends[2], output = dup(STDOUT_FILENO);
	char said[16];

	(void)state;
	memset(long_line, 'x', sizeof(long_line));
	assert_non_null(writer);
	assert_int_equal(lines_writer_add(writer, "one", 3), 0);
	assert_int_equal(lines_writer_add(writer, "two", 3), 0);
	assert_int_equal(lines_writer_lost(writer), 0);
	assert_int_equal(lines_writer_flush(writer), -1);
	assert_int_equal(lines_writer_lost(writer), 2);
	assert_int_equal(lines_writer_add(writer, "three", 5), 0);
	assert_int_equal(lines_writer_add(writer, long_line, sizeof(long_line)), -1);
	assert_int_equal(lines_writer_lost(writer), 4);
	lines_writer_close(writer);

	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDOUT_FILENO) >= 0);
	writer = lines_writer_open("-");
	dup2(output, STDOUT_FILENO);
	close(output);
	close(ends[1]);
	assert_non_null(writer);
	assert_int_equal(lines_writer_add(writer, "one", 3), 0);
	assert_int_equal(lines_writer_flush(writer), 0);
	assert_int_equal(read(ends[0], said, sizeof(said)), 4);
	close(ends[0]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(lines_writer_add(writer, "more", 4), 0);
	assert_int_equal(lines_writer_add(writer, long_line, sizeof(long_line)), 0);
	assert_int_equal(lines_writer_flush(writer), 0);
	assert_int_equal(lines_writer_lost(writer), 4);
	lines_writer_close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines_with_their_numbers),
		cmocka_unit_test(starts_where_the_caller_says),
		cmocka_unit_test(follows_a_file_and_waits_for_whole_lines),
		cmocka_unit_test(cuts_a_line_that_is_too_long),
		cmocka_unit_test(refuses_what_is_not_a_file),
		cmocka_unit_test(a_writer_cuts_the_incomplete_last_line),
		cmocka_unit_test(standard_output_has_one_writer_if_it_is_a_file),
		cmocka_unit_test(a_writer_accepts_lines_of_any_length),
		cmocka_unit_test(what_is_not_written_is_counted),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
