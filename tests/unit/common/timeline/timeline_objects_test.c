/* Objects in, answers out: services, slices and owners (docs/answers.md sections 3, 4, 7, 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

/* The service shop/web with SPEC and this revision, received at SECOND. */
static void feed_service(struct timeline *timeline, int second, int revision, const char *spec)
{
	char object[512];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web','namespace':'shop','uid':'uid-s',"
			"'resourceVersion':'%d','creationTimestamp':'2026-11-23T08:00:01Z'},"
			"'spec':%s}"),
		 revision, spec);
	fed_object(timeline, second, "MODIFIED", "services", object);
}

/* Empty lists, so that everything is covered. */
static void feed_lists(struct timeline *timeline)
{
	static const char *const resources[] = {"pods", "nodes", "services"};

	for (size_t r = 0; r < 3; r++) {
		fed_sync(timeline, 1, "SYNC_BEGIN", resources[r], 1);
		fed_sync(timeline, 1, "SYNC_END", resources[r], 1);
	}
}

static void an_address_was_held_until_its_last_record_or_progress(void **state)
{
	/* The last PROGRESS and the last record with the address, then removal at 40. */
	static const struct {
		int progress, shown, certain_to;
	} cases[] = {{20, 30, 30}, {30, 20, 30}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = fed_open();

		feed_lists(timeline);
		feed_service(timeline, 3, 7, quoted("{'clusterIP':'10.2.0.1'}"));
		for (int second = 4; second < 40; second++) {
			if (second == cases[c].progress)
				fed_progress(timeline, second);
			if (second == cases[c].shown)
				feed_service(timeline, second, 8,
					     quoted("{'clusterIP':'10.2.0.1'}"));
		}
		feed_service(timeline, 40, 9, quoted("{'clusterIP':'10.2.0.2'}"));
		assert_int_equal(
			fed_answer(timeline, "10.2.0.1", 80, cases[c].certain_to - 1).status,
			TIMELINE_KNOWN);
		assert_string_equal(
			fed_answer(timeline, "10.2.0.1", 80, cases[c].certain_to).reason,
			"hand_over");
		timeline_close(timeline);
	}
}

static void a_node_port_that_was_swapped_is_closed(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	fed_object(timeline, 1, "ADDED", "nodes",
		   quoted("{'metadata':{'name':'n1','uid':'uid-n','resourceVersion':'5'},'status':{"
			  "'addresses':[{'type':'InternalIP','address':'10.3.0.1'}]}}"));
	feed_service(timeline, 3, 7, quoted("{'ports':[{'port':80,'nodePort':30080}]}"));
	feed_service(timeline, 20, 8, quoted("{'ports':[{'port':80,'nodePort':30081}]}"));
	assert_int_equal(fed_answer(timeline, "10.3.0.1", 30080, 10).services.count, 1);
	assert_int_equal(fed_answer(timeline, "10.3.0.1", 30080, 30).services.count, 0);
	assert_int_equal(fed_answer(timeline, "10.3.0.1", 30081, 10).services.count, 0);
	assert_int_equal(fed_answer(timeline, "10.3.0.1", 30081, 30).services.count, 1);
	timeline_close(timeline);
}

/* The slice NAME, received at SECOND, lists the pod uid-p. */
static void feed_slice(struct timeline *timeline, const char *name, int second)
{
	char object[640];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'%s','namespace':'shop','uid':'uid-%s',"
			"'labels':{'kubernetes.io/service-name':'web'}},"
			"'endpoints':[{'addresses':['10.1.0.1'],'targetRef':{'uid':'uid-p'}}]}"),
		 name, name);
	fed_object(timeline, second, "ADDED", "endpointslices", object);
}

/* The pod uid-p, with the rest of its METADATA and its STATUS. */
static void feed_pod(struct timeline *timeline, int second, int revision, const char *metadata,
		     const char *status)
{
	char object[1024];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web-a','namespace':'shop','uid':'uid-p',"
			"'resourceVersion':'%d'%s},'status':{'startTime':'2026-11-23T08:00:01Z',%s}"
			"}"),
		 revision, metadata, quoted(status));
	fed_object(timeline, second, "MODIFIED", "pods", object);
}

