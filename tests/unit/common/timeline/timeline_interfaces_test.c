/* The records of pods' interfaces on their way into the store, and out of it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/timeline.h"
#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define TIME "2026-11-23T08:%02d:%02d%sZ"

static void apply(struct timeline *timeline, const char *record)
{
	int64_t offset = timeline_next_offset(timeline);
	const char *why;

	assert_int_equal(timeline_apply(timeline, offset, record, strlen(record), -1, &why),
			 TIMELINE_APPLIED);
}

/* Pod NAME has 10.244.1.7 from second READY to second GONE, 0 for as yet. */
static void add_pod(struct timeline *timeline, const char *name, int ready, int gone)
{
	static const char running[] = "'running':{'startedAt':'" TIME "'}",
			  over[] = "'terminated':{'startedAt':'" TIME "','finishedAt':'" TIME "'}";
	char state[256], object[1024];

	for (int ended = 0; ended <= (gone != 0); ended++) {
		if (ended)
			snprintf(state, sizeof(state), over, ready / 60, ready % 60, "", gone / 60,
				 gone % 60, "");
		else
			snprintf(state, sizeof(state), running, ready / 60, ready % 60, "");
		snprintf(object, sizeof(object),
			 "{'kind':'Pod','metadata':{'name':'%s','namespace':'shop','uid':'%s',"
			 "'resourceVersion':'%d'},'spec':{'nodeName':'n1'},'status':{'phase':'%s',"
			 "'startTime':'" TIME "','podIP':'10.244.1.7','podIPs':[{'ip':"
			 "'10.244.1.7'}],'containerStatuses':[{'name':'c','state':{%s}}]}}",
			 name, name, ready * 2 + ended, ended ? "Succeeded" : "Running",
			 (ready - 1) / 60, (ready - 1) % 60, "", state);
		fed_object(timeline, ended ? gone + 1 : ready + 1, ended ? "MODIFIED" : "ADDED",
			   "pods", quoted(object));
	}
}

/* Its interface carried 10.244.1.7, and EXTRA, from second FIRST to second LAST and a half. */
static void add_interface(struct timeline *timeline, const char *uid, int first, int last,
			  const char *extra)
{
	char record[1024];

	snprintf(
		record, sizeof(record),
		"{'type':'MODIFIED','resource':'interfaces','object':{"
		"'metadata':{'name':'veth1','uid':'%s'},'spec':{'node':'n1','host':'h1'},'status':{"
		"'addresses':[{'ip':'10.244.1.7','first':'" TIME "','last':'" TIME "'}%s]}}}",
		uid, first / 60, first % 60, ".2", last / 60, last % 60, ".5", extra);
	apply(timeline, quoted(record));
}

static void lists(struct timeline *timeline)
{
	static const char *const resources[] = {"pods", "nodes", "services", "endpointslices"};

	for (size_t r = 0; r < 4; r++)
		fed_list(timeline, 1, resources[r], 1, "{}");
}

static const char *start_from(struct timeline *timeline, int second)
{
	struct timeline_answer answer = fed_answer(timeline, "10.244.1.7", 80, second);

	return answer.status == TIMELINE_KNOWN ? answer.holder->start_from : "";
}

static void an_interface_moves_the_start_of_a_tenure(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	lists(timeline);
	add_pod(timeline, "a", 100, 0);
	fed_progress(timeline, 200);
	assert_string_equal(start_from(timeline, 120), "started");
	add_interface(timeline, "i", 100, 150, "");
	assert_string_equal(start_from(timeline, 120), "interface");
	add_interface(timeline, "i", 110, 120, "");
	assert_string_equal(start_from(timeline, 120), "interface");
	add_interface(timeline, "i", 110, 120,
		      ",{'ip':'10.244.1.8','first':'2026-11-23T08:02:00Z',"
		      "'last':'2026-11-23T08:02:00Z'}");
	assert_string_equal(start_from(timeline, 120), "started");
	timeline_close(timeline);
}

