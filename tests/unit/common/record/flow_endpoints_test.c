#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/flow_endpoints.h"
#include "tests/unit/quoted.h"

#define EVENT "'event':{'start':'2026-11-23T08:00:00.5Z','end':'2026-11-23T08:00:02Z'}"
#define ENDS                                                                      \
	"'source':{'ip':'10.0.0.1','port':1234,'packets':3},'destination':{'ip':" \
	"'fd00::2','port':80,'packets':0}"
#define FLOW "{" EVENT ",'network':{'transport':'tcp'}," ENDS "}"

static int read_flow(const char *text, struct flow_endpoints *ends, struct fault *fault)
{
	return flow_endpoints_read(text, strlen(text), ends, fault);
}

static void assert_ip(const struct ip *ip, const char *text)
{
	char shown[IP_TEXT_SIZE];

	ip_format(ip, shown);
	assert_string_equal(shown, text);
}

static void reads_what_tagging_needs(void **state)
{
	struct flow_endpoints ends;
	struct fault fault;

	(void)state;
	assert_int_equal(read_flow(quoted(FLOW " \n"), &ends, &fault), 0);
	assert_int_equal(when_since(ends.end, ends.start), 1500 * NS_PER_MS);
	assert_ip(&ends.source.ip, "10.0.0.1");
	assert_ip(&ends.destination.ip, "fd00::2");
	assert_int_equal(ends.source.port, 1234);
	assert_int_equal(ends.destination.port, 80);
	assert_true(ends.source.sent);
	assert_false(ends.destination.sent);
	assert_int_equal(ends.transport, 6);
	assert_int_equal(ends.closing_brace, strlen(quoted(FLOW)) - 1);
	assert_false(ends.empty);
}

static void accepts_a_record_without_optional_members(void **state)
{
	struct flow_endpoints ends;
	struct fault fault;

	(void)state;
	assert_int_equal(
		read_flow(quoted("{'event':{'end':'2026-11-23T08:00:02Z'},"
				 "'source':{'ip':'10.0.0.1'},'destination':{'ip':'10.0.0.2',"
				 "'port':null,'packets':null}}"),
			  &ends, &fault),
		0);
	assert_int_equal(when_since(ends.end, ends.start), 0);
	assert_int_equal(ends.source.port, -1);
	assert_int_equal(ends.destination.port, -1);
	assert_true(ends.source.sent);
	assert_false(ends.destination.sent);
	assert_int_equal(ends.transport, -1);
}

static void knows_protocols_by_name_and_number(void **state)
{
	static const struct {
		const char *text;
		int number;
	} cases[] = {
		{"'tcp'", 6},    {"'udp'", 17}, {"'icmp'", 1},      {"'ipv6-icmp'", 58},
		{"'sctp'", 132}, {"'47'", 47},  {"'t\\u0063p'", 6}, {"'256'", -1},
		{"'other'", -1}, {"''", -1},    {"null", -1},
	};
	struct flow_endpoints ends;
	struct fault fault;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), quoted("{%s,'network':{'transport':%s},%s}"),
			 quoted(EVENT), quoted(cases[i].text), quoted(ENDS));
		assert_int_equal(read_flow(text, &ends, &fault), 0);
		assert_int_equal(ends.transport, cases[i].number);
	}
}

