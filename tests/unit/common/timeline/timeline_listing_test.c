/* What kubectl wrote, without SYNC records: listings, watches and their ends (docs/answers.md
 * section 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define OUTSIDE "203.0.113.9"
#define POD "10.1.0.1" /* of the pod a */
#define SERVICE                                                             \
	quoted("{'metadata':{'name':'s','namespace':'shop','uid':'uid-s'}," \
	       "'spec':{'clusterIP':'10.2.0.9'}}")
#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define HALF_AN_HOUR 1800            /* a watch lasts at least as long */

static int revision;

static void feed_pod(struct timeline *timeline, int second, const char *type, const char *name,
		     const char *status)
{
	char object[512];

	assert_in_range(snprintf(object, sizeof(object),
				 quoted("{'metadata':{'name':'%s','namespace':'shop',"
					"'uid':'uid-%s','resourceVersion':'%d'},"
					"'spec':{'nodeName':'n1'},'status':%s}"),
				 name, name, ++revision, status),
			1, sizeof(object) - 1);
	fed_object(timeline, second, type, "pods", object);
}

/* A pod at 10.1.0.NUMBER. */
static void feed_running(struct timeline *timeline, int second, const char *type, const char *name,
			 int number)
{
	char status[256];

	assert_in_range(
		snprintf(status, sizeof(status),
			 quoted("{'phase':'Running','startTime':'2026-11-23T08:00:00Z',"
				"'podIP':'10.1.0.%d','containerStatuses':[{'state':{'running':{"
				"'startedAt':'2026-11-23T08:00:00Z'}}}]}"),
			 number),
		1, sizeof(status) - 1);
	feed_pod(timeline, second, type, name, status);
}

static bool is_known(struct timeline *timeline, const char *ip, int second)
{
	return fed_answer(timeline, ip, 80, second).status == TIMELINE_KNOWN;
}

static void assert_reason(struct timeline *timeline, const char *ip, int second, const char *reason)
{
	assert_false(is_known(timeline, ip, second));
	assert_string_equal(fed_answer(timeline, ip, 80, second).reason, reason);
}

/* Until which second the only holder of IP is certain. */
static int64_t certain_to(struct timeline *timeline, const char *text)
{
	struct timeline_history history;
	struct ip ip;
	int64_t to;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	assert_int_equal(
		timeline_history(timeline, &ip, timeline_next_offset(timeline) - 1, &history), 0);
	assert_int_equal(history.count, 1);
	to = history.bindings[0].tenure->at.certain_to.ns / NS_PER_SECOND - SECOND_0;
	timeline_history_clear(&history);
	return to;
}

/* A listing of the pod a, then its watch. */
static struct timeline *opened(struct when until)
{
	struct timeline *timeline = fed_open_until(until);

	feed_running(timeline, 1, "ADDED", "a", 1);
	feed_running(timeline, 2, "MODIFIED", "a", 1);
	return timeline;
}

static void a_new_pod_that_has_an_address_is_of_another_listing(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);
	int second = HALF_AN_HOUR + 100;

	(void)state;
	feed_running(timeline, second, "ADDED", "b", 2);
	feed_running(timeline, second + 1, "ADDED", "c", 3);
	feed_running(timeline, second + 2, "MODIFIED", "c", 3);
	assert_true(is_known(timeline, "10.1.0.1", 1000));
	assert_reason(timeline, "10.1.0.1", second, "gap");
	assert_reason(timeline, "10.1.0.1", second + 60, "lost");
	assert_true(is_known(timeline, "10.1.0.2", second + 60));
	assert_reason(timeline, OUTSIDE, HALF_AN_HOUR, "gap");
	assert_true(is_known(timeline, OUTSIDE, HALF_AN_HOUR - 20));
	timeline_close(timeline);
}

static void a_pod_without_an_address_is_of_no_listing(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	feed_pod(timeline, 1900, "ADDED", "b",
		 quoted("{'phase':'Pending','startTime':'2026-11-23T08:31:40Z'}"));
	feed_running(timeline, 1901, "MODIFIED", "b", 2);
	assert_true(is_known(timeline, "10.1.0.1", 1960));
	timeline_close(timeline);
}

static void the_gap_before_a_listing_begins_with_the_last_record_of_the_watch(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	feed_running(timeline, 1000, "MODIFIED", "a", 1);
	feed_running(timeline, 1100, "ADDED", "a", 1); /* before the watch could end by itself */
	feed_running(timeline, 1101, "MODIFIED", "a", 1);
	assert_true(is_known(timeline, OUTSIDE, 980));
	assert_reason(timeline, OUTSIDE, 1010, "gap");
	assert_true(is_known(timeline, OUTSIDE, 1110));
	timeline_close(timeline);
}

static void a_list_long_after_a_second_listing_comes_after_a_gap(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	feed_running(timeline, 30, "ADDED", "a", 1);
	feed_running(timeline, 31, "MODIFIED", "a", 1);
	fed_progress(timeline, 40);
	fed_sync(timeline, 200, "SYNC_BEGIN", "pods", ++revision);
	fed_sync(timeline, 200, "SYNC_END", "pods", revision);
	fed_progress(timeline, 230);
	assert_reason(timeline, OUTSIDE, 100, "gap");
	timeline_close(timeline);
}

