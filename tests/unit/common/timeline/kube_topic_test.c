#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/timeline/kube_topic.h"
#include "tests/unit/common/timeline/memory_topic.h"
#include "tests/unit/quoted.h"

/* A real timeline, fed from topics and files in memory. */
#define PROGRESS(second)                                                           \
	"{'type':'PROGRESS','cluster':'c','known':'2026-11-23T08:00:" second "Z'," \
	"'received':'2026-11-23T08:00:" second "Z'}"

static bool stopped;

static struct timeline *timeline;
static struct settings_list addresses;
static struct kube_topic_options options;

bool stop_requested(void)
{
	return stopped;
}

static void add_source(size_t index, const char *address)
{
	memory_topics[index] =
		(struct memory_topic){.address = address, .partitions = 1, .policy = "delete"};
	addresses.values[index] = address;
	addresses.count = index + 1;
}

static void add(size_t index, const char *record)
{
	struct memory_topic *topic = &memory_topics[index];

	assert_true(topic->count < MEMORY_RECORDS_MAX);
	topic->records[topic->count++] = record;
}

/* ADDRESS with three records: 05, 06, 07. */
static void use(const char *address)
{
	add_source(0, address);
	add(0, quoted(PROGRESS("05")));
	add(0, quoted(PROGRESS("06")));
	add(0, quoted(PROGRESS("07")));
	options.bus.follow = bus_is_kafka(address);
}

static int start(void **state)
{
	const struct timeline_options asked = {.hold_ns = 0};

	(void)state;
	memset(memory_topics, 0, sizeof(memory_topics));
	addresses = (struct settings_list){0};
	options = (struct kube_topic_options){.addresses = &addresses};
	stopped = false;
	timeline = timeline_open(NULL, &asked);
	return timeline == NULL ? -1 : 0;
}

static int finish(void **state)
{
	(void)state;
	timeline_close(timeline);
	return 0;
}

static struct kube_topic *opened(void)
{
	int exit_code;
	struct kube_topic *topic = kube_topic_open(timeline, &options, &exit_code);

	assert_non_null(topic);
	return topic;
}

/* A run over the records that exist. It finds RECORDS new ones, and empties the store REBUILT
 * times. */
static void assert_run(uint64_t records, uint64_t rebuilt)
{
	struct kube_topic *topic = opened();
	struct kube_topic_stats stats;

	assert_int_equal(kube_topic_catch_up(topic), 1);
	stats = kube_topic_stats(topic);
	assert_int_equal(stats.records, records);
	assert_int_equal(stats.rebuilt, rebuilt);
	kube_topic_close(topic);
}

/* The run fails partway with EXIT_CODE. */
static void assert_run_fails(int exit_code)
{
	struct kube_topic *topic = opened();

	assert_int_equal(kube_topic_catch_up(topic), -1);
	assert_int_equal(kube_topic_exit_code(topic), exit_code);
	kube_topic_close(topic);
}

static void assert_not_opened(int exit_code)
{
	int given = 0;

	assert_null(kube_topic_open(timeline, &options, &given));
	assert_int_equal(given, exit_code);
}

/* The newest PROGRESS that the timeline has. */
static void assert_known(const char *text)
{
	char known[WHEN_TEXT_SIZE];

	when_format(timeline_position_progress(timeline).known, known);
	assert_string_equal(known, text);
}

static void a_file_is_read_to_its_end_and_then_complete(void **state)
{
	(void)state;
	use("kube");
	assert_run(3, 0);
	assert_int_equal(timeline_next_offset(timeline), 3);
	assert_known("2026-11-23T08:00:07Z");
	assert_true(timeline_is_closed(timeline));
}

static void a_run_applies_only_what_is_new(void **state)
{
	(void)state;
	use("kube");
	assert_run(3, 0);
	assert_run(0, 0);
	add(0, quoted(PROGRESS("08")));
	assert_run(1, 0);
	assert_known("2026-11-23T08:00:08Z");
}

static void a_topic_is_never_complete_and_continues_at_its_last_record(void **state)
{
	(void)state;
	use("kafka:kube");
	assert_run(3, 0);
	assert_false(timeline_is_closed(timeline));
	add(0, quoted(PROGRESS("08")));
	assert_run(1, 0);
	assert_int_equal(memory_topic_opened_from, 2);
	assert_known("2026-11-23T08:00:08Z");
}

