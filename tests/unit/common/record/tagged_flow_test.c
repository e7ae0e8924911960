#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/base/transport.h"
#include "common/record/tagged_flow.h"
#include "tests/unit/quoted.h"

/* A complete record in pieces, so that a test can replace one. */
#define EVENT                                                                      \
	"'event':{'start':'2026-11-23T08:00:00.25Z','end':'2026-11-23T08:00:02Z'," \
	"'duration':1750000000}"
#define NETWORK                                                            \
	"'network':{'type':'ipv4','transport':'tcp','community_id':'1:x'," \
	"'bytes':30,'packets':3,'frame_bytes':72}"
#define SOURCE "'source':{'ip':'10.244.1.17','port':48122,'bytes':10,'packets':2}"
#define DESTINATION "'destination':{'ip':'10.96.0.10','port':80,'bytes':20,'packets':1}"
#define TCP "'tcp':{'flags':{'source':'APSF','destination':'AR'}}"
#define HISTOGRAM "'histogram':{'scale':3,'offset':160,'counts':[1,0,2]}"
#define REQUESTS                                                          \
	"'requests':{'count':4,'response_time':{'count':3,'sum':6000000," \
	"'min':1000000,'max':3000000," HISTOGRAM "}}"
#define FLOW "'flow':{'id':'00000000000000aa','slice':2,'end_reason':'end_of_flow'}"
#define OBSERVER "'observer':{'hostname':'n1','interface':{'name':'veth1','id':7}}"
#define POD                                                                 \
	"'source':{'status':'known','kind':'pod','k8s':{'cluster':{'name':" \
	"'prod'},'namespace':{'name':'shop'},'pod':{'name':'cart-1','uid':" \
	"'u1'},'deployment':{'name':'cart'},'node':{'name':'n1'}},"         \
	"'service':{'name':'cart','namespace':'shop'},"                     \
	"'services':['shop/cart','shop/cart-canary'],"                      \
	"'binding':{'start':'2026-11-23T07:00:00Z','end':null,"             \
	"'start_from':'sandbox'}}"
#define NOBODY "'destination':{'status':'unknown','reason':'between_holders'}"
#define WHERE "'flow':{'topic':'tenure.flows','partition':3,'offset':991}"
#define TAGS                                                                      \
	"'tenure':{" POD "," NOBODY ",'rules':1,'revision':2,'provisional':true," \
	"'kube':{'partition':0,'position':4711,'known':null}," WHERE "}"

static const char whole[] = "{" EVENT "," NETWORK "," SOURCE "," DESTINATION "," TCP "," REQUESTS
			    "," FLOW "," OBSERVER "," TAGS "}";

/* WHOLE with OLD replaced by NEW. */
static enum fault_reason parse_with(const char *old, const char *new, struct tagged_flow *flow,
				    struct fault *fault)
{
	const char *at = strstr(quoted(whole), old);
	struct text text;

	assert_non_null(at);
	text_init(&text, 100000);
	text_add(&text, quoted(whole), (size_t)(at - quoted(whole)));
	text_add_string(&text, new);
	text_add_string(&text, at + strlen(old));
	tagged_flow_parse(text.data, text.length, flow, fault);
	text_free(&text);
	return fault->reason;
}

