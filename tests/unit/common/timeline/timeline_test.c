/* The timeline as its users see it: records in, positions and answers out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "common/timeline/timeline.h"
#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define POD_STATUS                                                                  \
	"'status':{'phase':'Running','startTime':'2026-11-23T08:00:01Z',"           \
	"'podIP':'10.1.0.1','containerStatuses':[{'state':{'running':{'startedAt':" \
	"'2026-11-23T08:00:02Z'}}}]}"
#define KNOWN_POD                                                            \
	"{'status':'known','kind':'pod','k8s':{'namespace':{'name':'shop'}," \
	"'pod':{'name':'web-h1-a','uid':'uid-a'}"
#define NOT_COVERED quoted("{'status':'unknown','reason':'before_coverage'}")
#define OUTSIDE quoted("{'status':'known','kind':'outside'}")
#define BINDING                                                  \
	",'binding':{'start':'2026-11-23T08:00:02Z','end':null," \
	"'start_from':'started'}}"

static struct when at(int64_t seconds)
{
	return (struct when){(SECOND_0 + seconds) * NS_PER_SECOND};
}

static struct timeline *opened(const char *cluster)
{
	const struct timeline_options options = {.cluster = cluster,
						 .hold_ns = 10 * NS_PER_SECOND,
						 .skew_ns = 500 * NS_PER_MS,
						 .kube_from = WHEN_MIN,
						 .kube_until = WHEN_MIN};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	return timeline;
}

static enum timeline_outcome feed(struct timeline *timeline, const char *record,
				  int64_t timestamp_ms)
{
	const char *why;
	enum timeline_outcome outcome = timeline_apply(timeline, timeline_next_offset(timeline),
						       record, strlen(record), timestamp_ms, &why);

	assert_true((outcome == TIMELINE_UNREADABLE) == (why != NULL));
	return outcome;
}

static void feed_progress(struct timeline *timeline, const char *cluster, const char *known,
			  const char *received)
{
	char record[256];

	snprintf(record, sizeof(record),
		 quoted("{'type':'PROGRESS','cluster':'%s','known':'2026-11-23T08:00:%sZ',"
			"'received':'2026-11-23T08:00:%sZ'}"),
		 cluster, known, received);
	feed(timeline, record, -1);
}

/* A pod of the ReplicaSet web-h1 on n1, received at 08:00:03. */
static void feed_pod(struct timeline *timeline, const char *cluster, const char *uid)
{
	char record[1024];

	snprintf(record, sizeof(record),
		 quoted("{'type':'ADDED','cluster':'%s','resource':'pods',"
			"'received':'2026-11-23T08:00:03Z','object':{'metadata':{"
			"'name':'web-h1-a','namespace':'shop','uid':'%s','resourceVersion':'7',"
			"'labels':{'pod-template-hash':'h1'},'ownerReferences':[{"
			"'controller':true,'kind':'ReplicaSet','name':'web-h1','uid':'uid-set'}]},"
			"'spec':{'nodeName':'n1'}," POD_STATUS "}}"),
		 cluster, uid);
	assert_int_equal(feed(timeline, record, -1), TIMELINE_APPLIED);
}

static void assert_answer(struct timeline *timeline, const char *ip, int64_t seconds,
			  int64_t position, const char *expected)
{
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.start = at(seconds),
		.end = at(seconds),
		.position = position,
	};
	struct timeline_answer answer;
	struct text out;

	assert_int_equal(ip_parse(ip, strlen(ip), &question.ip), 0);
	assert_int_equal(timeline_answer(timeline, &question, &answer), 0);
	text_init(&out, 1 << 16);
	timeline_answer_json(&answer, &out);
	assert_string_equal(text_terminate(&out), expected);
	text_free(&out);
}

static void the_position_is_the_first_progress_a_hold_after_the_end(void **state)
{
	struct timeline *timeline = opened(NULL);
	struct timeline_position position;

	(void)state;
	assert_int_equal(timeline_position_for(timeline, at(0), &position), 0);
	feed_progress(timeline, "", "20", "20");
	feed_progress(timeline, "", "30", "29"); /* from the future */
	feed_progress(timeline, "", "19", "30"); /* backwards */
	feed_progress(timeline, "", "30", "31");
	assert_int_equal(timeline_stats(timeline).progress_refused, 2);
	assert_false(timeline_ends_after(timeline, at(21)));
	assert_int_equal(timeline_position_for(timeline, at(9), &position), 1);
	assert_int_equal(position.offset, 0);
	assert_int_equal(position.known.ns, at(20).ns);
	assert_int_equal(timeline_position_for(timeline, at(11), &position), 1);
	assert_int_equal(position.offset, 3);
	assert_int_equal(timeline_position_for(timeline, at(21), &position), 0);
	assert_int_equal(timeline_position_progress(timeline).offset, 3);
	feed(timeline, "{}", -1);
	assert_int_equal(timeline_position_last(timeline).offset, 4);
	assert_int_equal(timeline_position_last(timeline).known.ns, at(30).ns);
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_int_equal(timeline_position_for(timeline, at(21), &position), 0);
	assert_false(timeline_ends_after(timeline, at(21)));
	timeline_close(timeline);
}

