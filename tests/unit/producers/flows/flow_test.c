#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow.h"
#include "tests/unit/quoted.h"

static struct ip address(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static struct flow tcp_flow(void)
{
	return (struct flow){
		.start = {INT64_C(1795420800123456789)},
		.end = {INT64_C(1795420802000000000)},
		.community_id = "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
		.protocol = TRANSPORT_TCP,
		.source = {.ip = address("10.244.1.17"),
			   .port = 48122,
			   .tcp_flags = 0x1b,
			   .retransmissions = 2,
			   .bytes = 820,
			   .packets = 6,
			   .frame_bytes = 904},
		.destination = {.ip = address("10.96.0.10"),
				.port = 80,
				.tcp_flags = 0xff,
				.bytes = 4300,
				.packets = 5,
				.frame_bytes = 4370},
		.handshake = {true, 300, 200, 100},
		.requests = 2,
		.response_time = {.count = 2,
				  .sum = 30,
				  .min = 10,
				  .max = 20,
				  .offset = 26,
				  .buckets = 3,
				  .counts = {1, 0, 1}},
		.id = UINT64_C(0x0123456789abcdef),
		.slice = 3,
		.end_reason = FLOW_END_OF_FLOW,
		.initiator = FLOW_BY_SYN,
	};
}

static void assert_formats(const struct flow *flow, const char *expected)
{
	static const struct flow_observer observer = {"n1", "veth\"1", 7, "a-1-7-0"};
	struct text text;

	text_init(&text, FLOW_RECORD_MAX);
	flow_format(flow, &observer, &text);
	assert_false(text.failed);
	assert_string_equal(text_terminate(&text), expected);
	text_free(&text);
}

static void writes_every_member_of_a_tcp_flow(void **state)
{
	struct flow flow = tcp_flow();

	(void)state;
	assert_formats(&flow, quoted("{'event':{'start':'2026-11-23T08:00:00.123456789Z',"
				     "'end':'2026-11-23T08:00:02Z','duration':1876543211},"
				     "'network':{'type':'ipv4','transport':'tcp',"
				     "'community_id':'1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',"
				     "'bytes':5120,'packets':11,'frame_bytes':5274},"
				     "'source':{'ip':'10.244.1.17','port':48122,'bytes':820,"
				     "'packets':6,'frame_bytes':904},'destination':{"
				     "'ip':'10.96.0.10','port':80,'bytes':4300,'packets':5,"
				     "'frame_bytes':4370},'tcp':{'flags':{'source':'APSF',"
				     "'destination':'CEUAPRSF'},'handshake':{'rtt':300,"
				     "'server_rtt':200,'client_rtt':100},"
				     "'retransmissions':{'source':2,'destination':0}},"
				     "'requests':{'count':2,'response_time':{'count':2,'sum':30,"
				     "'min':10,'max':20,'histogram':{'scale':3,'offset':26,"
				     "'counts':[1,0,1]}}},'flow':{'id':'0123456789abcdef',"
				     "'slice':3,'end_reason':'end_of_flow','initiator':'syn'},"
				     "'observer':{'hostname':'n1','interface':{'name':'veth\\\"1',"
				     "'id':7,'uid':'a-1-7-0'}}}"));
}

static void writes_the_quality_of_tcp_where_there_is_something(void **state)
{
	static const struct flow_observer observer = {"n1", "veth1", 7, ""};
	struct flow flow = tcp_flow();
	struct text text;

	(void)state;
	flow.source.spurious_retransmissions = 1;
	flow.destination.out_of_order = 2;
	flow.source.zero_windows = 3;
	flow.destination.resets = 4;
	flow.destination.mss = 1460;
	text_init(&text, FLOW_RECORD_MAX);
	flow_format(&flow, &observer, &text);
	flow.source.mss = 536;
	flow_format(&flow, &observer, &text);
	assert_non_null(strstr(text_terminate(&text),
			       quoted("'retransmissions':{'source':2,'destination':0},"
				      "'spurious_retransmissions':{'source':1,'destination':0},"
				      "'out_of_order':{'source':0,'destination':2},"
				      "'zero_windows':{'source':3,'destination':0},"
				      "'resets':{'source':0,'destination':4},"
				      "'mss':{'destination':1460}},'requests'")));
	assert_non_null(
		strstr(text_terminate(&text), quoted("'mss':{'source':536,'destination':1460}}")));
	text_free(&text);
}

static void writes_the_other_side_of_a_translation(void **state)
{
	static const struct flow_observer observer = {"n1", "veth1", 7, ""};
	struct flow flow = tcp_flow();
	struct text text;

	(void)state;
	flow.translation = (struct flow_translation){
		.when = FLOW_TRANSLATED_LATER,
		.source = {flow.source.ip, flow.source.port},
		.destination = {address("10.244.2.9"), 8080},
	};
	text_init(&text, FLOW_RECORD_MAX);
	flow_format(&flow, &observer, &text);
	flow.translation.when = FLOW_TRANSLATED_EARLIER;
	flow.translation.source = (struct flow_address){flow.source.ip, 1024};
	flow.translation.destination =
		(struct flow_address){flow.destination.ip, flow.destination.port};
	flow_format(&flow, &observer, &text);
	assert_non_null(strstr(text_terminate(&text),
			       quoted("'source':{'ip':'10.244.1.17','port':48122,'bytes':820,"
				      "'packets':6,'frame_bytes':904},'destination':{"
				      "'ip':'10.96.0.10','port':80,'nat':{'ip':'10.244.2.9',"
				      "'port':8080},'bytes':4300,")));
	assert_non_null(strstr(text_terminate(&text),
			       quoted("'source':{'ip':'10.244.1.17','port':48122,"
				      "'original':{'ip':'10.244.1.17','port':1024},'bytes':820,"
				      "'packets':6,'frame_bytes':904},'destination':{"
				      "'ip':'10.96.0.10','port':80,'bytes':4300,")));
	text_free(&text);
}

static void leaves_out_what_was_not_measured(void **state)
{
	struct flow flow = tcp_flow();

	(void)state;
	flow.protocol = TRANSPORT_ICMPV6;
	flow.icmp_type = 128;
	flow.source.ip = address("fd00::1");
	flow.destination.ip = address("fd00::2");
	flow.requests = 0;
	flow.response_time.count = 0;
	flow.end = flow.start;
	flow.end_reason = FLOW_IDLE_TIMEOUT;
	flow.initiator = FLOW_BY_FIRST_PACKET;
	assert_formats(&flow, quoted("{'event':{'start':'2026-11-23T08:00:00.123456789Z',"
				     "'end':'2026-11-23T08:00:00.123456789Z','duration':0},"
				     "'network':{'type':'ipv6','transport':'ipv6-icmp',"
				     "'community_id':'1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=','bytes':5120,"
				     "'packets':11,'frame_bytes':5274},'source':{'ip':'fd00::1',"
				     "'bytes':820,'packets':6,'frame_bytes':904},"
				     "'destination':{'ip':'fd00::2','bytes':4300,'packets':5,"
				     "'frame_bytes':4370},'icmp':{'type':128,'code':0},"
				     "'flow':{'id':'0123456789abcdef','slice':3,"
				     "'end_reason':'idle_timeout','initiator':'first_packet'},"
				     "'observer':{'hostname':'n1','interface':{'name':'veth\\\"1',"
				     "'id':7,'uid':'a-1-7-0'}}}"));
}

static void the_longest_record_fits(void **state)
{
	struct flow_observer observer = {.interface_id = UINT32_MAX};
	struct flow flow = tcp_flow();
	struct flow_side side = {.port = UINT16_MAX,
				 .tcp_flags = UINT8_MAX,
				 .retransmissions = UINT32_MAX,
				 .spurious_retransmissions = UINT32_MAX,
				 .out_of_order = UINT32_MAX,
				 .zero_windows = UINT32_MAX,
				 .resets = UINT32_MAX,
				 .mss = UINT32_MAX,
				 .bytes = UINT64_MAX,
				 .packets = UINT64_MAX,
				 .frame_bytes = UINT64_MAX};
	struct text text;

	(void)state;
	memset(observer.hostname, '\n', sizeof(observer.hostname) - 1);
	memset(observer.interface_name, 1, sizeof(observer.interface_name) - 1);
	memset(observer.interface_uid, '"', sizeof(observer.interface_uid) - 1);
	memset(side.ip.bytes, 0xff, sizeof(side.ip.bytes));
	flow.source = flow.destination = side;
	flow.start.ns = -INT64_C(9214560000000000000) + 1;
	flow.end.ns = INT64_C(9214646399999999999);
	flow.handshake = (struct flow_handshake){true, INT64_MAX, INT64_MAX, INT64_MAX};
	flow.requests = UINT64_MAX;
	flow.response_time = (struct flow_response_time){
		.count = UINT64_MAX,
		.sum = UINT64_MAX,
		.min = UINT64_MAX,
		.max = UINT64_MAX,
		.offset = FLOW_BUCKET_MIN,
		.buckets = FLOW_BUCKETS,
	};
	memset(flow.response_time.counts, 0xff, sizeof(flow.response_time.counts));
	flow.slice = UINT32_MAX;
	flow.end_reason = FLOW_LACK_OF_RESOURCES;
	flow.initiator = FLOW_BY_FIRST_PACKET;
	text_init(&text, FLOW_RECORD_MAX);
	flow_format(&flow, &observer, &text);
	assert_false(text.failed);
	text_free(&text);
}

/* Bucket i holds (2^(i/8), 2^((i+1)/8)]: V is in it if 2^i < V^8 <= 2^(i+1). */
static void buckets_have_the_bounds_of_opentelemetry(void **state)
{
	(void)state;
	assert_int_equal(flow_bucket(0), FLOW_BUCKET_MIN);
	assert_int_equal(flow_bucket(1), FLOW_BUCKET_MIN);
	for (uint64_t v = 2; v < 1 << 15; v++) {
		unsigned __int128 power = (unsigned __int128)v * v;
		int bucket = flow_bucket(v);

		power *= power;
		power *= power;
		assert_true((unsigned __int128)1 << bucket < power);
		assert_true(power <= (unsigned __int128)1 << (bucket + 1));
		assert_int_equal(flow_bucket(v << 20), bucket + 160);
	}
	assert_int_equal(flow_bucket(UINT64_C(1) << 42), FLOW_BUCKET_MIN + FLOW_BUCKETS - 1);
	assert_int_equal(flow_bucket((UINT64_C(1) << 42) + 1), FLOW_BUCKET_MIN + FLOW_BUCKETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_member_of_a_tcp_flow),
		cmocka_unit_test(writes_the_quality_of_tcp_where_there_is_something),
		cmocka_unit_test(writes_the_other_side_of_a_translation),
		cmocka_unit_test(leaves_out_what_was_not_measured),
		cmocka_unit_test(the_longest_record_fits),
		cmocka_unit_test(buckets_have_the_bounds_of_opentelemetry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
