#include "tests/unit/common/timeline/timeline_fed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define RECORD_MAX 4096

struct timeline *fed_open(void)
{
	return fed_open_until(WHEN_MIN);
}

struct timeline *fed_open_until(struct when until)
{
	const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
						 .skew_ns = 500 * NS_PER_MS,
						 .kube_from = WHEN_MIN,
						 .kube_until = until};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	return timeline;
}

static void apply(struct timeline *timeline, const char *record)
{
	const char *why = NULL;
	enum timeline_outcome outcome = timeline_apply(timeline, timeline_next_offset(timeline),
						       record, strlen(record), -1, &why);

	if (outcome != TIMELINE_APPLIED && outcome != TIMELINE_IGNORED)
		fail_msg("%s: %s", why != NULL ? why : "broken", record);
}

void fed_object(struct timeline *timeline, int second, const char *type, const char *resource,
		const char *object)
{
	char record[RECORD_MAX];

	assert_in_range(snprintf(record, sizeof(record),
				 quoted("{'type':'%s','resource':'%s',"
					"'received':'2026-11-23T08:%02d:%02dZ','object':%s}"),
				 type, resource, second / 60, second % 60, object),
			1, sizeof(record) - 1);
	apply(timeline, record);
}

void fed_sync(struct timeline *timeline, int second, const char *type, const char *resource,
	      int revision)
{
	char record[RECORD_MAX];

	snprintf(record, sizeof(record),
		 quoted("{'type':'%s','resource':'%s','received':'2026-11-23T08:%02d:%02dZ',"
			"'resourceVersion':'%d','scope':{}}"),
		 type, resource, second / 60, second % 60, revision);
	apply(timeline, record);
}

void fed_list(struct timeline *timeline, int second, const char *resource, int revision,
	      const char *scope)
{
	char record[RECORD_MAX];

	snprintf(record, sizeof(record),
		 quoted("{'type':'SYNC_BEGIN','resource':'%s','received':'2026-11-23T08:00:%02dZ',"
			"'resourceVersion':'%d','scope':%s}"),
		 resource, second, revision, scope);
	apply(timeline, record);
	fed_sync(timeline, second, "SYNC_END", resource, revision);
}

void fed_progress(struct timeline *timeline, int second)
{
	char record[RECORD_MAX];

	snprintf(record, sizeof(record),
		 quoted("{'type':'PROGRESS','known':'2026-11-23T08:%02d:%02dZ',"
			"'received':'2026-11-23T08:%02d:%02dZ'}"),
		 second / 60, second % 60, second / 60, second % 60);
	apply(timeline, record);
}

void fed_gap(struct timeline *timeline, const char *resource, int from, int to)
{
	char record[RECORD_MAX];

	snprintf(record, sizeof(record),
		 quoted("{'type':'GAP','resource':'%s','from':'2026-11-23T08:%02d:%02dZ',"
			"'to':'2026-11-23T08:%02d:%02dZ','received':'2026-11-23T08:%02d:%02dZ'}"),
		 resource, from / 60, from % 60, to / 60, to % 60, to / 60, to % 60);
	apply(timeline, record);
}

struct timeline_answer fed_answer(struct timeline *timeline, const char *ip, int port, int second)
{
	struct timeline_question question = {
		.port = port,
		.transport = 6,
		.serves = true,
		.start = {(SECOND_0 + second) * NS_PER_SECOND},
		.end = {(SECOND_0 + second) * NS_PER_SECOND},
		.position = timeline_next_offset(timeline) - 1,
	};
	struct timeline_answer answer;

	assert_int_equal(ip_parse(ip, strlen(ip), &question.ip), 0);
	assert_int_equal(timeline_answer(timeline, &question, &answer), 0);
	return answer;
}

const char *fed_answer_json(struct timeline *timeline, const char *ip, int port, int second)
{
	static char json[RECORD_MAX];
	struct timeline_answer answer = fed_answer(timeline, ip, port, second);
	struct text out;

	text_init(&out, sizeof(json) - 1);
	timeline_answer_json(&answer, &out);
	assert_false(out.failed);
	snprintf(json, sizeof(json), "%s", text_terminate(&out));
	text_free(&out);
	return json;
}