static void what_cannot_be_read_is_counted_and_skipped(void **state)
{
	static const char *const records[] = {
		"",
		"[]",
		"{'type':'ADDED'",
		"{'type':'NEWS','received':'2026-11-23T08:00:00Z'}",
		"{'type':'GAP','received':'2026-11-23T08:00:00Z'}",
		/* no time at all */
		("{'type':'ADDED','resource':'pods','object':{'metadata':{'uid':'a','name':'a'}}}"),
	};
	struct timeline *timeline = opened(NULL);
	size_t count = sizeof(records) / sizeof(records[0]);

	(void)state;
	for (size_t r = 0; r < count; r++)
		assert_int_equal(feed(timeline, quoted(records[r]), -1), TIMELINE_UNREADABLE);
	assert_int_equal(timeline_stats(timeline).unreadable, count);
	assert_int_equal(timeline_next_offset(timeline), count);
	assert_int_equal(feed(timeline,
			      quoted("{'type':'ADDED','object':{'kind':'Secret',"
				     "'metadata':{'uid':'x','name':'x'}}}"),
			      -1),
			 TIMELINE_IGNORED);
	feed_pod(timeline, "", "uid-a");
	assert_answer(
		timeline, "10.1.0.1", 30, (int64_t)count + 1,
		quoted(KNOWN_POD ",'deployment':{'name':'web'},'node':{'name':'n1'}}" BINDING));
	timeline_close(timeline);
}

static void an_offset_below_the_next_is_ignored(void **state)
{
	struct timeline *timeline = opened(NULL);
	const char *why;

	(void)state;
	feed_progress(timeline, "", "20", "20");
	assert_int_equal(timeline_apply(timeline, 0, "{", 1, -1, &why), TIMELINE_IGNORED);
	assert_int_equal(timeline_apply(timeline, 17, "{", 1, -1, &why), TIMELINE_UNREADABLE);
	assert_int_equal(timeline_next_offset(timeline), 18);
	timeline_close(timeline);
}

static void clusters_are_independent(void **state)
{
	struct timeline *timeline = opened("b");
	struct timeline_position position;

	(void)state;
	feed_pod(timeline, "a", "uid-a");
	feed_progress(timeline, "a", "50", "50");
	assert_answer(timeline, "10.1.0.1", 30, 1, NOT_COVERED);
	assert_int_equal(timeline_position_for(timeline, at(30), &position), 0);
	feed_pod(timeline, "b", "uid-a");
	assert_int_equal(timeline_cluster_count(timeline), 2);
	assert_answer(timeline, "10.1.0.1", 30, 1, NOT_COVERED);
	assert_answer(timeline, "10.1.0.1", 30, 2,
		      quoted("{'status':'known','kind':'pod','k8s':{'cluster':{'name':'b'},"
			     "'namespace':{'name':'shop'},'pod':{'name':'web-h1-a','uid':'uid-a'},"
			     "'deployment':{'name':'web'},'node':{'name':'n1'}}" BINDING));
	timeline_close(timeline);
}

static void nothing_is_outside_a_cluster_that_has_no_records(void **state)
{
	struct timeline *timeline = opened(NULL);

	(void)state;
	assert_answer(timeline, "8.8.8.8", 30, -1, NOT_COVERED);
	feed_progress(timeline, "", "50", "50");
	assert_answer(timeline, "8.8.8.8", 30, 0, NOT_COVERED);
	feed_pod(timeline, "", "uid-a");
	/* The front of the topic is gone: a PROGRESS comes before any list. */
	assert_answer(timeline, "8.8.8.8", 30, 1, NOT_COVERED);
	timeline_close(timeline);
}

