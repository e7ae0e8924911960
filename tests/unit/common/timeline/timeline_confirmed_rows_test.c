/* The rows of what meters confirm: that they go on where they were, and that they are forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/common/timeline/told.h"

static struct timeline *begin(void)
{
	struct timeline *timeline = fed_open();

	told_pods(timeline);
	return timeline;
}

static size_t rows(struct timeline *timeline, enum row_table table)
{
	struct store_scan *scan;
	struct span found, value;
	struct text key;
	size_t count = 0;

	text_init(&key, 64);
	row_key_table(&key, table, 0);
	scan = store_scan_begin(timeline->store, &key, &key);
	while (store_scan_next(scan, &found, &value) == 1)
		count++;
	store_scan_end(scan);
	text_free(&key);
	return count;
}

#define STATES ((enum row_table)'b')

static void a_record_without_an_address_keeps_no_row_of_its_interface(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, (struct told){.number = 8, .uid = "j", .more = "", .confirmed = 300});
	assert_string_equal(told_sender(timeline), "a");
	assert_int_equal(rows(timeline, STATES), 1);
	timeline_close(timeline);
}

/* Adds all rows of TIMELINE to OUT. */
static void add_rows(struct timeline *timeline, struct text *out)
{
	struct store_scan *scan;
	struct span found, value;
	struct text key;

	text_init(&key, 64);
	for (int letter = 'A'; letter <= 'z'; letter++) {
		text_clear(&key);
		codec_add_u8(&key, (unsigned)letter);
		scan = store_scan_begin(timeline->store, &key, &key);
		while (letter != 'S' && store_scan_next(scan, &found, &value) == 1) {
			text_add(out, found.data, found.length);
			text_add(out, value.data, value.length);
		}
		store_scan_end(scan);
	}
	text_free(&key);
}

static void tell_all(struct timeline *timeline, int from, int to)
{
	for (int number = from; number < to; number++) {
		if (number % 4 == 0)
			tell(timeline, (struct told){.number = number, .closed = number == 8});
		else if (number != 9)
			tell(timeline, told_other(number, 240 + number * 2));
	}
}

static void a_store_goes_on_where_it_was(void **state)
{
	char directory[] = "/tmp/timeline-confirmed-XXXXXX", path[64], command[64];
	static const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
							.skew_ns = NS_PER_SECOND / 2,
							.kube_from = {INT64_MIN},
							.kube_until = {INT64_MIN}};
	struct timeline *timeline, *whole = begin();
	struct text one, two;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/timeline", directory);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	text_init(&one, 1 << 20);
	text_init(&two, 1 << 20);
	tell_all(whole, 1, 30);
	timeline = timeline_open(path, &options);
	assert_non_null(timeline);
	told_pods(timeline);
	for (int from = 1; from < 30; from += 10) {
		tell_all(timeline, from, from + 10 < 30 ? from + 10 : 30);
		timeline_close(timeline);
		timeline = timeline_open(path, &options);
		assert_non_null(timeline);
	}
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 298, "h1"), "a");
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 299, "h1"), "");
	add_rows(whole, &one);
	add_rows(timeline, &two);
	assert_int_equal(one.length, two.length);
	assert_memory_equal(one.data, two.data, one.length);
	text_free(&one);
	text_free(&two);
	timeline_close(whole);
	timeline_close(timeline);
	assert_int_equal(system(command), 0);
}

static struct timeline *begin_with_retention(int seconds)
{
	const struct timeline_options options = {
		.hold_ns = 10 * NS_PER_SECOND,
		.skew_ns = NS_PER_SECOND / 2,
		.retention_ns = seconds * NS_PER_SECOND,
		.kube_from = WHEN_MIN,
		.kube_until = WHEN_MIN,
	};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	told_pods(timeline);
	return timeline;
}

static void what_was_confirmed_is_forgotten(void **state)
{
	struct timeline *timeline = begin_with_retention(320);

	(void)state;
	for (int second = 505, number = 1; second < 1500; second += 5, number++) {
		tell(timeline, told_other(number, second - 6));
		fed_progress(timeline, second);
	}
	/* The retention, a step of it more, and what is not swept yet. */
	assert_in_range(rows(timeline, ROW_CONFIRMED), 320 / 5, 320 / 5 + 2 + 4);
	assert_int_equal(rows(timeline, ROW_RUNS), 1);
	for (int second = 1500; second < 2000; second += 5)
		fed_progress(timeline, second);
	assert_int_equal(rows(timeline, ROW_CONFIRMED), 0);
	assert_int_equal(rows(timeline, ROW_RUNS), 0);
	assert_int_equal(rows(timeline, ROW_ENDED), 0);
	timeline_close(timeline);
}

/* More rows of one sequence than one sweep deals with. */
static void a_long_sequence_is_forgotten_at_once(void **state)
{
	struct timeline *timeline = begin_with_retention(320);

	(void)state;
	for (int number = 1; number < 20000; number++)
		tell(timeline, (struct told){.number = number, .confirmed = 500 + number / 10000});
	for (int second = 900; second < 920; second++)
		fed_progress(timeline, second);
	assert_int_equal(rows(timeline, ROW_CONFIRMED), 0);
	timeline_close(timeline);
}

/* It said nothing for a whole retention: its rows may be gone, so nothing confirms it. */
static void what_is_past_the_horizon_is_not_confirmed(void **state)
{
	struct timeline *timeline = begin_with_retention(640);

	(void)state;
	tell(timeline, (struct told){.number = 1, .last = 150, .until = 165});
	tell(timeline, told_other(2, 300));
	fed_progress(timeline, 819);
	assert_string_equal(told_sender(timeline), "a"); /* the horizon is 160 */
	fed_progress(timeline, 820);
	assert_string_equal(told_sender(timeline), "");
	timeline_close(timeline);
}

/* A pod that was deleted by force runs on for longer than what is known of it is kept. */
static void a_pod_that_is_forgotten_is_neither_alone_nor_witnessed(void **state)
{
	(void)state;
	for (int witnessed = 0; witnessed < 2; witnessed++) {
		struct timeline *timeline = begin_with_retention(320);

		tell(timeline,
		     (struct told){.number = 1, .until = 400, .last = witnessed ? 400 : 0});
		fed_progress(timeline, 514);
		assert_string_equal(told_sender(timeline), "a");
		for (int second = 534; second < 540; second++)
			fed_progress(timeline, second); /* the horizon is 210 */
		assert_string_equal(told_sender(timeline), "");
		timeline_close(timeline);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_without_an_address_keeps_no_row_of_its_interface),
		cmocka_unit_test(a_store_goes_on_where_it_was),
		cmocka_unit_test(what_was_confirmed_is_forgotten),
		cmocka_unit_test(a_long_sequence_is_forgotten_at_once),
		cmocka_unit_test(what_is_past_the_horizon_is_not_confirmed),
		cmocka_unit_test(a_pod_that_is_forgotten_is_neither_alone_nor_witnessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
