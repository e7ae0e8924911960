#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/alignment.h"
#include "tests/unit/enricher/memory_exchange.h"
#include "tests/unit/quoted.h"

/* The loop with a real timeline between a scripted kube topic and a scripted memory_exchange. */
#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define KUBE_MAX 2000

struct kube_topic {
	int known[KUBE_MAX]; /* of PROGRESS records, in seconds since SECOND_0 */
	size_t count, next;
	int waited_ms; /* by the last turn */
	bool broken;
	const char *cluster; /* of the records from now on */
};

static struct kube_topic kube;
static struct timeline_settings settings;
static struct run_options options;
static struct alignment alignment;

static struct when at(int64_t seconds)
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
		when_format(at(topic->known[topic->next]), known);
		snprintf(record, sizeof(record),
			 quoted("{'type':'PROGRESS','cluster':'%s','known':'%s','received':'%s'}"),
			 topic->cluster, known, known);
		timeline_apply(alignment.timeline, (int64_t)topic->next, record, strlen(record), -1,
			       &why);
	}
	return topic->broken ? -1 : count;
}

static int start(void **state)
{
	const struct timeline_options asked = {.hold_ns = 10 * NS_PER_SECOND};

	(void)state;
	memset(&kube, 0, sizeof(kube));
	kube.cluster = "c";
	memset(&memory_exchange, 0, sizeof(memory_exchange));
	memory_exchange.waited_ms = -1;
	settings = (struct timeline_settings){0};
	options = (struct run_options){.timeline = &settings, .since = WHEN_MIN, .until = WHEN_MAX};
	alignment = (struct alignment){
		.timeline = timeline_open(NULL, &asked),
		.kube_topic = &kube,
		.exchange = &memory_exchange,
		.options = &options,
		.policy = {.max_hold_ns = 60 * NS_PER_SECOND, .known = WHEN_MIN, .moved = WHEN_MIN},
	};
	if (alignment.timeline == NULL)
		return -1;
	tagger_init(&alignment.tagger, alignment.timeline, "flows");
	return 0;
}

static int finish(void **state)
{
	(void)state;
	alignment_clear(&alignment);
	timeline_close(alignment.timeline);
	return 0;
}

/* A flow that ended at END, in seconds since SECOND_0. */
static void add_flow(size_t partition, int end)
{
	char when[WHEN_TEXT_SIZE];

	assert_true(memory_exchange.count[partition] < MEMORY_FLOWS_MAX);
	when_format(at(end), when);
	snprintf(memory_exchange.flows[partition][memory_exchange.count[partition]++],
		 MEMORY_RECORD_SIZE,
		 quoted("{'event':{'end':'%s'},'network':{'transport':'tcp'},"
			"'source':{'ip':'10.0.0.1','port':40000},'destination':{'ip':'10.0.0.2',"
			"'port':80}}"),
		 when);
}

static void add_known(int known)
{
	assert_true(kube.count < KUBE_MAX);
	kube.known[kube.count++] = known;
}

/* A turn every second from FROM to TO. */
static void turn(int from, int to)
{
	for (int now = from; now <= to; now++)
		assert_int_equal(alignment_turn(&alignment, at(now)), ALIGNMENT_GO_ON);
}

/* REASON is what the record must contain; NULL for a final answer. */
static void assert_outcome(size_t number, size_t partition, int64_t offset, const char *reason)
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

static void a_flow_without_a_position_holds_up_only_its_own_partition(void **state)
{
	(void)state;
	add_known(15);
	add_flow(0, 30);
	add_flow(0, 5);
	add_flow(1, 5);
	turn(40, 42);
	assert_int_equal(memory_exchange.put, 1);
	assert_outcome(0, 1, 0, NULL);
	assert_int_equal(alignment.stats.waited, 1);
	add_known(40);
	turn(43, 43);
	assert_int_equal(memory_exchange.put, 3);
	assert_outcome(1, 0, 0, NULL);
	assert_outcome(2, 0, 1, NULL);
	assert_int_equal(alignment.stats.read, 3);
	assert_int_equal(alignment.stats.waited, 1);
	assert_int_equal(alignment.tagger.stats.tagged, 3);
}

