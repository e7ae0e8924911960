#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/tagged_flow.h"

#define BEFORE                                                                       \
	"{'event':{'start':'2026-11-23T08:00:00.25Z','end':'2026-11-23T08:00:02Z'}," \
	"'source':{'ip':'10.244.1.17'},'destination':{'ip':'10.96.0.10'},"           \
	"'requests':{'count':4},'l7':"
#define AFTER                                                      \
	",'tenure':{'source':{'status':'known','kind':'outside'}," \
	"'destination':{'status':'unknown','reason':'gap'},"       \
	"'flow':{'topic':'tenure.flows','partition':3,'offset':991}}}"

/* Parses a record with L7, in which ' is "; to *FLOW. */
static enum fault_reason parse(const char *l7, struct tagged_flow *flow, struct fault *fault)
{
	char record[2000];
	int length = snprintf(record, sizeof(record), "%s%s%s", BEFORE, l7, AFTER);

	for (char *at = record; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	tagged_flow_parse(record, (size_t)length, flow, fault);
	return fault->reason;
}

#define TIMES \
	"{'count':2,'sum':50,'min':20,'max':30,'histogram':{'scale':4,'offset':-1,'counts':[2]}}"

static void reads_messages_of_any_protocol(void **state)
{
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	assert_int_equal(parse("null", &flow, &fault), FAULT_NONE);
	assert_false(tagged_flow_has_messages(&flow));
	assert_int_equal(parse("{'protocol':'some-new_one','client':'destination',"
			       "'requests':9,'responses':8,'retries':3,'unanswered':1,"
			       "'status':{'2xx':2,'4xx':3,'5xx':1,'error':4,'new':7},"
			       "'grpc_status':{'ok':5,'not_found':6,'internal':10},"
			       "'rcode':{'servfail':100,'nxdomain':200},"
			       "'time_to_first_byte':" TIMES ",'time_to_last_byte':" TIMES
			       ",'incomplete':true,'uncertain':{'gap':1}}",
			       &flow, &fault),
			 FAULT_NONE);
	assert_true(tagged_flow_has_messages(&flow));
	assert_string_equal(flow.messages.protocol, "some-new_one");
	assert_true(flow.messages.from_destination);
	assert_true(flow.messages.incomplete);
	assert_int_equal(flow.messages.requests, 9);
	assert_int_equal(flow.messages.responses, 8);
	assert_int_equal(flow.messages.retries, 3);
	assert_int_equal(flow.messages.unanswered, 1);
	assert_int_equal(flow.messages.errors, 1 + 4 + 10 + 100);
	assert_int_equal(flow.messages.client_errors, 3 + 6 + 200);
	assert_int_equal(flow.messages.first_byte.sum_ns, 50);
	assert_int_equal(flow.messages.last_byte.scale, 4);
	assert_int_equal(flow.messages.last_byte.offset, -1);
	assert_int_equal(flow.messages.last_byte.buckets[0], 2);
	/* The turns are still there. */
	assert_int_equal(flow.requests, 4);

	assert_int_equal(parse("{'protocol':'tls'}", &flow, &fault), FAULT_NONE);
	assert_string_equal(flow.messages.protocol, "tls");
	assert_false(tagged_flow_has_messages(&flow));
	assert_int_equal(flow.messages.first_byte.count, 0);
}

/* The record without packets at a flow's end. */
static void knows_who_waited_for_an_answer(void **state)
{
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	assert_int_equal(
		parse("{'protocol':'http','client':'destination','unanswered':4,'incomplete':true}",
		      &flow, &fault),
		FAULT_NONE);
	assert_true(flow.messages.from_destination);
	assert_int_equal(flow.messages.unanswered, 4);
	assert_true(tagged_flow_counts_messages(&flow));
	/* The meter stopped before an answer could come. */
	assert_int_equal(parse("{'protocol':'http','client':'source','unanswered':1},"
			       "'flow':{'end_reason':'forced_end'}",
			       &flow, &fault),
			 FAULT_NONE);
	assert_int_equal(flow.messages.unanswered, 0);
}

static void names_the_message_member_at_fault(void **state)
{
	static const struct {
		const char *l7;
		enum fault_reason reason;
		const char *member;
	} cases[] = {
		{"'http'", FAULT_WRONG_TYPE, "l7"},
		{"{'requests':1}", FAULT_MISSING_MEMBER, "l7.protocol"},
		{"{'protocol':'http','requests':1}", FAULT_MISSING_MEMBER, "l7.client"},
		{"{'protocol':'http','requests':1,'client':'both'}", FAULT_WRONG_VALUE,
		 "l7.client"},
		{"{'protocol':'http','requests':-1}", FAULT_WRONG_VALUE, "l7.requests"},
		{"{'protocol':'a-name-that-is-far-too-long'}", FAULT_TOO_LARGE, "l7.protocol"},
		{"{'protocol':'http','status':{'5xx':'1'}}", FAULT_WRONG_VALUE, "l7.status"},
		{"{'protocol':'http','status':[1]}", FAULT_WRONG_TYPE, "l7.status"},
		{"{'protocol':'http','time_to_first_byte':{'count':1}}", FAULT_MISSING_MEMBER,
		 "l7.time_to_first_byte.sum"},
	};
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].l7, &flow, &fault), cases[i].reason);
		assert_string_equal(fault.member, cases[i].member);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_messages_of_any_protocol),
		cmocka_unit_test(knows_who_waited_for_an_answer),
		cmocka_unit_test(names_the_message_member_at_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
