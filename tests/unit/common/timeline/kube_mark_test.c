/* Files on disk, which are not read again up to where the last run stopped. */
#include <fcntl.h>
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
#include "common/timeline/kube_mark.h"
#include "common/timeline/kube_topic.h"

#define RECORDS 8000 /* of 108 bytes: much more than what is sampled */
#define RECORD_BYTES 108

static char folder[] = "/tmp/tenure-kube-mark-XXXXXX";
static char first[64], second[64];
static struct timeline *timeline;
static struct settings_list addresses;

/* Writes records FROM to END at the end of PATH. */
static void append(const char *path, int from, int end)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	for (int r = from; r < end; r++) {
		int written = fprintf(file,
				      "{\"type\":\"PROGRESS\",\"cluster\":\"c\",\"known\":"
				      "\"2026-11-23T%02d:%02d:%02dZ\",\"received\":"
				      "\"2026-11-23T%02d:%02d:%02d.00000000Z\"}\n",
				      r / 3600, r / 60 % 60, r % 60, r / 3600, r / 60 % 60, r % 60);

		assert_int_equal(written, RECORD_BYTES);
	}
	fclose(file);
}

/* Replaces a digit of the fraction of record NUMBER by DIGIT. */
static void change(const char *path, int number, char digit)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &digit, 1, (off_t)RECORD_BYTES * (number + 1) - 5), 1);
	close(fd);
}

static int start(void **state)
{
	const struct timeline_options asked = {.hold_ns = 0};

	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(first, sizeof(first), "%s/first", folder);
	snprintf(second, sizeof(second), "%s/second", folder);
	addresses = (struct settings_list){.values = {first, second}, .count = 1};
	append(first, 0, RECORDS);
	timeline = timeline_open(NULL, &asked);
	return timeline == NULL ? -1 : 0;
}

static int finish(void **state)
{
	(void)state;
	timeline_close(timeline);
	unlink(first);
	unlink(second);
	return rmdir(folder);
}

/* A run finds RECORDS new ones, and empties the store REBUILT times. */
static void assert_run(uint64_t records, uint64_t rebuilt)
{
	const struct kube_topic_options options = {.addresses = &addresses};
	struct kube_topic_stats stats;
	struct kube_topic *topic;
	int exit_code;

	topic = kube_topic_open(timeline, &options, &exit_code);
	assert_non_null(topic);
	assert_int_equal(kube_topic_catch_up(topic), 1);
	stats = kube_topic_stats(topic);
	assert_int_equal(stats.records, records);
	assert_int_equal(stats.rebuilt, rebuilt);
	kube_topic_close(topic);
}

static bool is_marked(void)
{
	struct kube_mark mark;

	return kube_mark_find(timeline, &addresses, &mark) == 1;
}

static void a_file_that_stayed_the_same_is_not_read_again(void **state)
{
	struct kube_mark mark;

	(void)state;
	assert_run(RECORDS, 0);
	assert_int_equal(kube_mark_find(timeline, &addresses, &mark), 1);
	assert_int_equal(mark.place.record, RECORDS);
	assert_int_equal(mark.place.byte, RECORDS * RECORD_BYTES);
	assert_run(0, 0);
	append(first, RECORDS, RECORDS + 5);
	assert_true(is_marked());
	assert_run(5, 0);
	assert_int_equal(timeline_next_offset(timeline), RECORDS + 5);
	assert_true(is_marked());
}

static void a_file_that_changed_without_growing_is_compared_completely(void **state)
{
	(void)state;
	assert_run(RECORDS, 0);
	change(first, 40, '1');
	assert_false(is_marked());
	assert_run(RECORDS, 1);
	change(first, 40, '1'); /* the same bytes */
	assert_run(0, 0);
	assert_int_equal(truncate(first, RECORD_BYTES * 10), 0);
	assert_run(10, 1);
}

static void a_file_that_was_replaced_while_it_was_read_is_read_again(void **state)
{
	const struct kube_topic_options options = {.addresses = &addresses};
	struct kube_topic *topic;
	int exit_code;

	(void)state;
	topic = kube_topic_open(timeline, &options, &exit_code);
	assert_non_null(topic);
	assert_true(kube_topic_turn(topic, 100, 1000) > 0);
	append(second, 0, RECORDS + 1);
	change(second, 40, '1');
	assert_int_equal(rename(second, first), 0);
	assert_int_equal(kube_topic_catch_up(topic), 1);
	kube_topic_close(topic);
	assert_false(is_marked());
	assert_run(RECORDS + 1, 1);
}

static void a_file_that_grew_is_compared_at_its_samples(void **state)
{
	(void)state;
	assert_run(RECORDS, 0);
	change(first, RECORDS - 1, '1');
	append(first, RECORDS, RECORDS + 1);
	assert_run(RECORDS + 1, 1);
	change(first, 0, '1');
	append(first, RECORDS + 1, RECORDS + 2);
	assert_run(RECORDS + 2, 1);
	/* What kube_mark.h says is not noticed. */
	change(first, MARK_SAMPLE_BYTES / RECORD_BYTES + 2, '1');
	append(first, RECORDS + 2, RECORDS + 3);
	assert_run(1, 0);
}

static void a_last_line_without_its_newline_is_not_marked(void **state)
{
	(void)state;
	assert_int_equal(truncate(first, RECORD_BYTES * 10 - 1), 0);
	assert_run(10, 0);
	assert_false(is_marked());
	assert_run(0, 0);
}

static void files_before_the_last_must_stay_the_same(void **state)
{
	(void)state;
	append(second, RECORDS, RECORDS + 10);
	addresses.count = 2;
	assert_run(RECORDS + 10, 0);
	append(second, RECORDS + 10, RECORDS + 11);
	assert_true(is_marked());
	assert_run(1, 0);
	append(first, RECORDS, RECORDS + 1);
	assert_false(is_marked());
	assert_run(RECORDS + 12, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_stayed_the_same_is_not_read_again),
		TEST(a_file_that_changed_without_growing_is_compared_completely),
		TEST(a_file_that_was_replaced_while_it_was_read_is_read_again),
		TEST(a_file_that_grew_is_compared_at_its_samples),
		TEST(a_last_line_without_its_newline_is_not_marked),
		TEST(files_before_the_last_must_stay_the_same),
	};

	log_init("kube_mark_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
