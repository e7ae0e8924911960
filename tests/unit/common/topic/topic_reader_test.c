#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "common/topic/topic_reader.h"
#include "tests/unit/quoted.h"

static char folder[] = "/tmp/tenure-topic-XXXXXX";
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

static void put(const char *text, const char *mode)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
}

static struct topic_reader *opened(bool follow)
{
	const struct bus_options options = {.follow = follow};
	struct topic_reader *reader = topic_reader_open(path, &options, BUS_FROM_START);

	assert_non_null(reader);
	return reader;
}

static void assert_record(struct topic_reader *reader, const char *wanted, int64_t offset)
{
	struct bus_record record;

	assert_int_equal(topic_reader_read(reader, 0, &record), BUS_RECORD);
	assert_int_equal(record.value_length, strlen(wanted));
	assert_memory_equal(record.value, wanted, record.value_length);
	assert_int_equal(record.offset, offset);
}

static void a_last_line_without_a_newline_is_a_record_if_it_is_whole(void **state)
{
	static const char *const whole[] = {"{'a':1}", "{'a':{'b':[1]}}", " {} ", "{'a':1}\r"};
	struct topic_reader *reader;
	struct bus_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		put("one\n", "we");
		put(quoted(whole[i]), "ae");
		reader = opened(false);
		assert_record(reader, "one", 0);
		assert_record(reader, quoted(whole[i]), 1);
		assert_int_equal(topic_reader_read(reader, 0, &record), BUS_END);
		topic_reader_close(reader);
	}
}

static void a_last_line_that_is_not_whole_is_left_for_the_next_run(void **state)
{
	static const char *const begun[] = {"{", "{'a':1", "{'a':'}", "text",
					    " ", "[1]",    "1",       "{}}"};
	struct topic_reader *reader;
	struct bus_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++) {
		put("one\n", "we");
		put(quoted(begun[i]), "ae");
		reader = opened(false);
		assert_record(reader, "one", 0);
		assert_int_equal(topic_reader_read(reader, 0, &record), BUS_END);
		assert_int_equal(topic_reader_read(reader, 0, &record), BUS_END);
		assert_true(topic_reader_caught_up(reader));
		topic_reader_close(reader);
	}
	put("}\n", "ae");
	reader = opened(false);
	assert_record(reader, "one", 0);
	assert_record(reader, "{}}}", 1);
	topic_reader_close(reader);
}

static void a_followed_file_waits_for_the_rest_of_a_line(void **state)
{
	struct topic_reader *reader;
	struct bus_record record;

	(void)state;
	put(quoted("{'a':1}"), "we");
	reader = opened(true);
	assert_int_equal(topic_reader_read(reader, 0, &record), BUS_QUIET);
	assert_true(topic_reader_caught_up(reader));
	put(" \n", "ae");
	assert_record(reader, quoted("{'a':1} "), 0);
	topic_reader_close(reader);
}

static void a_file_begins_at_its_start_whatever_the_time(void **state)
{
	const struct bus_options options = {.follow = false};
	struct topic_reader *reader;

	(void)state;
	put("first\nsecond\n", "w");
	reader = topic_reader_open_since(path, &options, when_now());
	assert_non_null(reader);
	assert_record(reader, "first", 0);
	topic_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_last_line_without_a_newline_is_a_record_if_it_is_whole),
		cmocka_unit_test(a_last_line_that_is_not_whole_is_left_for_the_next_run),
		cmocka_unit_test(a_followed_file_waits_for_the_rest_of_a_line),
		cmocka_unit_test(a_file_begins_at_its_start_whatever_the_time),
	};

	log_init("topic_reader_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