static void reads_every_member(void **state)
{
	static struct tagged_flow flow;
	struct fault fault;
	char ip[IP_TEXT_SIZE];

	(void)state;
	assert_int_equal(tagged_flow_parse(quoted(whole), strlen(quoted(whole)), &flow, &fault), 0);
	assert_int_equal(fault.reason, FAULT_NONE);
	assert_int_equal(when_since(flow.end, flow.start), 1750000000);
	assert_string_equal(flow.transport, "tcp");
	ip_format(&flow.source.ip, ip);
	assert_string_equal(ip, "10.244.1.17");
	assert_int_equal(flow.source.port, 48122);
	assert_int_equal(flow.source.bytes, 10);
	assert_int_equal(flow.destination.packets, 1);
	assert_true(flow.destination.has_packets);
	assert_int_equal(flow.source.tcp_flags, TCP_ACK | TCP_PSH | TCP_SYN | TCP_FIN);
	assert_int_equal(flow.destination.tcp_flags, TCP_ACK | TCP_RST);
	assert_int_equal(flow.requests, 4);
	assert_int_equal(flow.response.sum_ns, 6000000);
	assert_int_equal(flow.response.scale, 3);
	assert_int_equal(flow.response.offset, 160);
	assert_int_equal(flow.response.bucket_count, 3);
	assert_int_equal(flow.response.buckets[2], 2);
	assert_string_equal(flow.flow_id, "00000000000000aa");
	assert_int_equal(flow.slice, 2);
	assert_false(flow.running_totals);
	assert_string_equal(flow.observer, "n1");
	assert_string_equal(flow.interface, "veth1");
	assert_int_equal(flow.interface_id, 7);
	assert_int_equal(flow.source.status, TAGGED_FLOW_KNOWN);
	assert_int_equal(flow.source.kind, TAGGED_FLOW_POD);
	assert_string_equal(flow.source.cluster, "prod");
	assert_string_equal(flow.source.namespace, "shop");
	assert_string_equal(flow.source.pod, "cart-1");
	assert_string_equal(flow.source.uid, "u1");
	assert_string_equal(flow.source.node, "n1");
	assert_string_equal(flow.source.workload_kind, "deployment");
	assert_string_equal(flow.source.workload, "cart");
	assert_string_equal(flow.source.service, "shop/cart");
	assert_int_equal(flow.source.service_count, 2);
	assert_string_equal(flow.source.services[1], "shop/cart-canary");
	assert_int_equal(flow.destination.status, TAGGED_FLOW_UNKNOWN);
	assert_string_equal(flow.destination.reason, "between_holders");
	assert_string_equal(flow.topic, "tenure.flows");
	assert_int_equal(flow.partition, 3);
	assert_int_equal(flow.offset, 991);
	assert_int_equal(flow.revision, 2);
	assert_true(flow.provisional);
}

static void needs_only_times_addresses_tags_and_coordinates(void **state)
{
	const char *least =
		quoted("{'event':{'start':'2026-11-23T08:00:00Z','end':'2026-11-23T08:00:00Z'},"
		       "'source':{'ip':'fd00::1'},'destination':{'ip':'192.0.2.1'},"
		       "'tenure':{'source':{'status':'known','kind':'outside'},"
		       "'destination':{'status':'ambiguous','reason':'hand_over'},"
		       "'flow':{'partition':0,'offset':0}}}");
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	assert_int_equal(tagged_flow_parse(least, strlen(least), &flow, &fault), 0);
	assert_int_equal(flow.source.port, -1);
	assert_false(flow.source.has_packets);
	assert_int_equal(flow.revision, 1);
	assert_false(flow.provisional);
	assert_int_equal(flow.response.bucket_count, 0);
	assert_int_equal(flow.source.kind, TAGGED_FLOW_OUTSIDE);
	assert_int_equal(flow.destination.status, TAGGED_FLOW_AMBIGUOUS);
}

static void reads_what_only_some_records_have(void **state)
{
	const char *const tcp = "'tcp':{'flags':{'source':'APSF','destination':'AR'},"
				"'handshake':{'rtt':250000,'server_rtt':200000,'client_rtt':50000},"
				"'retransmissions':{'source':3,'destination':1}}";
	static struct tagged_flow flow;
	struct fault fault;
	struct when start;

	(void)state;
	assert_int_equal(parse_with(quoted(TCP), quoted(tcp), &flow, &fault), FAULT_NONE);
	assert_true(flow.has_handshake);
	assert_int_equal(flow.handshake_ns, 250000);
	assert_int_equal(flow.source.retransmissions, 3);
	assert_int_equal(flow.destination.retransmissions, 1);
	assert_string_equal(flow.end_reason, "end_of_flow");
	assert_int_equal(when_parse("2026-11-23T07:00:00Z", 20, &start), 0);
	assert_int_equal(when_since(flow.source.bound_from, start), 0);
	assert_true(when_is_max(flow.source.bound_to));
	assert_true(when_is_min(flow.destination.bound_from));

	assert_int_equal(parse_with(quoted("'binding':{'start':'2026-11-23T07:00:00Z','end':null"),
				    quoted("'cloud':{'availability_zone':'a','region':'r'},"
					   "'binding':{'start':null,'end':'2026-11-23T09:00:00Z'"),
				    &flow, &fault),
			 FAULT_NONE);
	assert_false(flow.has_handshake);
	assert_int_equal(flow.source.retransmissions, 0);
	assert_string_equal(flow.source.zone, "a");
	assert_true(when_is_min(flow.source.bound_from));
	assert_int_equal(when_since(flow.source.bound_to, start), 7200 * NS_PER_SECOND);
}

