/* A question is placed at a moment and a position, and answered with how far is known. */
#include "sink/lookup/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define POD(ready)                                                                               \
	"{'metadata':{'name':'web','namespace':'shop','uid':'u1','resourceVersion':'7'},'spec':" \
	"{'nodeName':'n1'},'status':{'podIP':'10.1.0.1','startTime':'2026-11-23T08:00:05Z',"     \
	"'conditions':[{'type':'PodReadyToStartContainers','status':'True',"                     \
	"'lastTransitionTime':'2026-11-23T08:00:" ready "Z'}]}}"

static struct when at(int64_t second)
{
	return (struct when){(SECOND_0 + second) * NS_PER_SECOND};
}

/* About 10.1.0.1, of which record 2 says that pod shop/web has it since second 6; PROGRESS at 8,
 * 40 and 80 are records 3 to 5. */
static struct timeline *fed(void)
{
	struct timeline *timeline = fed_open();

	fed_list(timeline, 1, "pods", 1, "{}");
	fed_object(timeline, 7, "ADDED", "pods", quoted(POD("06")));
	fed_progress(timeline, 8);
	fed_progress(timeline, 40);
	fed_progress(timeline, 80);
	return timeline;
}

static struct lookup_question about(struct when moment, enum lookup_basis basis, int64_t position)
{
	struct lookup_question question = {
		.at = moment, .port = -1, .transport = -1, .basis = basis, .position = position};

	assert_int_equal(ip_parse("10.1.0.1", 8, &question.ip), 0);
	return question;
}

static void a_question_is_placed(void **state)
{
	static const struct {
		int64_t at; /* -1: now */
		int64_t now;
		enum lookup_basis basis;
		int64_t position;
		struct {
			int64_t at, position, known;
			bool provisional, final;
		} answer;
	} cases[] = {
		{20, 90, LOOKUP_LAST, 0, {20, 5, 80, false, false}},
		{75, 90, LOOKUP_LAST, 0, {75, 5, 80, true, false}},
		{95, 90, LOOKUP_LAST, 0, {95, 5, 80, true, false}},
		/* Now is not after what is known, and not after the wall clock. */
		{-1, 90, LOOKUP_LAST, 0, {80, 5, 80, true, false}},
		{-1, 60, LOOKUP_LAST, 0, {60, 5, 80, false, false}},
		{-1, 90, LOOKUP_FINAL, 0, {80, 5, 80, true, false}},
		{-1, 90, LOOKUP_POSITION, 4, {40, 4, 40, false, true}},
		/* The first PROGRESS 10.5 s after the moment. */
		{20, 90, LOOKUP_FINAL, 0, {20, 4, 40, false, true}},
		{30, 90, LOOKUP_FINAL, 0, {30, 5, 80, false, true}},
		{75, 90, LOOKUP_FINAL, 0, {75, 5, 80, true, false}},
		{20, 90, LOOKUP_POSITION, 3, {20, 3, 8, false, true}},
		{20, 90, LOOKUP_POSITION, 5, {20, 5, 80, false, true}},
		{20, 90, LOOKUP_POSITION, 6, {20, 5, 80, true, false}},
	};
	struct timeline *timeline = fed();

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct when moment = cases[c].at < 0 ? WHEN_MIN : at(cases[c].at);
		struct lookup_question question = about(moment, cases[c].basis, cases[c].position);
		struct lookup_answer answer;

		assert_int_equal(lookup_place(timeline, &question, at(cases[c].now), &answer), 0);
		if (answer.at.ns != at(cases[c].answer.at).ns ||
		    answer.position != cases[c].answer.position ||
		    answer.known.ns != at(cases[c].answer.known).ns ||
		    answer.provisional != cases[c].answer.provisional ||
		    answer.final != cases[c].answer.final)
			fail_msg("case %zu: at %+d s, position %d, known %+d s, %s, %s", c,
				 (int)(answer.at.ns / NS_PER_SECOND - SECOND_0),
				 (int)answer.position,
				 (int)(answer.known.ns / NS_PER_SECOND - SECOND_0),
				 answer.provisional ? "provisional" : "not provisional",
				 answer.final ? "final" : "not final");
	}
	timeline_close(timeline);
}

static void without_progress_the_last_record_is_how_far_is_known(void **state)
{
	struct timeline *timeline = fed_open_until(at(60));
	struct lookup_question question = about(WHEN_MIN, LOOKUP_LAST, 0);
	struct lookup_answer answer;

	(void)state;
	assert_int_equal(lookup_place(timeline, &question, at(90), &answer), 0);
	assert_int_equal(answer.at.ns, at(90).ns);
	assert_int_equal(answer.position, -1);
	assert_true(when_is_min(answer.known));
	fed_object(timeline, 7, "ADDED", "pods", quoted(POD("06")));
	assert_int_equal(lookup_place(timeline, &question, at(90), &answer), 0);
	assert_int_equal(answer.at.ns, at(7).ns);
	/* Only of a topic that does not grow. */
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_int_equal(lookup_place(timeline, &question, at(90), &answer), 0);
	assert_int_equal(answer.at.ns, at(60).ns);
	timeline_close(timeline);
}

static void an_answer_has_its_question_in_front(void **state)
{
	static const char known[] = "{'ip':'10.1.0.1','at':'2026-11-23T08:00:20Z','position':4,"
				    "'known':'2026-11-23T08:00:40Z','certain':true,"
				    "'status':'known','kind':'pod','k8s':";
	struct timeline *timeline = fed();
	struct lookup_question question = about(at(20), LOOKUP_FINAL, 0);
	struct lookup_answer answer;
	struct text out;

	(void)state;
	text_init(&out, 10000);
	assert_int_equal(lookup_ask(timeline, &question, at(90), &answer), 0);
	lookup_answer_json(&question, &answer, &out);
	assert_memory_equal(text_terminate(&out), quoted(known), strlen(known));
	text_clear(&out);
	question = about(at(2), LOOKUP_LAST, 0);
	question.received = true;
	assert_int_equal(lookup_ask(timeline, &question, at(90), &answer), 0);
	lookup_answer_json(&question, &answer, &out);
	assert_string_equal(text_terminate(&out),
			    quoted("{'ip':'10.1.0.1','at':'2026-11-23T08:00:02Z','position':5,"
				   "'known':'2026-11-23T08:01:20Z','status':'unknown',"
				   "'reason':'before_coverage'}"));
	text_free(&out);
	timeline_close(timeline);
}

static void nothing_is_certain_after_what_is_known(void **state)
{
	static const struct {
		int64_t at;
		const char *certain;
	} cases[] = {{80, "\"certain\":true"}, {81, "\"certain\":false"}};
	struct timeline *timeline = fed();
	struct text out;

	(void)state;
	text_init(&out, 10000);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct lookup_question question = about(at(cases[c].at), LOOKUP_LAST, 0);
		struct lookup_answer answer;

		assert_int_equal(lookup_ask(timeline, &question, at(90), &answer), 0);
		text_clear(&out);
		lookup_answer_json(&question, &answer, &out);
		assert_non_null(strstr(text_terminate(&out), cases[c].certain));
	}
	text_free(&out);
	timeline_close(timeline);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_placed),
		cmocka_unit_test(without_progress_the_last_record_is_how_far_is_known),
		cmocka_unit_test(an_answer_has_its_question_in_front),
		cmocka_unit_test(nothing_is_certain_after_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
