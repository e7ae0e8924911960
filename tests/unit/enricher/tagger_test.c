#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "enricher/tagger.h"
#include "tests/unit/quoted.h"

#define FLOW                                                                      \
	"{'event':{'start':'2026-11-23T08:00:01Z','end':'2026-11-23T08:00:02Z'}," \
	"'network':{'transport':'tcp'},'source':{'ip':'10.0.0.1','port':40000"    \
	"},'destination':{'ip':'10.0.0.2','port':80}"
#define TAGS                                                              \
	",'tenure':{'source':{'status':'known'},'destination':{'status':" \
	"'unknown'},'rules':2,'revision':1,"
#define ORIGIN                                                                 \
	"'kube':{'partition':0,'position':17,'known':'1970-01-01T00:00:01Z'}," \
	"'flow':{'topic':'flows','partition':3,'offset':99}}}"

/* A timeline that knows only 10.0.0.1. */
static struct {
	struct timeline_question questions[4];
	size_t asked;
	bool broken;
} timeline;

int timeline_answer(struct timeline *unused, const struct timeline_question *question,
		    struct timeline_answer *answer)
{
	struct ip known;

	(void)unused;
	if (timeline.broken)
		return -1;
	assert_int_equal(ip_parse("10.0.0.1", 8, &known), 0);
	*answer = (struct timeline_answer){.status = TIMELINE_UNKNOWN};
	if (memcmp(&question->ip, &known, sizeof(known)) == 0)
		answer->status = TIMELINE_KNOWN;
	timeline.questions[timeline.asked++ % 4] = *question;
	return 0;
}

void timeline_answer_json(const struct timeline_answer *answer, struct text *out)
{
	text_add_format(out, quoted("{'status':'%s'}"),
			answer->status == TIMELINE_KNOWN ? "known" : "unknown");
}

static struct tagger tagger;

static int start(void **state)
{
	(void)state;
	timeline.asked = 0;
	timeline.broken = false;
	tagger_init(&tagger, NULL, "flows");
	return 0;
}

static int finish(void **state)
{
	(void)state;
	tagger_clear(&tagger);
	return 0;
}

static struct bus_record record_of(const char *value)
{
	return (struct bus_record){
		.value = value, .value_length = strlen(value), .partition = 3, .offset = 99};
}

static int tag_flow(const char *text, const char *provisional)
{
	const struct timeline_position position = {.offset = 17, .known = {NS_PER_SECOND}};
	const struct bus_record flow = record_of(quoted(text));
	struct fault fault;
	struct flow_endpoints ends;

	assert_int_equal(flow_endpoints_read(flow.value, flow.value_length, &ends, &fault), 0);
	return tagger_tag(&tagger, &flow, &ends, &position, provisional);
}

static int tag(const char *provisional)
{
	return tag_flow(FLOW "}", provisional);
}

static void a_flow_gets_the_answers_for_both_ends(void **state)
{
	(void)state;
	assert_int_equal(tag(NULL), 0);
	assert_string_equal(text_terminate(&tagger.record), quoted(FLOW TAGS ORIGIN));
	assert_int_equal(timeline.asked, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct timeline_question *question = &timeline.questions[i];

		assert_int_equal(question->position, 17);
		assert_int_equal(question->transport, 6);
		assert_int_equal(question->port, i == 0 ? 40000 : 80);
		assert_int_equal(question->sent, i == 0);
		assert_int_equal(when_since(question->end, question->start), NS_PER_SECOND);
	}
}

static void the_same_flow_gives_the_same_bytes(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tag(NULL), 0);
		assert_string_equal(text_terminate(&tagger.record), quoted(FLOW TAGS ORIGIN));
	}
}

static void a_provisional_answer_says_why(void **state)
{
	(void)state;
	assert_int_equal(tag("kube_stalled"), 0);
	assert_string_equal(
		text_terminate(&tagger.record),
		quoted(FLOW TAGS "'provisional':true,'provisional_reason':'kube_stalled'," ORIGIN));
}