static void names_the_member_at_fault(void **state)
{
	static const struct {
		const char *old, *new;
		enum fault_reason reason;
		const char *member;
	} cases[] = {
		{EVENT, "'event':{}", FAULT_MISSING_MEMBER, "event.start"},
		{"'2026-11-23T08:00:02Z'", "2", FAULT_WRONG_TYPE, "event.end"},
		{"'2026-11-23T08:00:02Z'", "'yesterday'", FAULT_WRONG_TYPE, "event.end"},
		{"08:00:02Z", "07:00:02Z", FAULT_WRONG_VALUE, "event.end"},
		{"'tcp','comm", "6,'comm", FAULT_WRONG_TYPE, "network.transport"},
		{SOURCE, "'x':1", FAULT_MISSING_MEMBER, "source"},
		{SOURCE, "'source':[]", FAULT_WRONG_TYPE, "source"},
		{"10.244.1.17", "10.244.1", FAULT_WRONG_VALUE, "source.ip"},
		{"48122", "65536", FAULT_WRONG_VALUE, "source.port"},
		{"48122", "'48122'", FAULT_WRONG_TYPE, "source.port"},
		{"'bytes':20", "'bytes':-1", FAULT_WRONG_VALUE, "destination.bytes"},
		{"'bytes':20", "'bytes':1e3", FAULT_WRONG_TYPE, "destination.bytes"},
		{"'bytes':20", "'bytes':99999999999999999999", FAULT_WRONG_TYPE,
		 "destination.bytes"},
		{"'sum':6000000", "'sum':null", FAULT_MISSING_MEMBER, "requests.response_time.sum"},
		{"'scale':3", "'scale':21", FAULT_WRONG_VALUE,
		 "requests.response_time.histogram.scale"},
		{"[1,0,2]", "[1,-1]", FAULT_WRONG_VALUE, "requests.response_time.histogram.counts"},
		{TAGS, "'x':1", FAULT_MISSING_MEMBER, "tenure.source"},
		{"'kind':'pod'", "'kind':'host'", FAULT_WRONG_VALUE, "tenure.source.kind"},
		{"'status':'unknown',", "", FAULT_MISSING_MEMBER, "tenure.destination.status"},
		{"'reason':'between_holders'", "'x':0", FAULT_MISSING_MEMBER,
		 "tenure.destination.reason"},
		{"['shop/cart',", "[1,", FAULT_WRONG_VALUE, "tenure.source.services"},
		{"'offset':991", "'offset':'991'", FAULT_WRONG_TYPE, "tenure.flow.offset"},
		{"'provisional':true", "'provisional':1", FAULT_WRONG_TYPE, "tenure.provisional"},
		{"'binding':{'start':'2026", "'binding':{'start':'x2026", FAULT_WRONG_TYPE,
		 "tenure.source.binding.start"},
		{"'pod':{'name'", "'pod':'cart','x':{'name'", FAULT_WRONG_TYPE,
		 "tenure.source.k8s.pod.name"},
		{"'hostname':'n1'", "'hostname':'n1','hostname':'n2'", FAULT_MEMBER_TWICE,
		 "observer.hostname"},
		{"{'event'", "{'event", FAULT_NOT_JSON, ""},
		{"'rules':1", "'rules':01", FAULT_NOT_JSON, ""},
	};
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			parse_with(quoted(cases[i].old), quoted(cases[i].new), &flow, &fault),
			cases[i].reason);
		assert_int_equal(fault.reason, cases[i].reason);
		assert_string_equal(fault.member, cases[i].member);
		assert_non_null(fault.detail);
	}
}

static void knows_running_totals(void **state)
{
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	assert_int_equal(parse_with(quoted("'slice':2"), quoted("'final':false"), &flow, &fault),
			 FAULT_NONE);
	assert_true(flow.running_totals);
	assert_int_equal(parse_with(quoted("'slice':2"), quoted("'final':1"), &flow, &fault),
			 FAULT_WRONG_TYPE);
}

