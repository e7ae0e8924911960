/* Requests that wait when a slice ends, and no packet follows. */
#include "producers/flows/flow_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "tests/unit/producers/flows/flow_packets.h"

#define CLIENT 1
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define ANSWER "HTTP/1.1 204 No Content\r\n\r\n"

static int set_up(void **state)
{
	struct flow_packets *run = flow_packets_new(4, 1);
	const struct flow_table_options options = {
		.max_flows = 1,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 100 * S,
		.linger_ns = S,
		.l7_protocols = UINT32_MAX,
	};

	flow_table_free(run->table);
	run->table = flow_table_new(&options);
	*state = run;
	return run->table != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	flow_packets_free(*state);
	return 0;
}

/* A connection that begins at 0 s and asks at 50 s. */
static void ask(struct flow_packets *run)
{
	struct packet packet = flow_packets_make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1000);

	flow_packets_add(run, packet);
	packet = flow_packets_make(TRANSPORT_TCP, 50 * S, CLIENT, SERVER, TCP_ACK, 1001);
	packet.payload_bytes = (const uint8_t *)GET;
	packet.payload = packet.payload_captured = sizeof(GET) - 1;
	flow_packets_add(run, packet);
}

/* The second record has no packet, and says that the request was not answered. */
static void expect_unanswered(const struct flow_packets *run, enum flow_end_reason reason)
{
	assert_int_equal(run->out[0].end_reason, FLOW_ACTIVE_TIMEOUT);
	assert_int_equal(run->out[0].l7.requests, 1);
	assert_int_equal(run->out[0].l7.unanswered, 0);
	assert_int_equal(run->out[1].end_reason, reason);
	assert_int_equal(run->out[1].slice, 1);
	assert_int_equal(run->out[1].source.packets + run->out[1].destination.packets, 0);
	assert_int_equal(run->out[1].start.ns, run->out[0].end.ns);
	assert_int_equal(run->out[1].end.ns, run->out[0].end.ns);
	assert_int_equal(run->out[1].l7.protocol, FLOW_L7_HTTP);
	assert_int_equal(run->out[1].l7.requests, 0);
	assert_int_equal(run->out[1].l7.unanswered, 1);
}

static void test_what_waits_at_an_idle_end_is_unanswered(void **state)
{
	struct flow_packets *run = *state;

	ask(run);
	flow_packets_expire(run, 101 * S);
	flow_packets_expire(run, 300 * S);
	assert_int_equal(run->count, 2);
	expect_unanswered(run, FLOW_IDLE_TIMEOUT);
}

static void test_what_waits_at_the_end_of_the_input_is_unanswered(void **state)
{
	struct flow_packets *run = *state;

	ask(run);
	flow_packets_expire(run, 101 * S);
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	expect_unanswered(run, FLOW_FORCED_END);
}

static void test_what_waits_at_an_eviction_is_unanswered(void **state)
{
	struct flow_packets *run = *state;

	ask(run);
	flow_packets_add(run, flow_packets_make(TRANSPORT_TCP, 101 * S, 7, SERVER, TCP_SYN, 1));
	assert_int_equal(run->count, 2);
	expect_unanswered(run, FLOW_LACK_OF_RESOURCES);
}

static void test_what_waits_when_the_ports_are_used_again_is_unanswered(void **state)
{
	struct flow_packets *run = *state;

	ask(run);
	flow_packets_expire(run, 101 * S);
	flow_packets_add(run,
			 flow_packets_make(TRANSPORT_TCP, 105 * S, CLIENT, SERVER, TCP_SYN, 90000));
	assert_int_equal(run->count, 2);
	expect_unanswered(run, FLOW_END_OF_FLOW);
}

static void test_a_slice_without_packets_and_news_has_no_record(void **state)
{
	struct flow_packets *run = *state;
	struct packet packet;

	ask(run);
	packet = flow_packets_make(TRANSPORT_TCP, 51 * S, SERVER, CLIENT, TCP_ACK, 5000);
	packet.payload_bytes = (const uint8_t *)ANSWER;
	packet.payload = packet.payload_captured = sizeof(ANSWER) - 1;
	flow_packets_add(run, packet);
	flow_packets_expire(run, 101 * S);
	flow_packets_expire(run, 300 * S);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].l7.responses, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_waits_at_an_idle_end_is_unanswered),
		TEST(test_what_waits_at_the_end_of_the_input_is_unanswered),
		TEST(test_what_waits_at_an_eviction_is_unanswered),
		TEST(test_what_waits_when_the_ports_are_used_again_is_unanswered),
		TEST(test_a_slice_without_packets_and_news_has_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