static void a_final_answer_after_a_provisional_one_has_no_reason(void **state)
{
	(void)state;
	assert_int_equal(tag("kube_stalled"), 0);
	assert_int_equal(tag(NULL), 0);
	assert_string_equal(text_terminate(&tagger.record), quoted(FLOW TAGS ORIGIN));
}

#define TRANSLATED                                                                    \
	"{'event':{'start':'2026-11-23T08:00:01Z','end':'2026-11-23T08:00:02Z'},"     \
	"'source':{'ip':'10.0.0.3','original':{'ip':'10.0.0.1','port':7}},"           \
	"'destination':{'ip':'10.0.0.2','port':80,'packets':1,'nat':{'ip':'10.0.0.1'" \
	",'port':8080}},'flow':{'initiator':'syn'}"

static void translated_ends_get_answers(void **state)
{
	(void)state;
	assert_int_equal(tag_flow(TRANSLATED "}", NULL), 0);
	assert_string_equal(
		text_terminate(&tagger.record),
		quoted(TRANSLATED
		       ",'tenure':{'source':{'status':'unknown'},'destination':{"
		       "'status':'unknown'},'nat':{'destination':{'status':'known'}},"
		       "'original':{'source':{'status':'known'}},'rules':2,'revision':1," ORIGIN));
	assert_int_equal(timeline.asked, 4);
	assert_int_equal(timeline.questions[2].port, 8080);
	assert_true(timeline.questions[2].serves && timeline.questions[2].sent);
	assert_int_equal(timeline.questions[3].port, 7);
	assert_true(timeline.questions[3].began && !timeline.questions[3].serves);
	assert_int_equal(tagger.stats.known, 2);
}

/* Revises what tag() makes, with SAID instead of what it says of the source. */
static int revise(const char *said, const char *provisional)
{
	const struct timeline_position position = {.offset = 27, .known = {2 * NS_PER_SECOND}};
	struct first_answer first;
	struct flow_endpoints ends;
	struct bus_record record;
	struct fault fault;
	struct span tags;

	assert_int_equal(tag(provisional), 0);
	record = record_of(quoted(text_terminate(&tagger.record)));
	record.partition = 1;
	record.offset = 5;
	assert_int_equal(
		flow_endpoints_read_tagged(record.value, record.value_length, &ends, &tags, &fault),
		0);
	assert_int_equal(first_answer_read(tags, TIMELINE_RULES, &first, &fault), 0);
	if (said != NULL)
		first.source = span_of(said);
	return tagger_revise(&tagger, &record, &ends, &first, &position);
}

#define CORRECTION                                                                \
	FLOW ",'tenure':{'source':{'status':'known'},'destination':{'status':"    \
	     "'unknown'},'rules':2,'revision':2,'kube':{'partition':0,'position'" \
	     ":27,'known':'1970-01-01T00:00:02Z'},'flow':{'topic':'flows',"       \
	     "'partition':3,'offset':99},'revises':{'topic':'flows',"             \
	     "'partition':1,'offset':5}}}"

static void an_answer_that_has_changed_is_corrected(void **state)
{
	(void)state;
	assert_int_equal(revise(quoted("{'status':'unknown'}"), NULL), 1);
	assert_string_equal(text_terminate(&tagger.record), quoted(CORRECTION));
	assert_int_equal(tagger.stats.corrected, 1);
	assert_int_equal(timeline.questions[2].position, 27);
}

static void translated_ends_that_have_changed_are_corrected(void **state)
{
	const struct timeline_position position = {.offset = 27, .known = {2 * NS_PER_SECOND}};
	struct first_answer first;
	struct flow_endpoints ends;
	struct bus_record record;
	struct fault fault;
	struct span tags;

	(void)state;
	assert_int_equal(tag_flow(TRANSLATED "}", NULL), 0);
	record = record_of(quoted(text_terminate(&tagger.record)));
	assert_int_equal(
		flow_endpoints_read_tagged(record.value, record.value_length, &ends, &tags, &fault),
		0);
	assert_int_equal(first_answer_read(tags, TIMELINE_RULES, &first, &fault), 0);
	assert_int_equal(tagger_revise(&tagger, &record, &ends, &first, &position), 0);
	first.others = span_of(quoted(",'nat':{'destination':{'status':'known'}},'original':{"
				      "'source':{'status':'unknown'}}"));
	assert_int_equal(tagger_revise(&tagger, &record, &ends, &first, &position), 1);
}