static void names_the_member_at_fault(void **state)
{
	static const struct {
		const char *text;
		enum fault_reason reason;
		const char *member;
	} cases[] = {
		{"{'event':{'end':'2026-11-23T08:00:02Z'", FAULT_NOT_JSON, ""},
		{"[]", FAULT_NOT_AN_OBJECT, ""},
		{"{}", FAULT_MISSING_MEMBER, "event.end"},
		{"{'event':5," ENDS "}", FAULT_MISSING_MEMBER, "event.end"},
		{"{'event':{'end':1795420802}," ENDS "}", FAULT_WRONG_TYPE, "event.end"},
		{"{'event':{'end':'yesterday'}," ENDS "}", FAULT_WRONG_VALUE, "event.end"},
		{"{'event':{'start':null,'end':'2026-11-23T08:00:02Z'}," ENDS "}", FAULT_WRONG_TYPE,
		 "event.start"},
		{"{'event':{'start':'2026-11-23T08:00:03Z','end':'2026-11-23T08:00:02Z'}," ENDS "}",
		 FAULT_WRONG_VALUE, "event.end"},
		{"{" EVENT ",'destination':{'ip':'10.0.0.1'}}", FAULT_MISSING_MEMBER, "source.ip"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1'}}", FAULT_MISSING_MEMBER, "destination.ip"},
		{"{" EVENT ",'source':{'ip':'10.0.0.256'}}", FAULT_WRONG_VALUE, "source.ip"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1\\u0000'}}", FAULT_WRONG_VALUE, "source.ip"},
		{"{" EVENT ",'source':{'ip':[]}}", FAULT_WRONG_TYPE, "source.ip"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1','port':'80'}}", FAULT_WRONG_TYPE,
		 "source.port"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1','port':65536}}", FAULT_WRONG_VALUE,
		 "source.port"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1','packets':1.5}}", FAULT_WRONG_VALUE,
		 "source.packets"},
		{"{" EVENT ",'source':{'ip':'10.0.0.1','packets':{}}}", FAULT_WRONG_TYPE,
		 "source.packets"},
		{"{" EVENT "," ENDS ",'network':{'transport':6}}", FAULT_WRONG_TYPE,
		 "network.transport"},
		{"{" EVENT "," ENDS ",'tenure':{}}", FAULT_ALREADY_TAGGED, "tenure"},
		{"{" EVENT "," ENDS ",'tenure':null}", FAULT_ALREADY_TAGGED, "tenure"},
		{"{" EVENT "," EVENT "," ENDS "}", FAULT_MEMBER_TWICE, "event"},
	};
	struct flow_endpoints ends;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_flow(quoted(cases[i].text), &ends, &fault), -1);
		if (fault.reason != cases[i].reason)
			fail_msg("%s: %s", quoted(cases[i].text), fault_name(fault.reason));
		assert_string_equal(fault.member, cases[i].member);
		assert_non_null(fault.detail);
	}
}

#define TAGGED "{" EVENT ",'network':{'transport':'tcp'}," ENDS " ,'tenure':{'a':{'b':'}'}}}"

static void reads_a_tagged_flow_as_it_was(void **state)
{
	const char *record = quoted(TAGGED " \n");
	struct flow_endpoints ends;
	struct fault fault;
	struct span tags;

	(void)state;
	assert_int_equal(flow_endpoints_read_tagged(record, strlen(record), &ends, &tags, &fault),
			 0);
	assert_true(span_equal(tags, span_of(quoted("{'a':{'b':'}'}}"))));
	assert_memory_equal(record + ends.closing_brace, quoted(",'tenure':"), 10);
	assert_int_equal(ends.closing_brace, strlen(quoted(FLOW)));
	assert_false(ends.empty);
	assert_int_equal(ends.source.port, 1234);
}