static const char running[] = "'podIPs':[{'ip':'10.1.0.1'}],'containerStatuses':[{'state':{"
			      "'running':{'startedAt':'2026-11-23T08:00:02Z'}}}]";
static const char terminated[] = "'containerStatuses':[{'state':{'terminated':{"
				 "'startedAt':'2026-11-23T08:00:02Z',"
				 "'finishedAt':'2026-11-23T08:00:10Z'}}}]";
static const char waiting[] = "'podIPs':[{'ip':'10.1.0.1'}],"
			      "'containerStatuses':[{'state':{'waiting':{}}}]";

static void an_endpoint_of_a_later_epoch_opens_after_the_one_before(void **state)
{
	/* Two memberships, the first of them when the epoch before ended or a second later. */
	static const struct {
		int first, second;
		const char *start_from;
		int64_t start;
	} cases[] = {
		{10, 10, "received", 15},
		{10, 12, "endpoint", 12},
		{11, 12, "endpoint", 11},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = fed_open();
		struct timeline_answer answer;

		feed_pod(timeline, 3, 7, "", running);
		feed_pod(timeline, 11, 8, "", terminated);
		feed_pod(timeline, 15, 9, "", waiting);
		feed_slice(timeline, "one", cases[c].first);
		feed_slice(timeline, "two", cases[c].second);
		answer = fed_answer(timeline, "10.1.0.1", 80, 50);
		assert_non_null(answer.holder);
		assert_string_equal(answer.holder->start_from, cases[c].start_from);
		assert_int_equal(answer.holder->start.ns / NS_PER_SECOND % 60, cases[c].start);
		timeline_close(timeline);
	}
}

static void a_pod_of_a_replica_set_belongs_to_the_deployment(void **state)
{
	static const struct {
		const char *name, *hash;
		const char *set; /* its record's own owners, NULL for no record */
		const char *kind, *workload;
	} cases[] = {
		{"web-h1", "h1", NULL, "Deployment", "web"},
		{"web-h1", "h2", NULL, "ReplicaSet", "web-h1"},
		{"webxh1", "h1", NULL, "ReplicaSet", "webxh1"}, /* no hyphen before the hash */
		{"web-h1", "h1", "[{'kind':'Rollout','name':'roll','controller':true}]", "Rollout",
		 "roll"},
		{"web-h1", "h1", "[]", "ReplicaSet", "web-h1"}, /* it has no controller */
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = fed_open();
		struct timeline_answer answer;
		char text[512];

		snprintf(
			text, sizeof(text),
			quoted(",'labels':{'pod-template-hash':'%s'},'ownerReferences':[{"
			       "'kind':'ReplicaSet','name':'%s','uid':'uid-r','controller':true}]"),
			cases[c].hash, cases[c].name);
		feed_pod(timeline, 3, 7, text, running);
		if (cases[c].set != NULL) {
			snprintf(text, sizeof(text),
				 quoted("{'metadata':{'name':'%s','namespace':'shop','uid':'uid-r',"
					"'resourceVersion':'6','ownerReferences':%s}}"),
				 cases[c].name, quoted(cases[c].set));
			fed_object(timeline, 4, "ADDED", "replicasets", text);
		}
		answer = fed_answer(timeline, "10.1.0.1", 80, 50);
		assert_non_null(answer.holder);
		assert_true(span_equal(answer.holder->workload_kind, span_of(cases[c].kind)));
		assert_true(span_equal(answer.holder->workload_name, span_of(cases[c].workload)));
		timeline_close(timeline);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_was_held_until_its_last_record_or_progress),
		cmocka_unit_test(a_node_port_that_was_swapped_is_closed),
		cmocka_unit_test(an_endpoint_of_a_later_epoch_opens_after_the_one_before),
		cmocka_unit_test(a_pod_of_a_replica_set_belongs_to_the_deployment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