static void a_closed_topic_shows_nothing_after_the_end_of_its_watch(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	assert_true(is_known(timeline, OUTSIDE, 3000));
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, OUTSIDE, HALF_AN_HOUR - 20));
	assert_reason(timeline, OUTSIDE, HALF_AN_HOUR, "gap");
	assert_reason(timeline, OUTSIDE, 3000, "gap");
	assert_false(timeline_is_final(timeline));
	/* The topic grows. */
	assert_int_equal(timeline_set_closed(timeline, false), 0);
	assert_true(is_known(timeline, OUTSIDE, 3000));
	feed_running(timeline, 2000, "MODIFIED", "a", 1);
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, OUTSIDE, HALF_AN_HOUR));
	assert_reason(timeline, OUTSIDE, 2000, "gap");
	timeline_close(timeline);
}

/* Pods were watched up to 2000, services up to 3500. */
static void a_holder_is_not_certain_after_the_end_of_its_watch(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	fed_object(timeline, 3, "ADDED", "services", SERVICE);
	feed_running(timeline, 2000, "MODIFIED", "a", 1);
	fed_object(timeline, 3500, "MODIFIED", "services", SERVICE);
	assert_true(is_known(timeline, POD, 3000));
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, POD, 1989));
	assert_reason(timeline, POD, 1990, "gap");
	assert_reason(timeline, POD, 3000, "gap");
	assert_true(is_known(timeline, POD, 1989));
	assert_true(certain_to(timeline, POD) == 1989);
	/* The topic grows. */
	assert_int_equal(timeline_set_closed(timeline, false), 0);
	assert_true(is_known(timeline, POD, 3000));
	timeline_close(timeline);
}

/* The second listing has a pod that started at 2500, so that watch was open up to 4300 at least. */
static void a_watch_is_not_older_than_a_pod_that_it_lists(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	feed_running(timeline, 3, "ADDED", "a", 1);
	feed_running(timeline, 2500, "ADDED", "b", 2);
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, POD, 4289));
	assert_reason(timeline, POD, 4290, "gap");
	timeline_close(timeline);
}

/* It was there until its last container finished, which its last record says. */
static void a_holder_that_finished_is_certain_until_then(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	fed_object(timeline, 3, "ADDED", "services", SERVICE);
	feed_pod(timeline, 2000, "MODIFIED", "a",
		 quoted("{'phase':'Running','startTime':'2026-11-23T08:00:00Z',"
			"'podIP':'10.1.0.1','containerStatuses':[{'state':{'terminated':{"
			"'startedAt':'2026-11-23T08:00:00Z',"
			"'finishedAt':'2026-11-23T08:33:18Z'}}}]}"));
	fed_object(timeline, 3500, "MODIFIED", "services", SERVICE);
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, POD, 1997));
	assert_reason(timeline, POD, 1998, "gap");
	assert_true(certain_to(timeline, POD) == 1997);
	timeline_close(timeline);
}

static void with_kube_until_a_closed_topic_has_no_such_end(void **state)
{
	struct timeline *timeline = opened(WHEN_MAX);

	(void)state;
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, OUTSIDE, 3000));
	timeline_close(timeline);
}

static void a_list_leaves_no_watch_to_end(void **state)
{
	struct timeline *timeline = opened(WHEN_MIN);

	(void)state;
	fed_sync(timeline, 3, "SYNC_BEGIN", "pods", 900);
	feed_running(timeline, 3, "ADDED", "a", 1);
	fed_sync(timeline, 3, "SYNC_END", "pods", 900);
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(is_known(timeline, OUTSIDE, 3000));
	timeline_close(timeline);
}

static void a_change_of_an_object_that_was_not_listed_shows_that_nothing_was(void **state)
{
	static const char *const types[] = {"MODIFIED", "DELETED"};

	(void)state;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		struct timeline *timeline = opened(WHEN_MIN);

		assert_true(is_known(timeline, OUTSIDE, 30));
		feed_running(timeline, 3, types[t], "old", 2);
		assert_reason(timeline, OUTSIDE, 30, "before_coverage");
		timeline_close(timeline);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_pod_that_has_an_address_is_of_another_listing),
		cmocka_unit_test(a_pod_without_an_address_is_of_no_listing),
		cmocka_unit_test(the_gap_before_a_listing_begins_with_the_last_record_of_the_watch),
		cmocka_unit_test(a_list_long_after_a_second_listing_comes_after_a_gap),
		cmocka_unit_test(a_closed_topic_shows_nothing_after_the_end_of_its_watch),
		cmocka_unit_test(a_holder_is_not_certain_after_the_end_of_its_watch),
		cmocka_unit_test(a_watch_is_not_older_than_a_pod_that_it_lists),
		cmocka_unit_test(a_holder_that_finished_is_certain_until_then),
		cmocka_unit_test(with_kube_until_a_closed_topic_has_no_such_end),
		cmocka_unit_test(a_list_leaves_no_watch_to_end),
		cmocka_unit_test(a_change_of_an_object_that_was_not_listed_shows_that_nothing_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
