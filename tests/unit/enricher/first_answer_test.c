#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enricher/first_answer.h"
#include "tests/unit/quoted.h"

#define ENDS "'source':{'status':'known','x':{}},'destination':{'status':'unknown'}"
#define KUBE "'kube':{'partition':0,'position':17,'known':null}"
#define FLOW "{'topic':'flows','partition':3,'offset':99}"

static int read_tags(const char *text, struct first_answer *answer, struct fault *fault)
{
	return first_answer_read(span_of(quoted(text)), 2, answer, fault);
}

static void assert_span(struct span span, const char *wanted)
{
	assert_true(span_equal(span, span_of(quoted(wanted))));
}

static void reads_what_a_revision_needs(void **state)
{
	struct first_answer answer;
	struct fault fault;

	(void)state;
	assert_int_equal(read_tags("{" ENDS ",'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
				   &answer, &fault),
			 0);
	assert_span(answer.source, "{'status':'known','x':{}}");
	assert_span(answer.destination, "{'status':'unknown'}");
	assert_span(answer.flow, FLOW);
	assert_false(answer.provisional);
	assert_int_equal(answer.position, 17);
}

static void reads_translated_ends(void **state)
{
	static const char others[] = ",'nat':{'source':{'x':{}}},'original':{'destination':{}}";
	struct first_answer answer;
	struct fault fault;

	(void)state;
	assert_int_equal(read_tags("{" ENDS ",'nat':{'source':{'x':{}}},'original':{'destination':"
				   "{}},'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
				   &answer, &fault),
			 0);
	assert_span(answer.others, others);
	assert_int_equal(read_tags("{" ENDS ",'original':{},'rules':2,'revision':1," KUBE
				   ",'flow':" FLOW "}",
				   &answer, &fault),
			 0);
	assert_span(answer.others, ",'original':{}");
	assert_int_equal(read_tags("{" ENDS ",'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
				   &answer, &fault),
			 0);
	assert_int_equal(answer.others.length, 0);
}

static void an_answer_may_be_provisional_and_older_than_every_kube_record(void **state)
{
	struct first_answer answer;
	struct fault fault;

	(void)state;
	assert_int_equal(read_tags("{" ENDS ",'rules':2,'revision':1,'provisional':true,"
				   "'kube':{'position':-1},'flow':" FLOW "}",
				   &answer, &fault),
			 0);
	assert_true(answer.provisional);
	assert_int_equal(answer.position, -1);
}

static void refuses_what_is_not_a_first_answer(void **state)
{
	static const struct {
		const char *tags;
		enum fault_reason reason;
	} cases[] = {
		{"{}", FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':0," KUBE ",'flow':" FLOW "}", FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':'1'," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':2," KUBE ",'flow':" FLOW "}",
		 FAULT_ALREADY_REVISED},
		{"{" ENDS ",'rules':1,'revision':1," KUBE ",'flow':" FLOW "}", FAULT_OTHER_RULES},
		{"{" ENDS ",'nat':7,'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{'nat':{}," ENDS ",'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{'source':7,'destination':{},'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{'source':{},'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':1,'flow':" FLOW "}", FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':1,'kube':{'position':-2},'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':1," KUBE "}", FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'revision':1," KUBE ",'flow':{'topic':'flows'}}",
		 FAULT_FOREIGN_TAGS},
		{"{" ENDS ",'rules':2,'rules':2,'revision':1," KUBE ",'flow':" FLOW "}",
		 FAULT_FOREIGN_TAGS},
	};
	struct first_answer answer;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_tags(cases[i].tags, &answer, &fault), -1);
		if (fault.reason != cases[i].reason)
			fail_msg("%s: %s", cases[i].tags, fault_name(fault.reason));
		assert_non_null(fault.detail);
	}
}

#define POD "{'status':'known','kind':'pod','binding':{'start':'a',"
#define OPEN POD "'end':null,'start_from':'sandbox'}}"

static void an_answer_holds_unless_something_else_than_an_open_end_changed(void **state)
{
	static const struct {
		const char *said, *now;
		bool holds;
	} cases[] = {
		{OPEN, OPEN, true},
		{OPEN, POD "'end':'b','start_from':'sandbox','end_from':'finished'}}", true},
		{OPEN, POD "'end':'b','start_from':'started','end_from':'finished'}}", false},
		{OPEN, POD "'end':'b','start_from':'sandbox'}}", false},
		{OPEN, POD "'end':'b','start_from':'sandbox','end_from':'finished'},'x':1}", false},
		{OPEN, POD "'end':'b", false},
		{OPEN, POD "'end':", false},
		{OPEN, "{'status':'known','kind':'outside'}", false},
		{POD "'end':'b','start_from':'sandbox','end_from':'received'}}",
		 POD "'end':'c','start_from':'sandbox','end_from':'finished'}}", false},
		{POD "'end':'b','start_from':'sandbox','end_from':'received'}}", OPEN, false},
		{"{'status':'unknown','reason':'gap'}", "{'status':'unknown','reason':'gap'}",
		 true},
		{"{'status':'unknown','reason':'gap'}", "{'status':'unknown','reason':'lost'}",
		 false},
		{"{'candidates':[" OPEN "," OPEN "]}",
		 "{'candidates':[" OPEN "," POD
		 "'end':'b','start_from':'sandbox','end_from':'finished'}}]}",
		 true},
		{"{'candidates':[" OPEN "," OPEN "]}", "{'candidates':[" OPEN "]}", false},
		{"{'end':null", "{'end':'b','start_from':'x'}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (first_answer_holds(span_of(quoted(cases[i].said)),
				       span_of(quoted(cases[i].now))) != cases[i].holds)
			fail_msg("%s\n%s", cases[i].said, cases[i].now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_a_revision_needs),
		cmocka_unit_test(reads_translated_ends),
		cmocka_unit_test(an_answer_may_be_provisional_and_older_than_every_kube_record),
		cmocka_unit_test(refuses_what_is_not_a_first_answer),
		cmocka_unit_test(an_answer_holds_unless_something_else_than_an_open_end_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