static void it_waits_for_what_the_flows_need(void **state)
{
	(void)state;
	turn(0, 0);
	assert_int_equal(memory_exchange.waited_ms, 100);
	assert_int_equal(kube.waited_ms, 0);
	add_flow(0, 0);
	turn(1, 1);
	assert_int_equal(memory_exchange.waited_ms, 0);
	assert_int_equal(kube.waited_ms, 20);
	add_known(10);
	memory_exchange.waited_ms = -1;
	turn(2, 2);
	assert_int_equal(memory_exchange.waited_ms, -1);
	assert_int_equal(memory_exchange.put, 1);
}

static void answers_are_provisional_while_known_does_not_move(void **state)
{
	(void)state;
	add_known(15);
	add_flow(0, 30);
	turn(40, 99);
	assert_int_equal(memory_exchange.put, 0);
	turn(100, 100);
	assert_int_equal(memory_exchange.put, 1);
	assert_outcome(0, 0, 0, quoted("'provisional_reason':'kube_stalled'"));
	assert_non_null(strstr(memory_exchange.outcomes[0].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));
	add_known(30);
	add_flow(0, 31);
	turn(101, 101);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(alignment.tagger.stats.provisional, 1);
	assert_int_equal(alignment.stats.waited, 2);
}

static void a_flow_in_the_future_does_not_wait(void **state)
{
	(void)state;
	add_known(15);
	add_flow(0, 101);
	turn(40, 40);
	assert_outcome(0, 0, 0, quoted("'provisional_reason':'future_flow'"));
	assert_int_equal(alignment.stats.waited, 0);
}

/* It finds more kube records than one turn reads, and only the last one moves known. It was not
 * checked in between, so known did not stall. */
static void a_process_that_was_stopped_answers_as_a_replay_does(void **state)
{
	struct memory_outcome outcome;

	(void)state;
	add_known(5);
	add_flow(0, 5);
	turn(20, 25);
	for (int i = 0; i < 1500; i++)
		add_known(5);
	add_known(15);
	turn(1000, 1000);
	assert_int_equal(memory_exchange.put, 0);
	turn(1000, 1000);
	assert_int_equal(memory_exchange.put, 1);
	assert_outcome(0, 0, 0, NULL);
	assert_non_null(strstr(memory_exchange.outcomes[0].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));

	outcome = memory_exchange.outcomes[0];
	memset(memory_exchange.next, 0, sizeof(memory_exchange.next));
	memory_exchange.put = 0;
	turn(2000, 2000);
	assert_int_equal(memory_exchange.put, 1);
	assert_string_equal(memory_exchange.outcomes[0].record, outcome.record);
}

static void hindsight_answers_at_the_last_position_and_reads_no_further(void **state)
{
	(void)state;
	add_known(15);
	kube_topic_turn(&kube, 1, 0);
	add_known(50);
	options.hindsight = true;
	alignment.policy.bounded = true;
	add_flow(0, 1);
	add_flow(0, 30);
	turn(40, 40);
	assert_int_equal(memory_exchange.put, 2);
	assert_outcome(0, 0, 0, NULL);
	assert_outcome(1, 0, 1, "kube_ended");
	assert_non_null(strstr(memory_exchange.outcomes[1].record,
			       quoted("'known':'2026-11-23T08:00:15Z'")));
	assert_int_equal(kube.next, 1);
}

static void a_window_skips_what_ended_outside_and_waits_for_nothing(void **state)
{
	(void)state;
	add_known(15);
	kube_topic_turn(&kube, 1, 0);
	add_known(50);
	options.since = at(3);
	options.until = at(30);
	alignment.policy.bounded = true;
	add_flow(0, 2);
	add_flow(0, 3);
	add_flow(0, 29);
	add_flow(0, 30);
	memory_exchange.ended = true;
	assert_int_equal(alignment_turn(&alignment, at(40)), ALIGNMENT_ENDED);
	assert_int_equal(memory_exchange.put, 2);
	assert_outcome(0, 0, 1, NULL);
	assert_outcome(1, 0, 2, quoted("'provisional_reason':'kube_ended'"));
	assert_int_equal(alignment.stats.outside, 2);
	assert_int_equal(alignment.stats.read, 4);
	assert_int_equal(kube.next, 1);
}