static uint64_t counted(struct timeline *timeline, enum contradiction kind)
{
	assert_int_equal(timeline_flush(timeline), 0);
	return timeline_stats(timeline).contradictions[kind];
}

static void a_contradiction_is_counted_once(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	lists(timeline);
	add_pod(timeline, "a", 100, 160);
	add_pod(timeline, "b", 120, 0);
	add_interface(timeline, "i", 120, 180, "");
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_PODS), 0);
	add_interface(timeline, "i", 120, 190, "");
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_PODS), 1);
	add_interface(timeline, "i", 120, 200, "");
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_PODS), 1);
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_ADDRESSES), 0);
	/* Of another meter's start, with the same name: it is no other interface. */
	add_interface(timeline, "j", 120, 185, "");
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_PODS), 2);
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_INTERFACES), 0);
	add_interface(timeline, "j", 120, 185,
		      ",{'ip':'10.244.1.8','first':'2026-11-23T08:02:00Z',"
		      "'last':'2026-11-23T08:02:00Z'}");
	assert_int_equal(counted(timeline, CONTRADICTION_TWO_ADDRESSES), 1);
	timeline_close(timeline);
}

/* How many rows begin with KEY. */
static size_t rows(struct timeline *timeline, const struct text *key)
{
	struct store_scan *scan = store_scan_begin(timeline->store, key, key);
	struct span found, value;
	size_t count = 0;

	while (store_scan_next(scan, &found, &value) == 1)
		count++;
	store_scan_end(scan);
	return count;
}

static void an_interface_is_forgotten_with_what_it_was_of(void **state)
{
	static const struct timeline_options options = {
		.hold_ns = 10 * NS_PER_SECOND,
		.skew_ns = NS_PER_SECOND / 2,
		.retention_ns = 320 * NS_PER_SECOND,
	};
	struct timeline *timeline = timeline_open(NULL, &options);
	struct text key;
	struct ip ip;

	(void)state;
	assert_non_null(timeline);
	assert_int_equal(ip_parse("10.244.1.7", 10, &ip), 0);
	text_init(&key, 64);
	lists(timeline);
	add_pod(timeline, "a", 100, 150);
	add_interface(timeline, "i", 100, 149, "");
	add_pod(timeline, "b", 200, 0);
	add_interface(timeline, "j", 200, 250, "");
	row_key_interfaces(&key, 0, &ip);
	assert_int_equal(rows(timeline, &key), 2);
	fed_progress(timeline, 480); /* the horizon is after the packets, and after the end */
	fed_progress(timeline, 490);
	assert_int_equal(rows(timeline, &key), 1);
	for (int second = 1000; second < 1010; second++)
		fed_progress(timeline, second);
	assert_int_equal(rows(timeline, &key), 0);
	text_clear(&key);
	codec_add_u8(&key, 'b');
	assert_int_equal(rows(timeline, &key), 0);
	text_free(&key);
	timeline_close(timeline);
}

static void a_record_without_a_node_is_unreadable_and_leaves_nothing_unread(void **state)
{
	static const char record[] = "{'type':'ADDED','resource':'interfaces','object':{"
				     "'metadata':{'name':'v','uid':'u'}}}";
	struct timeline *timeline = fed_open();
	const char *why;

	(void)state;
	lists(timeline);
	fed_progress(timeline, 200);
	assert_int_equal(timeline_apply(timeline, timeline_next_offset(timeline), quoted(record),
					sizeof(record) - 1, -1, &why),
			 TIMELINE_UNREADABLE);
	assert_non_null(strstr(why, "spec.node"));
	assert_int_equal(fed_answer(timeline, "203.0.113.9", 80, 100).status, TIMELINE_KNOWN);
	timeline_close(timeline);
}

static enum timeline_outcome apply_any(struct timeline *timeline, const char *record)
{
	const char *why;

	return timeline_apply(timeline, timeline_next_offset(timeline), record, strlen(record), -1,
			      &why);
}

