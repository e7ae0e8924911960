/* A timeline that runs out of memory stops, and its store contains nothing wrong: reopened, it
 * continues from there to the same answers, and does not count as damaged. */
#define _GNU_SOURCE /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/timeline/timeline.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/quoted.h"

#define ANSWERS_MAX (64u * 1024)
/* 250 bytes: its keys are longer than the first allocation of a text. */
#define FIFTY "a-name-as-long-as-names-of-kubernetes-objects-are-"
#define LONG_NAME FIFTY FIFTY FIFTY FIFTY FIFTY
#define AT(second) "'2026-11-23T08:00:" second "Z'"
#define RECORD(type, resource, second, rest) \
	"{'type':'" type "','resource':'" resource "','cluster':'c','received':" AT(second) rest "}"
#define NAMED(type, resource, second, name, uid, revision, metadata, rest)    \
	RECORD(type, resource, second,                                        \
	       ",'object':{'metadata':{'name':'" name "','namespace':'shop'," \
	       "'uid':'" uid "','resourceVersion':'" revision "'" metadata "}" rest "}")
#define OBJECT(type, resource, second, uid, revision, metadata, rest) \
	NAMED(type, resource, second, uid, uid, revision, metadata, rest)
#define POD(type, second, uid, revision, ip, started)                               \
	OBJECT(type, "pods", second, uid, revision,                                 \
	       ",'ownerReferences':[{'controller':true,'kind':'ReplicaSet','name':" \
	       "'web-h1','uid':'uid-set'}]",                                        \
	       ",'spec':{'nodeName':'" LONG_NAME "'},'status':{'phase':'Running',"  \
	       "'startTime':" AT("00") ",'podIP':'" ip "','containerStatuses':[{"   \
				       "'state':{'running':{'startedAt':" AT(started) "}}}]}")
/* What a meter tells of the interface of uid-a. */
#define TOLD(number)                                                                               \
	"{'type':'ADDED','cluster':'c','resource':'interfaces','object':{'metadata':{'name':'v',"  \
	"'uid':'i'},'spec':{'node':'" LONG_NAME "','meter':{'id':'m','start':'s','record':" number \
	"}},'status':{'confirmed':" AT("5" number) ",'addresses':[{'ip':'10.1.0.2','first':" AT(   \
		"08") ",'last':" AT("09") ",'alone':{'since':" AT("07") ",'until':" AT("09") ",'"  \
											     "ope" \
											     "n':" \
											     "tru" \
											     "e}}" \
											     "]}}" \
											     "}"

static const char *const records[] = {
	RECORD("SYNC_BEGIN", "pods", "01", ""),
	NAMED("ADDED", "nodes", "01", LONG_NAME, "uid-node", "1",
	      ",'labels':{'topology.kubernetes.io/zone':'z'}",
	      ",'spec':{'podCIDR':'10.1.0.0/24'},'status':{'addresses':[{'type':'InternalIP',"
	      "'address':'10.3.0.1'}]}"),
	POD("ADDED", "03", "uid-a", "2", "10.1.0.1", "02"),
	OBJECT("ADDED", "pods", "03", "uid-waits", "3", "",
	       ",'spec':{},'status':{'phase':'Pending','startTime':" AT("02") "}"),
	RECORD("SYNC_END", "pods", "04", ",'resourceVersion':'3'"),
	OBJECT("ADDED", "replicasets", "04", "uid-set", "4",
	       ",'ownerReferences':[{'controller':true,'kind':'Deployment','name':'web',"
	       "'uid':'uid-web'}]",
	       ""),
	OBJECT("ADDED", "services", "04", "cart", "5", "",
	       ",'spec':{'clusterIP':'10.2.0.1','ports':[{'port':80,'nodePort':30080}]}"),
	OBJECT("ADDED", "servicecidrs", "04", "uid-range", "6", "",
	       ",'spec':{'cidrs':['10.2.0.0/16']}"),
	OBJECT("ADDED", "endpointslices", "05", "uid-slice", "7",
	       ",'labels':{'kubernetes.io/service-name':'cart'}",
	       ",'endpoints':[{'addresses':['10.1.0.1','10.1.0.2'],'targetRef':{'uid':'uid-a'}}],"
	       "'ports':[{'port':80}]"),
	RECORD("PROGRESS", "", "06", ",'known':" AT("05")),
	/* Another sandbox, and an older record of it. */
	POD("MODIFIED", "08", "uid-a", "9", "10.1.0.2", "07"),
	POD("MODIFIED", "09", "uid-a", "8", "10.1.0.1", "02"),
	TOLD("1"),
	TOLD("2"),
	RECORD("GAP", "pods", "10", ",'from':" AT("09") ",'to':" AT("10")),
	OBJECT("MODIFIED", "endpointslices", "11", "uid-slice", "10",
	       ",'labels':{'kubernetes.io/service-name':'cart'}",
	       ",'endpoints':[{'addresses':['10.1.0.2'],'targetRef':{'uid':'uid-a'}}],"
	       "'ports':[{'port':80}]"),
	RECORD("BOOKMARK", "pods", "11", ",'object':{'metadata':{'resourceVersion':'10'}}"),
	"this is not JSON",
	/* What this list does not show is gone. */
	RECORD("SYNC_BEGIN", "pods", "12", ""),
	POD("ADDED", "12", "uid-a", "9", "10.1.0.2", "07"),
	RECORD("SYNC_END", "pods", "13", ",'resourceVersion':'11'"),
	RECORD("SYNC_BEGIN", "nodes", "13", ""),
	RECORD("SYNC_END", "nodes", "13", ",'resourceVersion':'11'"),
	OBJECT("DELETED", "endpointslices", "14", "uid-slice", "12",
	       ",'labels':{'kubernetes.io/service-name':'cart'}", ",'endpoints':[]"),
	OBJECT("DELETED", "services", "14", "cart", "13", "",
	       ",'spec':{'clusterIP':'10.2.0.1','ports':[{'port':80,'nodePort':30080}]}"),
	POD("DELETED", "15", "uid-a", "14", "10.1.0.2", "07"),
	RECORD("PROGRESS", "", "59", ",'known':" AT("59")),
};