static void it_ends_when_every_partition_has_ended_and_nothing_waits(void **state)
{
	(void)state;
	memory_exchange.ended = true;
	add_flow(1, 5);
	turn(10, 12);
	add_known(15);
	assert_int_equal(alignment_turn(&alignment, at(13)), ALIGNMENT_ENDED);
	assert_int_equal(memory_exchange.put, 1);
}

static void what_is_not_a_flow_is_rejected_without_waiting(void **state)
{
	(void)state;
	snprintf(memory_exchange.flows[0][memory_exchange.count[0]++], MEMORY_RECORD_SIZE,
		 quoted("{'event':{}}"));
	add_flow(0, 5);
	turn(10, 10);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(memory_exchange.outcomes[0].topic, EXCHANGE_REJECTED);
	assert_outcome(0, 0, 0, quoted("'reason':'missing_member'"));
	assert_int_equal(alignment.tagger.stats.rejected[FAULT_MISSING_MEMBER], 1);
	assert_int_equal(alignment.stats.waited, 1);
}

static void a_tagged_record_that_is_refused_becomes_a_rejected_one(void **state)
{
	(void)state;
	add_known(15);
	memory_exchange.refuses[EXCHANGE_TAGGED] = true;
	add_flow(0, 5);
	turn(40, 40);
	assert_int_equal(memory_exchange.put, 1);
	assert_int_equal(memory_exchange.outcomes[0].topic, EXCHANGE_REJECTED);
	assert_outcome(0, 0, 0, quoted("'reason':'produce_failed'"));
	assert_int_equal(alignment.tagger.stats.refused, 1);
}

static void a_rejected_record_that_is_refused_ends_the_run(void **state)
{
	(void)state;
	add_known(15);
	memory_exchange.refuses[EXCHANGE_TAGGED] = memory_exchange.refuses[EXCHANGE_REJECTED] =
		true;
	add_flow(0, 5);
	assert_int_equal(alignment_turn(&alignment, at(40)), ALIGNMENT_BROKEN);
}

static void a_new_assignment_rereads_the_heads(void **state)
{
	(void)state;
	add_known(15);
	add_flow(0, 5);
	memory_exchange.serves = EXCHANGE_AGAIN;
	turn(40, 40);
	assert_int_equal(memory_exchange.put, 0);
	memory_exchange.serves = EXCHANGE_DONE;
	turn(41, 41);
	assert_int_equal(memory_exchange.put, 1);
}

static void a_second_cluster_ends_the_run_before_a_flow_is_answered(void **state)
{
	(void)state;
	add_known(15);
	turn(40, 40);
	kube.cluster = "other";
	add_known(16);
	add_flow(0, 5);
	assert_int_equal(alignment_turn(&alignment, at(41)), ALIGNMENT_UNDECIDED);
	assert_int_equal(memory_exchange.put, 0);
	settings.options.cluster = "c";
	turn(42, 42);
	assert_int_equal(memory_exchange.put, 1);
}

static void a_kube_topic_or_an_exchange_that_fails_ends_the_run(void **state)
{
	(void)state;
	kube.broken = true;
	assert_int_equal(alignment_turn(&alignment, at(0)), ALIGNMENT_BROKEN);
	kube.broken = false;
	memory_exchange.serves = EXCHANGE_BROKEN;
	assert_int_equal(alignment_turn(&alignment, at(1)), ALIGNMENT_BROKEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flow_without_a_position_holds_up_only_its_own_partition),
		TEST(it_waits_for_what_the_flows_need),
		TEST(answers_are_provisional_while_known_does_not_move),
		TEST(a_flow_in_the_future_does_not_wait),
		TEST(a_process_that_was_stopped_answers_as_a_replay_does),
		TEST(hindsight_answers_at_the_last_position_and_reads_no_further),
		TEST(a_window_skips_what_ended_outside_and_waits_for_nothing),
		TEST(it_ends_when_every_partition_has_ended_and_nothing_waits),
		TEST(what_is_not_a_flow_is_rejected_without_waiting),
		TEST(a_tagged_record_that_is_refused_becomes_a_rejected_one),
		TEST(a_rejected_record_that_is_refused_ends_the_run),
		TEST(a_new_assignment_rereads_the_heads),
		TEST(a_second_cluster_ends_the_run_before_a_flow_is_answered),
		TEST(a_kube_topic_or_an_exchange_that_fails_ends_the_run),
	};

	log_init("alignment_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