/* An interface of CLUSTER carried 10.244.1.7 from second 100 to 149 and a half. */
static void add_early(struct timeline *timeline, const char *cluster)
{
	char record[1024];

	snprintf(record, sizeof(record),
		 "{'type':'MODIFIED','cluster':'%s','resource':'interfaces','object':{'metadata':{"
		 "'name':'veth1','uid':'i'},'spec':{'node':'n1'},'status':{'addresses':[{"
		 "'ip':'10.244.1.7','first':'" TIME "','last':'" TIME "'}]}}}",
		 cluster, 1, 40, ".2", 2, 29, ".5");
	assert_int_not_equal(apply_any(timeline, quoted(record)), TIMELINE_BROKEN);
}

static void an_interface_does_not_make_its_cluster_be_there(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	add_early(timeline, "typo");
	assert_int_equal(timeline_cluster_count(timeline), 0);
	lists(timeline);
	add_pod(timeline, "a", 100, 0);
	add_early(timeline, "typo");
	fed_progress(timeline, 200);
	assert_int_equal(timeline_cluster_count(timeline), 1);
	assert_string_equal(timeline_cluster_name(timeline, 0), "");
	assert_string_equal(start_from(timeline, 120), "started");
	assert_int_equal(timeline_stats(timeline).early_kept, 2);
	timeline_close(timeline);
}

static void an_interface_may_be_told_before_its_cluster_is_there(void **state)
{
	char directory[] = "/tmp/timeline-interfaces-XXXXXX", path[64], command[64];
	static const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
							.skew_ns = NS_PER_SECOND / 2,
							.kube_from = {INT64_MIN},
							.kube_until = {INT64_MIN}};
	struct timeline *timeline;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/timeline", directory);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	timeline = timeline_open(path, &options);
	assert_non_null(timeline);
	add_early(timeline, "typo");
	add_early(timeline, "");
	timeline_close(timeline);
	timeline = timeline_open(path, &options);
	assert_non_null(timeline);
	assert_int_equal(timeline_cluster_count(timeline), 0);
	lists(timeline);
	add_pod(timeline, "a", 100, 0);
	fed_progress(timeline, 200);
	assert_int_equal(timeline_cluster_count(timeline), 1);
	assert_string_equal(start_from(timeline, 120), "interface");
	timeline_close(timeline);
	assert_int_equal(system(command), 0);
}

static void so_many_clusters_that_are_not_there_are_kept(void **state)
{
	struct timeline *timeline = fed_open();
	char name[16];

	(void)state;
	for (int c = 0; c < UNNAMED_CLUSTERS_MAX + 3; c++) {
		snprintf(name, sizeof(name), "typo%d", c);
		add_early(timeline, name);
	}
	assert_int_equal(timeline_stats(timeline).early_kept, UNNAMED_CLUSTERS_MAX);
	assert_int_equal(timeline_stats(timeline).early_refused, 3);
	timeline->topic.early = EARLY_RECORDS_MAX - 1;
	add_early(timeline, "typo1");
	add_early(timeline, "typo1");
	assert_int_equal(timeline_stats(timeline).early_kept, UNNAMED_CLUSTERS_MAX + 1);
	assert_int_equal(timeline_stats(timeline).early_refused, 4);
	lists(timeline);
	add_early(timeline, "");
	assert_int_equal(timeline_cluster_count(timeline), 1);
	assert_int_equal(timeline_stats(timeline).early_refused, 4);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_moves_the_start_of_a_tenure),
		cmocka_unit_test(a_contradiction_is_counted_once),
		cmocka_unit_test(an_interface_is_forgotten_with_what_it_was_of),
		cmocka_unit_test(a_record_without_a_node_is_unreadable_and_leaves_nothing_unread),
		cmocka_unit_test(an_interface_does_not_make_its_cluster_be_there),
		cmocka_unit_test(an_interface_may_be_told_before_its_cluster_is_there),
		cmocka_unit_test(so_many_clusters_that_are_not_there_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