static void what_arrives_later_is_applied_turn_by_turn(void **state)
{
	struct kube_topic *topic;

	(void)state;
	use("kafka:kube");
	topic = opened();
	assert_false(kube_topic_caught_up(topic));
	assert_int_equal(kube_topic_turn(topic, 2, 0), 2);
	assert_false(kube_topic_caught_up(topic));
	assert_int_equal(kube_topic_turn(topic, 2, 0), 1);
	assert_true(kube_topic_caught_up(topic));
	assert_int_equal(kube_topic_turn(topic, 2, 0), 0);
	add(0, quoted(PROGRESS("08")));
	assert_int_equal(kube_topic_turn(topic, 2, 0), 1);
	assert_known("2026-11-23T08:00:08Z");
	kube_topic_close(topic);
}

static void a_signal_stops_catching_up(void **state)
{
	struct kube_topic *topic;

	(void)state;
	use("kube");
	topic = opened();
	stopped = true;
	assert_int_equal(kube_topic_catch_up(topic), 0);
	kube_topic_close(topic);
}

static void another_topic_is_read_from_its_start(void **state)
{
	(void)state;
	use("kafka:kube");
	assert_run(3, 0);
	memory_topics[0].records[0] = quoted(PROGRESS("01"));
	assert_run(3, 1);
	memory_topics[0].records[2] = quoted(PROGRESS("09"));
	assert_run(3, 1);
	assert_known("2026-11-23T08:00:09Z");
	memory_topics[0].count = 2;
	assert_run(2, 1);
	assert_known("2026-11-23T08:00:06Z");
}

static void a_topic_may_be_trimmed_up_to_the_last_record_that_was_applied(void **state)
{
	(void)state;
	use("kafka:kube");
	assert_run(3, 0);
	memory_topics[0].kept = 2;
	add(0, quoted(PROGRESS("08")));
	assert_run(1, 0);
	add(0, quoted(PROGRESS("09")));
	add(0, quoted(PROGRESS("10")));
	memory_topics[0].kept = 4;
	assert_run(2, 1);
	assert_known("2026-11-23T08:00:10Z");
}

static void a_file_that_changed_anywhere_is_read_from_its_start(void **state)
{
	(void)state;
	use("kube");
	assert_run(3, 0);
	memory_topics[0].records[1] = quoted(PROGRESS("05"));
	assert_run(3, 1);
	memory_topics[0].records[0] = quoted(PROGRESS("04"));
	assert_run(3, 1);
	memory_topics[0].count = 1;
	assert_run(1, 1);
	assert_known("2026-11-23T08:00:04Z");
}

static void with_outputs_another_first_record_is_refused(void **state)
{
	(void)state;
	use("kube");
	options.has_outputs = true;
	assert_run(3, 0);
	memory_topics[0].records[0] = quoted(PROGRESS("04"));
	assert_run_fails(EX_CONFIG);
	assert_int_equal(timeline_next_offset(timeline), 3);
	memory_topics[0].records[0] = quoted(PROGRESS("05"));
	memory_topics[0].records[1] = quoted(PROGRESS("05"));
	assert_run(3, 1);
}

static void standard_input_that_differs_cannot_be_read_again(void **state)
{
	(void)state;
	use("-");
	assert_run(3, 0);
	assert_run(0, 0);
	memory_topics[0].records[1] = quoted(PROGRESS("05"));
	assert_run_fails(EX_CONFIG);
}

static void files_are_one_topic_in_the_order_given(void **state)
{
	(void)state;
	use("pods");
	add_source(1, "services");
	add(1, quoted(PROGRESS("08")));
	add(1, quoted(PROGRESS("09")));
	assert_run(5, 0);
	assert_int_equal(timeline_next_offset(timeline), 5);
	assert_known("2026-11-23T08:00:09Z");
	add(1, quoted(PROGRESS("10")));
	assert_run(1, 0);
	assert_known("2026-11-23T08:00:10Z");
	/* This moves every record of the second file. */
	add(0, quoted(PROGRESS("07")));
	assert_run(7, 1);
}