static void names_are_as_of_the_position(void **state)
{
	const char *set =
		quoted("{'type':'ADDED','resource':'replicasets',"
		       "'received':'2026-11-23T08:00:04Z','object':{'metadata':{'name':'web-h1',"
		       "'uid':'uid-set','resourceVersion':'8','ownerReferences':[{"
		       "'controller':true,'kind':'Rollout','name':'web-roll','uid':'r'}]}}}");
	const char *node =
		quoted("{'type':'ADDED','resource':'nodes','received':'2026-11-23T08:00:00Z',"
		       "'object':{'metadata':{'name':'n1','uid':'uid-n','resourceVersion':'9',"
		       "'labels':{'topology.kubernetes.io/zone':'z1'}},"
		       "'spec':{'podCIDR':'10.1.0.0/24'}}}");
	const char *as_told =
		quoted(KNOWN_POD ",'deployment':{'name':'web'},'node':{'name':'n1'}}" BINDING);
	const char *with_set = quoted(KNOWN_POD ",'workload':{'kind':'Rollout','name':'web-roll'},"
						"'node':{'name':'n1'}}" BINDING);
	const char *with_node = quoted(
		KNOWN_POD ",'workload':{'kind':'Rollout','name':'web-roll'},"
			  "'node':{'name':'n1'}},'cloud':{'availability_zone':'z1'}" BINDING);
	struct timeline *timeline = opened(NULL);

	(void)state;
	feed_pod(timeline, "", "uid-a");
	assert_answer(timeline, "10.1.0.1", 30, 0, as_told);
	feed(timeline, set, -1);
	assert_answer(timeline, "10.1.0.1", 30, 1, with_set);
	feed(timeline, node, -1);
	for (int again = 0; again < 2; again++) {
		assert_answer(timeline, "10.1.0.1", 30, 2, with_node);
		assert_answer(timeline, "10.1.0.1", 30, 0, as_told);
		assert_answer(timeline, "10.1.0.1", 30, 1, with_set);
	}
	/* 10.1.0.1 may be a gateway of the node, so its history was read again. */
	assert_int_equal(timeline_stats(timeline).cache_misses, 2);
	assert_int_equal(timeline_stats(timeline).cache_hits, 6);
	/* The pod uses the node's range, so an address in it that was never seen is not outside. */
	assert_answer(timeline, "10.1.0.9", 30, 2,
		      quoted("{'status':'unknown','reason':'never_seen',"
			     "'candidates':[{'kind':'unrecorded','why':'before_coverage'}]}"));
	assert_answer(timeline, "10.1.0.9", 30, 1, quoted("{'status':'known','kind':'outside'}"));
	timeline_close(timeline);
}

static void received_falls_back_to_the_timestamp_and_to_the_object(void **state)
{
	const char *bare = quoted("{'kind':'Service','metadata':{'name':'web','namespace':'shop',"
				  "'uid':'uid-s','resourceVersion':'3',"
				  "'creationTimestamp':'2026-11-23T08:00:05Z'},"
				  "'spec':{'clusterIP':'10.2.0.1'}}");
#define SERVICE                                                               \
	"'kind':'service','k8s':{'namespace':{'name':'shop'}},"               \
	"'service':{'name':'web','namespace':'shop'},'services':['shop/web']" \
	",'binding':{'start':'2026-11-23T08:00:05Z','end':null,'start_from':'created'}"
	const char *starting =
		quoted("{'status':'unknown','reason':'before_coverage','candidates':[{" SERVICE
		       ",'why':'starting'}]}");
	const char *known = quoted("{'status':'known'," SERVICE "}");
	struct timeline *stamped = opened(NULL), *plain = opened(NULL);

	(void)state;
	assert_int_equal(feed(stamped, bare, (SECOND_0 + 20) * 1000), TIMELINE_APPLIED);
	assert_answer(stamped, "10.2.0.1", 19, 0, starting);
	assert_answer(stamped, "10.2.0.1", 21, 0, known);
	assert_int_equal(feed(plain, bare, -1), TIMELINE_APPLIED);
	assert_answer(plain, "10.2.0.1", 5, 0, starting); /* within the second */
	assert_answer(plain, "10.2.0.1", 7, 0, known);
	timeline_close(stamped);
	timeline_close(plain);
}

/* A record with one text of LENGTH bytes between BEFORE and AFTER, which are quoted. */
static enum timeline_outcome feed_long(struct timeline *timeline, const char *before, int length,
				       const char *after)
{
	static char record[200000];
	static char letters[80001];

	memset(letters, 'x', sizeof(letters) - 1);
	assert_true((size_t)snprintf(record, sizeof(record), "%s%.*s%s", quoted(before), length,
				     letters, quoted(after)) < sizeof(record));
	return feed(timeline, record, 0);
}

struct long_record {
	const char *before, *after;
};

