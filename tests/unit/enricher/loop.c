#include "tests/unit/enricher/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */

struct kube_topic loop_kube;
struct timeline_settings loop_settings;
struct run_options loop_options;
struct alignment loop_alignment;

struct when loop_at(int64_t seconds)
{
	return (struct when){(SECOND_0 + seconds) * NS_PER_SECOND};
}

int kube_topic_turn(struct kube_topic *topic, int limit, int timeout_ms)
{
	char record[MEMORY_RECORD_SIZE], known[WHEN_TEXT_SIZE];
	const char *why;
	int count = 0;

	topic->waited_ms = timeout_ms;
	for (; count < limit && topic->next < topic->count; count++, topic->next++) {
		when_format(loop_at(topic->known[topic->next]), known);
		snprintf(record, sizeof(record),
			 quoted("{'type':'PROGRESS','cluster':'%s','known':'%s','received':'%s'}"),
			 topic->cluster, known, known);
		timeline_apply(loop_alignment.timeline, (int64_t)topic->next, record,
			       strlen(record), -1, &why);
	}
	return topic->broken ? -1 : count;
}

int loop_start(void **state)
{
	const struct timeline_options asked = {.hold_ns = 10 * NS_PER_SECOND};

	(void)state;
	memset(&loop_kube, 0, sizeof(loop_kube));
	loop_kube.cluster = "c";
	memset(&memory_exchange, 0, sizeof(memory_exchange));
	memory_exchange.waited_ms = -1;
	loop_settings = (struct timeline_settings){0};
	loop_options = (struct run_options){
		.timeline = &loop_settings, .since = WHEN_MIN, .until = WHEN_MAX};
	loop_alignment = (struct alignment){
		.timeline = timeline_open(NULL, &asked),
		.kube_topic = &loop_kube,
		.exchange = &memory_exchange,
		.options = &loop_options,
		.wake_fd = -1,
		.policy = {.max_hold_ns = 60 * NS_PER_SECOND,
			   .max_ahead_ns = 5 * NS_PER_SECOND,
			   .known = WHEN_MIN,
			   .moved = WHEN_MIN},
	};
	if (loop_alignment.timeline == NULL)
		return -1;
	tagger_init(&loop_alignment.tagger, loop_alignment.timeline, "flows");
	return 0;
}

int loop_finish(void **state)
{
	(void)state;
	alignment_clear(&loop_alignment);
	timeline_close(loop_alignment.timeline);
	return 0;
}

void loop_add_flow(size_t partition, int end)
{
	char when[WHEN_TEXT_SIZE];

	assert_true(memory_exchange.count[partition] < MEMORY_FLOWS_MAX);
	when_format(loop_at(end), when);
	snprintf(memory_exchange.flows[partition][memory_exchange.count[partition]++],
		 MEMORY_RECORD_SIZE,
		 quoted("{'event':{'end':'%s'},'network':{'transport':'tcp'},"
			"'source':{'ip':'10.0.0.1','port':40000},'destination':{'ip':'10.0.0.2',"
			"'port':80}}"),
		 when);
}

void loop_add_known(int known)
{
	assert_true(loop_kube.count < LOOP_KUBE_MAX);
	loop_kube.known[loop_kube.count++] = known;
}

void loop_turn(int from, int to)
{
	for (int now = from; now <= to; now++)
		assert_int_equal(alignment_turn(&loop_alignment, loop_at(now)), ALIGNMENT_GO_ON);
}

void loop_assert_outcome(size_t number, size_t partition, int64_t offset, const char *reason)
{
	const struct memory_outcome *outcome = &memory_exchange.outcomes[number];

	assert_true(number < memory_exchange.put);
	assert_int_equal(outcome->partition, partition);
	assert_int_equal(outcome->offset, offset);
	if (reason == NULL)
		assert_null(strstr(outcome->record, "provisional"));
	else
		assert_non_null(strstr(outcome->record, reason));
}