static void an_unreadable_record_is_skipped_and_counted(void **state)
{
	struct kube_topic *topic;

	(void)state;
	use("kube");
	add(0, quoted("{'type'"));
	add(0, "[]");
	add(0, quoted(PROGRESS("08")));
	topic = opened();
	assert_int_equal(kube_topic_catch_up(topic), 1);
	assert_int_equal(kube_topic_stats(topic).records, 5);
	assert_int_equal(kube_topic_stats(topic).unreadable, 1);
	assert_known("2026-11-23T08:00:08Z");
	kube_topic_close(topic);
	assert_run(0, 0);
}

static void a_file_without_a_readable_record_is_refused(void **state)
{
	(void)state;
	use("kube");
	add_source(1, "list");
	add(1, quoted("{'kind':'List','items':[]}"));
	add(1, "{");
	assert_run_fails(EX_DATAERR);
	memory_topics[1].count = 0; /* an empty file is a quiet cluster's */
	assert_int_equal(timeline_reset(timeline), 0);
	assert_run(3, 0);
}

static void a_topic_without_a_readable_record_is_read_on(void **state)
{
	(void)state;
	add_source(0, "kafka:kube");
	add(0, "{");
	options.bus.follow = true;
	assert_run(1, 0);
}

static void what_is_missing_or_fails_ends_with_its_exit_code(void **state)
{
	(void)state;
	use("kube");
	addresses.values[0] = "missing";
	assert_not_opened(EX_NOINPUT);
	addresses.values[0] = "kafka:missing";
	assert_not_opened(EX_UNAVAILABLE);
	addresses.values[0] = "kube";
	addresses.values[1] = "missing";
	addresses.count = 2;
	assert_run_fails(EX_NOINPUT);
	addresses.count = 1;
	memory_topics[0].broken = true;
	assert_run_fails(EX_IOERR);
	use("kafka:kube");
	memory_topics[0].broken = true;
	assert_not_opened(EX_UNAVAILABLE);
}

static void a_topic_that_cannot_keep_the_order_or_the_history_is_refused(void **state)
{
	(void)state;
	use("kafka:kube");
	memory_topics[0].partitions = 2;
	assert_not_opened(EX_CONFIG);
	memory_topics[0].partitions = 1;
	memory_topics[0].policy = "compact";
	assert_not_opened(EX_CONFIG);
	memory_topics[0].policy = "compact,delete";
	assert_not_opened(EX_CONFIG);
	memory_topics[0].policy = "delete";
	assert_run(3, 0);
}

static void a_topic_that_is_kept_for_less_than_the_retention_is_refused(void **state)
{
	const struct timeline_options asked = {
		.kube_from = WHEN_MIN, .kube_until = WHEN_MIN, .retention_ns = 60 * NS_PER_SECOND};

	(void)state;
	timeline_close(timeline);
	timeline = timeline_open(NULL, &asked);
	assert_non_null(timeline);
	use("kafka:kube");
	memory_topics[0].retention_ms = "59999";
	assert_not_opened(EX_CONFIG);
	memory_topics[0].retention_ms = "60000";
	assert_run(3, 0);
	memory_topics[0].retention_ms = "-1";
	assert_run(0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_to_its_end_and_then_complete),
		TEST(a_run_applies_only_what_is_new),
		TEST(a_topic_is_never_complete_and_continues_at_its_last_record),
		TEST(what_arrives_later_is_applied_turn_by_turn),
		TEST(a_signal_stops_catching_up),
		TEST(another_topic_is_read_from_its_start),
		TEST(a_topic_may_be_trimmed_up_to_the_last_record_that_was_applied),
		TEST(a_file_that_changed_anywhere_is_read_from_its_start),
		TEST(with_outputs_another_first_record_is_refused),
		TEST(standard_input_that_differs_cannot_be_read_again),
		TEST(files_are_one_topic_in_the_order_given),
		TEST(an_unreadable_record_is_skipped_and_counted),
		TEST(a_file_without_a_readable_record_is_refused),
		TEST(a_topic_without_a_readable_record_is_read_on),
		TEST(what_is_missing_or_fails_ends_with_its_exit_code),
		TEST(a_topic_that_is_kept_for_less_than_the_retention_is_refused),
		TEST(a_topic_that_cannot_keep_the_order_or_the_history_is_refused),
	};

	log_init("kube_topic_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
