#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/tagged_flow.h"
#include "tests/unit/quoted.h"

static void leaves_nothing_of_the_record_before(void **state)
{
	const char *least =
		quoted("{'event':{'start':'2026-11-23T08:00:00Z','end':'2026-11-23T08:00:00Z'},"
		       "'source':{'ip':'fd00::1'},'destination':{'ip':'192.0.2.1'},"
		       "'tenure':{'source':{'status':'known','kind':'outside'},"
		       "'destination':{'status':'known','kind':'pod'},"
		       "'flow':{'partition':0,'offset':0}}}");
	static struct tagged_flow flow;
	const struct tagged_flow_end *const ends[] = {&flow.source, &flow.destination};
	struct fault fault;

	(void)state;
	memset(&flow, 0xa5, sizeof(flow));
	assert_int_equal(tagged_flow_parse(least, strlen(least), &flow, &fault), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct tagged_flow_end *end = ends[i];
		const char *const texts[] = {
			end->reason, end->cluster, end->namespace,     end->pod,      end->uid,
			end->node,   end->zone,    end->workload_kind, end->workload, end->service};

		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			assert_string_equal(texts[j], "");
		assert_int_equal(end->port, -1);
		assert_int_equal(end->bytes + end->packets + end->retransmissions, 0);
		assert_false(end->has_packets);
		assert_true(when_is_min(end->bound_from) && when_is_max(end->bound_to));
		assert_int_equal(end->tcp_flags, 0);
		assert_int_equal(end->service_count, 0);
	}
	assert_string_equal(flow.transport, "");
	assert_string_equal(flow.flow_id, "");
	assert_string_equal(flow.end_reason, "");
	assert_string_equal(flow.observer, "");
	assert_string_equal(flow.interface, "");
	assert_string_equal(flow.topic, "");
	assert_int_equal(flow.requests + flow.slice + flow.interface_id, 0);
	assert_int_equal(flow.response.count + flow.response.sum_ns + flow.response.min_ns +
				 flow.response.max_ns + flow.response.bucket_count,
			 0);
	assert_false(flow.has_handshake || flow.running_totals || flow.directed ||
		     flow.provisional);
	assert_int_equal(flow.revision, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_nothing_of_the_record_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