static void refuses_tags_that_are_not_the_last_member(void **state)
{
	static const struct {
		const char *text;
		enum fault_reason reason;
	} cases[] = {
		{FLOW, FAULT_NOT_TAGGED},
		{"{" EVENT "," ENDS ",'tenure':{},'x':1}", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ",'tenure':null}", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ",'tenure':[]}", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ",'tenure': {}}", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ", 'tenure':{}}", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ",'tenure':{} }", FAULT_FOREIGN_TAGS},
		{"{" EVENT "," ENDS ",'tenur\\u0065':{}}", FAULT_FOREIGN_TAGS},
		{"{'tenure':{}," EVENT "," ENDS "}", FAULT_FOREIGN_TAGS},
		{"{'tenure':{}}", FAULT_FOREIGN_TAGS},
		{"{'a':1,'tenure':{}}", FAULT_MISSING_MEMBER},
		{"{" EVENT "," ENDS ",'tenure':{},'tenure':{}}", FAULT_MEMBER_TWICE},
		{"{" EVENT "," ENDS ",'tenure':{}", FAULT_NOT_JSON},
	};
	struct flow_endpoints ends;
	struct fault fault;
	struct span tags;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = quoted(cases[i].text);

		assert_int_equal(
			flow_endpoints_read_tagged(text, strlen(text), &ends, &tags, &fault), -1);
		if (fault.reason != cases[i].reason)
			fail_msg("%s: %s", text, fault_name(fault.reason));
	}
}

static void refuses_a_record_that_is_too_large(void **state)
{
	char *text = malloc(FLOW_ENDPOINTS_RECORD_MAX + 1);
	struct flow_endpoints ends;
	struct fault fault;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', FLOW_ENDPOINTS_RECORD_MAX + 1);
	memcpy(text, quoted(FLOW), strlen(quoted(FLOW)));
	assert_int_equal(flow_endpoints_read(text, FLOW_ENDPOINTS_RECORD_MAX, &ends, &fault), 0);
	assert_int_equal(flow_endpoints_read(text, FLOW_ENDPOINTS_RECORD_MAX + 1, &ends, &fault),
			 -1);
	assert_int_equal(fault.reason, FAULT_TOO_LARGE);
	free(text);
}

/* docs/answers.md section 7: who began, unless the record says that it is a guess. */
static void knows_whether_the_source_began(void **state)
{
	static const struct {
		const char *rest;
		bool began;
	} cases[] = {
		{"", false},
		{",'flow':{}", false},
		{",'flow':7", false},
		{",'tcp':{'flags':{'source':'ASF','destination':'AS'}}", true},
		{",'tcp':{'flags':{'source':'AF','destination':'AS'}}", false},
		{",'tcp':{'flags':{'source':7}}", false},
		{",'tcp':{'flags':{'source':'S'}},'flow':{'initiator':'port'}", false},
		{",'flow':{'initiator':'syn'}", true},
		{",'flow':{'initiator':'first_packet'}", false},
		{",'flow':{'initiator':'port'}", false},
		{",'flow':{'initiator':null}", false},
		{",'flow':{'initiator':7}", false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		char text[512];
		struct flow_endpoints ends;
		struct fault fault;

		snprintf(text, sizeof(text),
			 quoted("{" EVENT ",'source':{'ip':'10.0.0.1'},"
				"'destination':{'ip':'10.0.0.2'}%s}"),
			 quoted(cases[c].rest));
		if (read_flow(text, &ends, &fault) < 0 || ends.source_began != cases[c].began)
			fail_msg("%s", text);
	}
}

/* docs/answers.md section 8. */
static void reads_translated_ends(void **state)
{
	struct flow_endpoints ends;
	struct fault fault;

	(void)state;
	assert_int_equal(
		read_flow(quoted("{" EVENT ",'source':{'ip':'10.0.0.1','packets':0,"
				 "'original':{'ip':'10.0.0.7','port':7}},'destination':{'nat':{"
				 "'x':{},'ip':'fd00::9'},'ip':'10.0.0.2','port':80,'packets':3,"
				 "'original':{'ip':'10.0.0.8','port':null}}}"),
			  &ends, &fault),
		0);
	assert_false(ends.has_other[FLOW_SOURCE_NAT]);
	assert_true(ends.has_other[FLOW_SOURCE_ORIGINAL]);
	assert_ip(&ends.others[FLOW_SOURCE_ORIGINAL].ip, "10.0.0.7");
	assert_int_equal(ends.others[FLOW_SOURCE_ORIGINAL].port, 7);
	assert_false(ends.others[FLOW_SOURCE_ORIGINAL].sent);
	assert_true(ends.has_other[FLOW_DESTINATION_NAT]);
	assert_ip(&ends.others[FLOW_DESTINATION_NAT].ip, "fd00::9");
	assert_int_equal(ends.others[FLOW_DESTINATION_NAT].port, -1);
	assert_true(ends.others[FLOW_DESTINATION_NAT].sent);
	assert_true(ends.has_other[FLOW_DESTINATION_ORIGINAL]);
	assert_int_equal(ends.others[FLOW_DESTINATION_ORIGINAL].port, -1);
}

static void a_translated_end_that_is_wrong_is_none(void **state)
{
	static const char *const cases[] = {
		"7",
		"null",
		"{}",
		"{'port':80}",
		"{'ip':'10.0.0.256'}",
		"{'ip':7,'port':80}",
		"{'ip':'10.0.0.9','port':'80'}",
		"{'ip':'10.0.0.9','port':65536}",
		"{'ip':'10.0.0.9','port':1.5}",
		"{'ip':'10.0.0.9','port':-1}",
	};
	struct flow_endpoints ends;
	struct fault fault;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 quoted("{" EVENT ",'source':{'ip':'10.0.0.1','nat':%s},"
				"'destination':{'ip':'10.0.0.2','original':%s}}"),
			 quoted(cases[i]), quoted(cases[i]));
		assert_int_equal(read_flow(text, &ends, &fault), 0);
		for (int other = 0; other < FLOW_OTHERS; other++)
			assert_false(ends.has_other[other]);
	}
	assert_int_equal(read_flow(quoted("{" EVENT ",'source':{'ip':'10.0.0.1','nat':{'ip':'a','ip"
					  "':'b'}},'destination':{'ip':'10.0.0.2'}}"),
				   &ends, &fault),
			 -1);
	assert_int_equal(fault.reason, FAULT_MEMBER_TWICE);
	assert_string_equal(fault.member, "source.nat.ip");
}