#define RECORDS (int64_t)(sizeof(records) / sizeof(records[0]))

static const struct timeline_options options = {
	.hold_ns = 10 * NS_PER_SECOND,
	.skew_ns = 500 * NS_PER_MS,
	.kube_from = WHEN_MIN,
	.kube_until = WHEN_MIN,
};

static char parent[40];
static char folder[64];
static char wanted[ANSWERS_MAX];
static struct text answers;

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int apply(struct timeline *timeline)
{
	enum timeline_outcome outcome = TIMELINE_IGNORED;

	while (timeline_next_offset(timeline) < RECORDS && outcome != TIMELINE_BROKEN) {
		int64_t offset = timeline_next_offset(timeline);
		const char *why;

		outcome = timeline_apply(timeline, offset, quoted(records[offset]),
					 strlen(quoted(records[offset])), -1, &why);
		if (outcome == TIMELINE_UNREADABLE)
			assert_string_equal(quoted(records[offset]), "this is not JSON");
	}
	return outcome == TIMELINE_BROKEN ? -1 : 0;
}

/* A pod, a service and a node, as of now and as of an early position. */
static int ask(struct timeline *timeline)
{
	static const char *const addresses[] = {"10.1.0.2", "10.2.0.1", "10.3.0.1"};

	struct timeline_history history;

	text_clear(&answers);
	for (size_t a = 0; a < sizeof(addresses) / sizeof(addresses[0]); a++) {
		struct timeline_question question = {
			.port = 30080,
			.transport = 6,
			.start = {INT64_C(1795420804) * NS_PER_SECOND},
			.end = {INT64_C(1795420805) * NS_PER_SECOND},
		};

		assert_int_equal(ip_parse(addresses[a], strlen(addresses[a]), &question.ip), 0);
		for (int64_t position = RECORDS - 1; position >= 0; position -= 15) {
			struct timeline_answer answer;

			question.position = position;
			if (timeline_answer(timeline, &question, &answer) < 0)
				return -1;
			timeline_answer_json(&answer, &answers);
			text_add_string(&answers, "\n");
		}
		if (timeline_history(timeline, &question.ip, RECORDS - 1, &history) < 0)
			return -1;
		for (size_t b = 0; b < history.count; b++)
			timeline_binding_json(&history.bindings[b], &answers);
		timeline_history_clear(&history);
	}
	assert_false(answers.failed);
	return 0;
}

/* Opens the timeline; what its store holds is read back. */
static int go_on(bool asks)
{
	struct timeline *timeline = timeline_open(folder, &options);
	int rc;

	if (timeline == NULL)
		return -1;
	rc = apply(timeline);
	if (rc == 0 && asks)
		rc = ask(timeline);
	timeline_close(timeline);
	return rc;
}

static void assert_as_wanted(void)
{
	char aside[128];

	assert_int_equal(go_on(true), 0);
	assert_string_equal(text_terminate(&answers), wanted);
	snprintf(aside, sizeof(aside), "%s.damaged", folder);
	assert_int_not_equal(access(aside, F_OK), 0);
}

static int feed_from_scratch(void)
{
	int rc;

	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	rc = go_on(false);
	failing_alloc_stop();
	if (rc < 0)
		assert_as_wanted();
	return rc;
}

static int ask_again(void)
{
	int rc = go_on(true);

	failing_alloc_stop();
	if (rc < 0)
		assert_as_wanted();
	return rc;
}

static int set_up(void **state)
{
	(void)state;
	/* In memory, because opening and closing a store takes a few fsync(). */
	snprintf(parent, sizeof(parent), "%s/tenure-alloc-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(parent));
	snprintf(folder, sizeof(folder), "%s/state", parent);
	text_init(&answers, ANSWERS_MAX);
	while (answers.length < ANSWERS_MAX) /* its own allocations are not tested here */
		text_add_string(&answers, " ");
	assert_int_equal(go_on(true), 0);
	snprintf(wanted, sizeof(wanted), "%s", text_terminate(&answers));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	text_free(&answers);
	return nftw(parent, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void applies_a_record_whole_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(feed_from_scratch, true);
}

static void answers_correctly_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(ask_again, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applies_a_record_whole_or_not_at_all),
		cmocka_unit_test(answers_correctly_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