static void a_name_longer_than_any_of_kubernetes_makes_the_object_unreadable(void **state)
{
#define OBJECT(resource, uid) \
	"{'resource':'" resource "','object':{'metadata':{'name':'a','uid':'" uid "',"
#define OWNER(member) "'ownerReferences':[{'controller':true,'" member "':'"
#define SLICE OBJECT("endpointslices", "s")
#define LISTED "'labels':{'kubernetes.io/service-name':'web'}},'endpoints':[{"
	static const struct long_record records[] = {
		{OBJECT("pods", "d") "'namespace':'", "'}}}"},
		{OBJECT("pods", "f") "'x':0},'spec':{'nodeName':'", "'}}}"},
		{OBJECT("nodes", "n") "'labels':{'topology.kubernetes.io/zone':'", "'}}}}"},
		{OBJECT("nodes", "m") "'labels':{'topology.kubernetes.io/region':'", "'}}}}"},
		{OBJECT("services", "v") "'namespace':'", "'}}}"},
		{OBJECT("replicasets", "r") OWNER("kind"), "'}]}}}"},
		{OBJECT("jobs", "j") OWNER("name"), "'}]}}}"},
		{SLICE "'labels':{'kubernetes.io/service-name':'", "'}}}}"},
		{SLICE LISTED "'addresses':['10.1.0.1'],'targetRef':{'uid':'", "'}}]}}"},
	};
	struct timeline *timeline = opened(NULL);

	(void)state;
	for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
		assert_int_equal(feed_long(timeline, records[r].before, 254, records[r].after),
				 TIMELINE_UNREADABLE);
		assert_int_equal(feed_long(timeline, records[r].before, 70000, records[r].after),
				 TIMELINE_UNREADABLE);
		assert_int_equal(feed_long(timeline, records[r].before, 100, records[r].after),
				 TIMELINE_APPLIED);
	}
	timeline_close(timeline);
}

static void an_owner_name_that_is_too_long_does_not_hide_the_pod(void **state)
{
	static const struct long_record records[] = {
		{OBJECT("pods", "b") OWNER("name"), "'}]}}}"},
		{OBJECT("pods", "e") "'labels':{'pod-template-hash':'", "'}}}}"},
	};
	struct timeline *timeline = opened(NULL);

	(void)state;
	for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++)
		assert_int_equal(feed_long(timeline, records[r].before, 70000, records[r].after),
				 TIMELINE_APPLIED);
	timeline_close(timeline);
}

static void a_cluster_that_begins_with_an_unreadable_slice_is_kept(void **state)
{
	char record[512];
	struct timeline_history history;
	struct ip ip;
	char folder[] = "/tmp/tenure-timeline-test-XXXXXX", command[64];
	const struct timeline_options options = {.hold_ns = 0};
	struct timeline *timeline;
	const char *why;

	(void)state;
	assert_non_null(mkdtemp(folder));
	timeline = timeline_open(folder, &options);
	assert_non_null(timeline);
	snprintf(record, sizeof(record),
		 quoted(SLICE LISTED "'addresses':['10.1.0.1'],'targetRef':{'uid':'%0200d'}}]}}"),
		 0);
	assert_int_equal(feed(timeline, record, 0), TIMELINE_UNREADABLE);
	timeline_close(timeline);
	timeline = timeline_open(folder, &options);
	assert_non_null(timeline);
	assert_int_equal(timeline_next_offset(timeline), 1);
	assert_int_equal(timeline_cluster_count(timeline), 1);
	assert_int_equal(timeline_apply(timeline, 1, record, strlen(record), 0, &why),
			 TIMELINE_UNREADABLE);
	assert_int_equal(ip_parse("10.1.0.1", 8, &ip), 0);
	assert_int_equal(timeline_history(timeline, &ip, 1, &history), 0);
	assert_int_equal(history.count, 0);
	timeline_history_clear(&history);
	timeline_close(timeline);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_position_is_the_first_progress_a_hold_after_the_end),
		cmocka_unit_test(what_cannot_be_read_is_counted_and_skipped),
		cmocka_unit_test(an_offset_below_the_next_is_ignored),
		cmocka_unit_test(clusters_are_independent),
		cmocka_unit_test(nothing_is_outside_a_cluster_that_has_no_records),
		cmocka_unit_test(names_are_as_of_the_position),
		cmocka_unit_test(received_falls_back_to_the_timestamp_and_to_the_object),
		cmocka_unit_test(a_name_longer_than_any_of_kubernetes_makes_the_object_unreadable),
		cmocka_unit_test(an_owner_name_that_is_too_long_does_not_hide_the_pod),
		cmocka_unit_test(a_cluster_that_begins_with_an_unreadable_slice_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