static void knows_the_host_and_the_interface_of_the_capture(void **state)
{
	static const struct {
		const char *rest, *host, *interface;
	} cases[] = {
		{"", "", ""},
		{",'observer':{'hostname':'n1.example.com','interface':{'name':'x'}}",
		 "n1.example.com", ""},
		{",'observer':{'interface':{'id':7,'uid':'a-1'},'hostname':'n\\u0031'}", "n1",
		 "a-1"},
		{",'observer':{'hostname':'','interface':{'uid':7}}", "", ""},
		{",'observer':{'hostname':7,'interface':'a-1'}", "", ""},
		{",'observer':[]", "", ""},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		char text[512];
		struct flow_endpoints ends;
		struct fault fault;

		snprintf(text, sizeof(text),
			 quoted("{" EVENT ",'source':{'ip':'10.0.0.1'},"
				"'destination':{'ip':'10.0.0.2'}%s}"),
			 quoted(cases[c].rest));
		if (read_flow(text, &ends, &fault) < 0 ||
		    ends.observer != span_hash(span_of(cases[c].host)) ||
		    ends.interface != span_hash(span_of(cases[c].interface)))
			fail_msg("%s", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_tagging_needs),
		cmocka_unit_test(accepts_a_record_without_optional_members),
		cmocka_unit_test(knows_protocols_by_name_and_number),
		cmocka_unit_test(knows_whether_the_source_began),
		cmocka_unit_test(knows_the_host_and_the_interface_of_the_capture),
		cmocka_unit_test(names_the_member_at_fault),
		cmocka_unit_test(reads_translated_ends),
		cmocka_unit_test(a_translated_end_that_is_wrong_is_none),
		cmocka_unit_test(reads_a_tagged_flow_as_it_was),
		cmocka_unit_test(refuses_tags_that_are_not_the_last_member),
		cmocka_unit_test(refuses_a_record_that_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