static void refuses_what_does_not_fit(void **state)
{
	static struct tagged_flow flow;
	struct fault fault;
	struct text text;

	(void)state;
	text_init(&text, 10000);
	text_add_string(&text, quoted("'pod':{'name':'"));
	for (int i = 0; i < 253; i++)
		text_add_string(&text, "a");
	text_add_string(&text, quoted("'"));
	assert_int_equal(
		parse_with(quoted("'pod':{'name':'cart-1'"), text_terminate(&text), &flow, &fault),
		FAULT_NONE);
	text.length--;
	text_add_string(&text, quoted("a'"));
	assert_int_equal(
		parse_with(quoted("'pod':{'name':'cart-1'"), text_terminate(&text), &flow, &fault),
		FAULT_TOO_LARGE);
	assert_string_equal(fault.member, "tenure.source.k8s.pod.name");
	text_clear(&text);
	text_add_string(&text, quoted("'services':['a/b'"));
	for (int i = 0; i < TAGGED_FLOW_SERVICES_MAX; i++)
		text_add_string(&text, quoted(",'a/b'"));
	text_add_string(&text, "]");
	assert_int_equal(parse_with(quoted("'services':['shop/cart','shop/cart-canary']"),
				    text_terminate(&text), &flow, &fault),
			 FAULT_TOO_LARGE);
	assert_string_equal(fault.member, "tenure.source.services");
	text_free(&text);
}

static void refuses_anything_but_an_object(void **state)
{
	static const struct {
		const char *bytes;
		enum fault_reason reason;
	} cases[] = {
		{"", FAULT_NOT_JSON},
		{"[]", FAULT_NOT_AN_OBJECT},
		{"1", FAULT_NOT_AN_OBJECT},
		{"{}", FAULT_MISSING_MEMBER},
		{"{} {}", FAULT_NOT_JSON},
		{"{a:1}", FAULT_NOT_JSON},
		{"{'a':'\xff'}", FAULT_NOT_JSON},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", FAULT_TOO_LARGE},
	};
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tagged_flow_parse(quoted(cases[i].bytes),
						   strlen(quoted(cases[i].bytes)), &flow, &fault),
				 -1);
		assert_int_equal(fault.reason, cases[i].reason);
	}
	for (size_t length = 0; length < strlen(quoted(whole)); length++) {
		assert_int_equal(tagged_flow_parse(quoted(whole), length, &flow, &fault), -1);
		assert_int_equal(fault.reason, FAULT_NOT_JSON);
	}
}

static void reads_any_kind_of_workload(void **state)
{
	static const struct {
		const char *member, *kind, *name;
	} cases[] = {
		{"'statefulset':{'name':'db'}", "statefulset", "db"},
		{"'cronjob':{'name':'nightly'}", "cronjob", "nightly"},
		{"'replicationcontroller':{'name':'web'}", "replicationcontroller", "web"},
		{"'workload':{'kind':'Rollout','name':'r'}", "Rollout", "r"},
		{"'x':{}", "", ""},
	};
	static struct tagged_flow flow;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse_with(quoted("'deployment':{'name':'cart'}"),
					    quoted(cases[i].member), &flow, &fault),
				 FAULT_NONE);
		assert_string_equal(flow.source.workload_kind, cases[i].kind);
		assert_string_equal(flow.source.workload, cases[i].name);
	}
}

static void the_source_is_the_client_only_where_that_is_proven(void **state)
{
	static const struct {
		const char *initiator, *flags;
		bool directed;
	} cases[] = {
		{"'initiator':'syn'", "A", true},
		{"'initiator':'icmp_type'", "", true},
		{"'initiator':'unknown'", "S", false},
		{"'initiator':'port'", "S", false},
		{"'initiator':'first_packet'", "", false},
		{"'initiator':'later'", "", false},
		{"'x':0", "APSF", true},
		{"'x':0", "AP", false},
		{"'x':0", "", false},
	};
	static struct tagged_flow flow;
	struct fault fault;
	char record[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(record, sizeof(record),
			 "{" EVENT "," NETWORK "," SOURCE "," DESTINATION
			 ",'tcp':{'flags':{'source':'%s','destination':'S'}},'flow':{%s}," TAGS "}",
			 cases[i].flags, cases[i].initiator);
		assert_int_equal(tagged_flow_parse(quoted(record), strlen(record), &flow, &fault),
				 0);
		assert_int_equal(flow.directed, cases[i].directed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_member),
		cmocka_unit_test(needs_only_times_addresses_tags_and_coordinates),
		cmocka_unit_test(reads_what_only_some_records_have),
		cmocka_unit_test(names_the_member_at_fault),
		cmocka_unit_test(knows_running_totals),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(refuses_anything_but_an_object),
		cmocka_unit_test(reads_any_kind_of_workload),
		cmocka_unit_test(the_source_is_the_client_only_where_that_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
