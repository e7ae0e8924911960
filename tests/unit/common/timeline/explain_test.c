/* What an answer rests on, as values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "common/timeline/explain.h"
#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define POD(type, uid, name, received, status)                                        \
	"{'type':'" type "','resource':'pods','received':'2026-11-23T08:00:" received \
	"Z','object':{'metadata':{'name':'" name "','namespace':'shop','uid':'" uid   \
	"','resourceVersion':'7','ownerReferences':[{'controller':true,'kind':"       \
	"'StatefulSet','name':'db','uid':'s'}]},'spec':{'nodeName':'n1'},"            \
	"'status':{" status "}}}"
#define RUNNING(from, ready)                                                       \
	"'phase':'Running','startTime':'2026-11-23T08:00:" from                    \
	"Z','podIP':'10.1.0.1','conditions':[{'type':'PodReadyToStartContainers'," \
	"'status':'True','lastTransitionTime':'2026-11-23T08:00:" ready "Z'}]"
#define SYNC(which)                                                                                \
	"{'type':'SYNC_" which "','resource':'pods','received':'2026-11-23T08:00:03Z','scope':{}," \
	"'resourceVersion':'7'}"
#define GAP                                                                         \
	"{'type':'GAP','resource':'pods','received':'2026-11-23T08:00:55Z','from':" \
	"'2026-11-23T08:00:50Z','to':'2026-11-23T08:00:55Z','reason':'expired'}"

static struct timeline *fed(void)
{
	static const char *const records[] = {
		SYNC("BEGIN"),
		POD("ADDED", "u1", "db-0", "03", RUNNING("01", "02")),
		SYNC("END"),
		POD("MODIFIED", "u2", "db-1", "23", RUNNING("20", "22")),
		POD("MODIFIED", "u3", "db-2", "24",
		    "'phase':'Pending','startTime':'2026-11-23T08:00:23Z'"),
		GAP,
	};
	const struct timeline_options options = {.hold_ns = NS_PER_SECOND,
						 .skew_ns = 500 * NS_PER_MS,
						 .kube_from = WHEN_MIN,
						 .kube_until = WHEN_MIN};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
		const char *why;

		assert_int_equal(timeline_apply(timeline, (int64_t)r, quoted(records[r]),
						strlen(quoted(records[r])), -1, &why),
				 TIMELINE_APPLIED);
	}
	return timeline;
}

static struct explain explained(struct timeline *timeline, const char *ip, int64_t seconds)
{
	struct timeline_question question = {
		.port = -1,
		.transport = -1,
		.start = {(SECOND_0 + seconds) * NS_PER_SECOND},
		.end = {(SECOND_0 + seconds) * NS_PER_SECOND},
		.position = 5,
	};
	struct explain explain;

	assert_int_equal(ip_parse(ip, strlen(ip), &question.ip), 0);
	assert_int_equal(explain_answer(timeline, &question, &explain), 0);
	return explain;
}

static void assert_span(struct span span, const char *expected)
{
	assert_true(span_equal(span, span_of(expected)));
}

static void the_answer_and_the_history_are_values(void **state)
{
	struct timeline *timeline = fed();
	struct explain explain = explained(timeline, "10.1.0.1", 10);
	const struct named_holder *holder = explain.answer.holder;

	(void)state;
	assert_int_equal(explain.answer.status, TIMELINE_KNOWN);
	assert_true(explain.answer.certain);
	assert_string_equal(explain.answer.kind, "pod");
	assert_span(holder->full_name, "shop/db-0");
	assert_span(holder->namespace, "shop");
	assert_span(holder->name, "db-0");
	assert_span(holder->uid, "u1");
	assert_span(holder->node, "n1");
	assert_span(holder->workload_kind, "StatefulSet");
	assert_span(holder->workload_name, "db");
	assert_string_equal(holder->workload_member, "statefulset");
	assert_int_equal(holder->start.ns, (SECOND_0 + 2) * NS_PER_SECOND);
	assert_string_equal(holder->start_from, "sandbox");
	assert_null(holder->end_from);
	assert_int_equal(explain.history.count, 2);
	assert_span(explain.history.bindings[1].holder->full_name, "shop/db-1");
	explain_clear(&explain);
	timeline_close(timeline);
}

static void each_binding_is_judged_and_ordered(void **state)
{
	struct timeline *timeline = fed();
	struct explain explain = explained(timeline, "10.1.0.1", 21);

	(void)state;
	assert_true(explain_is_before(&explain, 0, 1));
	assert_false(explain_is_before(&explain, 1, 0));
	assert_true(explain_is_possible(&explain, 0));
	assert_true(explain_is_possible(&explain, 1));
	assert_false(explain_is_certain(&explain, 0));
	assert_false(explain_is_certain(&explain, 1));
	assert_int_equal(explain.answer.status, TIMELINE_AMBIGUOUS);
	assert_int_equal(explain.unrecorded_count, 0);
	assert_int_equal(explain.gap_count, 0);
	explain_clear(&explain);
	timeline_close(timeline);
}

static void what_else_counts_is_listed(void **state)
{
	struct timeline *timeline = fed();
	struct explain explain = explained(timeline, "10.1.0.9", 49);

	(void)state;
	assert_int_equal(explain.unrecorded_count, 4);
	assert_string_equal(explain.unrecorded[0], "gap");
	assert_string_equal(explain.unrecorded[1], "before_coverage");
	assert_string_equal(explain.unrecorded[2], "unpublished_pod");
	assert_string_equal(explain.unrecorded[3], "other_machine");
	assert_int_equal(explain.gap_count, 1);
	assert_int_equal(explain.gaps[0].from.ns, (SECOND_0 + 50) * NS_PER_SECOND);
	assert_int_equal(explain.unpublished_count, 1);
	assert_string_equal(explain.unpublished[0].full_name, "shop/db-2");
	assert_true(when_is_max(explain.unpublished[0].until));
	assert_int_equal(explain.coverage[KUBE_PODS].ns, (SECOND_0 + 3) * NS_PER_SECOND);
	assert_true(when_is_min(explain.coverage[KUBE_NODES]));
	assert_false(explain.in_range);
	explain_clear(&explain);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_and_the_history_are_values),
		cmocka_unit_test(each_binding_is_judged_and_ordered),
		cmocka_unit_test(what_else_counts_is_listed),
	};

	log_init("explain_test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