static void a_provisional_answer_becomes_final(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(revise(NULL, "kube_stalled"), 1);
		assert_string_equal(text_terminate(&tagger.record), quoted(CORRECTION));
	}
}

static void an_answer_that_holds_is_confirmed(void **state)
{
	(void)state;
	assert_int_equal(revise(NULL, NULL), 0);
	assert_int_equal(tagger.stats.confirmed, 1);
	assert_int_equal(tagger.stats.corrected, 0);
}

static void outcomes_are_counted(void **state)
{
	const struct bus_record flow = record_of("{}");
	const struct fault fault = {FAULT_MISSING_MEMBER, "event.end", "a time is needed", 0};
	const struct fault refused = {.reason = FAULT_PRODUCE_FAILED, .detail = "another"};

	(void)state;
	assert_int_equal(tag(NULL), 0);
	assert_int_equal(tag("future_flow"), 0);
	assert_int_equal(tagger_reject(&tagger, &flow, &fault), 0);
	assert_int_equal(tagger_reject(&tagger, &flow, &refused), 0);
	assert_int_equal(tagger.stats.tagged, 2);
	assert_int_equal(tagger.stats.provisional, 1);
	assert_int_equal(tagger.stats.known, 2);
	assert_int_equal(tagger.stats.unknown, 2);
	assert_int_equal(tagger.stats.ambiguous, 0);
	assert_int_equal(tagger.stats.rejected[FAULT_MISSING_MEMBER], 1);
	assert_int_equal(tagger.stats.rejected[FAULT_PRODUCE_FAILED], 1);
}

static void a_rejection_says_what_is_wrong_and_where(void **state)
{
	const struct bus_record flow = record_of(quoted("{'a':}"));
	const struct fault fault = {FAULT_NOT_JSON, "", "one JSON object is needed", 5};

	(void)state;
	assert_int_equal(tagger_reject(&tagger, &flow, &fault), 0);
	assert_string_equal(text_terminate(&tagger.record),
			    quoted("{'reason':'not_json',"
				   "'detail':'one JSON object is needed; this is none at byte 5',"
				   "'flow':{'topic':'flows','partition':3,'offset':99},"
				   "'record':'{\\\"a\\\":}'}"));
}

static void a_record_that_the_broker_refuses_is_rejected_with_its_own_reason(void **state)
{
	const struct bus_record flow = record_of("{}");
	const struct fault refused = {.reason = FAULT_PRODUCE_FAILED, .detail = "another"};

	(void)state;
	assert_int_equal(tagger_reject(&tagger, &flow, &refused), 0);
	assert_non_null(
		strstr(text_terminate(&tagger.record), quoted("'reason':'produce_failed'")));
}

static void a_store_that_fails_makes_no_outcome(void **state)
{
	(void)state;
	timeline.broken = true;
	assert_int_equal(tag(NULL), -1);
	assert_int_equal(tagger.stats.tagged, 0);
}

static void an_outcome_without_memory_is_an_error(void **state)
{
	(void)state;
	tagger.record.limit = 10;
	assert_int_equal(tag(NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flow_gets_the_answers_for_both_ends),
		TEST(the_same_flow_gives_the_same_bytes),
		TEST(a_provisional_answer_says_why),
		TEST(a_final_answer_after_a_provisional_one_has_no_reason),
		TEST(an_answer_that_has_changed_is_corrected),
		TEST(translated_ends_get_answers),
		TEST(translated_ends_that_have_changed_are_corrected),
		TEST(a_provisional_answer_becomes_final),
		TEST(an_answer_that_holds_is_confirmed),
		TEST(outcomes_are_counted),
		TEST(a_rejection_says_what_is_wrong_and_where),
		TEST(a_record_that_the_broker_refuses_is_rejected_with_its_own_reason),
		TEST(a_store_that_fails_makes_no_outcome),
		TEST(an_outcome_without_memory_is_an_error),
	};

	log_init("tagger_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
