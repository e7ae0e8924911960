#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/flow_table.h"
#include "tests/unit/producers/flows/flow_packets.h"

#define CLIENT 1

static void add(struct flow_packets *run, uint8_t protocol, int64_t time, uint8_t from, uint8_t to,
		uint8_t flags, uint32_t sequence)
{
	flow_packets_add(run, flow_packets_make(protocol, time, from, to, flags, sequence));
}

static void finds_the_initiator(void **state)
{
	static const struct {
		uint8_t protocol, from, to, flags;
		uint8_t source;
		enum flow_initiator how;
	} cases[] = {
		{TRANSPORT_TCP, CLIENT, SERVER, TCP_SYN, CLIENT, FLOW_BY_SYN},
		{TRANSPORT_TCP, SERVER, CLIENT, TCP_SYN, SERVER, FLOW_BY_SYN},
		{TRANSPORT_TCP, SERVER, CLIENT, TCP_SYN | TCP_ACK, CLIENT, FLOW_BY_SYN},
		{TRANSPORT_TCP, CLIENT, SERVER, TCP_ACK, CLIENT, FLOW_BY_NOTHING},
		{TRANSPORT_TCP, SERVER, CLIENT, TCP_ACK, SERVER, FLOW_BY_NOTHING},
		{TRANSPORT_TCP, SERVER, CLIENT, TCP_RST, SERVER, FLOW_BY_NOTHING},
		{TRANSPORT_SCTP, SERVER, CLIENT, 0, SERVER, FLOW_BY_NOTHING},
		{TRANSPORT_UDP, CLIENT, SERVER, 0, CLIENT, FLOW_BY_NOTHING},
		{TRANSPORT_UDP, SERVER, CLIENT, 0, SERVER, FLOW_BY_NOTHING},
		{47, SERVER, CLIENT, 0, SERVER, FLOW_BY_NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_packets *run = flow_packets_new(8, 1);

		add(run, cases[i].protocol, 0, cases[i].from, cases[i].to, cases[i].flags, 1);
		flow_packets_drain(run);
		assert_int_equal(run->count, 1);
		assert_int_equal(run->out[0].source.ip.bytes[15], cases[i].source);
		assert_int_equal(run->out[0].initiator, cases[i].how);
		flow_packets_free(run);
	}
}

/* Adds the first packet of a flow from 10.0.0.FROM at TIME, and returns what proves its source. */
static enum flow_initiator proof_at(struct flow_packets *run, uint8_t protocol, int64_t time,
				    uint8_t from, uint16_t interface)
{
	struct packet packet = flow_packets_make(protocol, time, from, SERVER, 0, 0);

	packet.interface = interface;
	packet.path = interface;
	flow_packets_add(run, packet);
	flow_packets_expire(run, time + 9 * S);
	flow_packets_drain(run);
	return run->out[run->count - 1].initiator;
}

static void a_first_packet_proves_something_after_a_silence(void **state)
{
	struct flow_packets *run = flow_packets_new(1, 1);

	(void)state;
	assert_int_equal(proof_at(run, TRANSPORT_UDP, 0, CLIENT, 0), FLOW_BY_NOTHING);
	assert_int_equal(proof_at(run, TRANSPORT_UDP, 29 * S, 3, 0), FLOW_BY_NOTHING);
	assert_int_equal(proof_at(run, TRANSPORT_UDP, 40 * S, 4, 0), FLOW_BY_FIRST_PACKET);
	assert_int_equal(proof_at(run, 47, 50 * S, 4, 0), FLOW_BY_FIRST_PACKET);
	/* A connection may be silent for longer. */
	assert_int_equal(proof_at(run, TRANSPORT_TCP, 60 * S, 4, 0), FLOW_BY_NOTHING);
	/* Another interface, watched since now. */
	assert_int_equal(proof_at(run, TRANSPORT_UDP, 70 * S, 4, 1), FLOW_BY_NOTHING);
	assert_int_equal(proof_at(run, TRANSPORT_UDP, 101 * S, 5, 1), FLOW_BY_FIRST_PACKET);
	/* The clock was set back, and the watch begins again. */
	assert_int_equal(proof_at(run, TRANSPORT_UDP, -5000 * S, 6, 1), FLOW_BY_NOTHING);
	assert_int_equal(proof_at(run, TRANSPORT_UDP, -4960 * S, 7, 1), FLOW_BY_FIRST_PACKET);
	/* A flow had to make room: the next may be the rest of it. */
	add(run, TRANSPORT_UDP, -4950 * S, 8, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, -4940 * S, 9, SERVER, 0, 0);
	assert_int_equal(flow_table_get_stats(run->table).evictions, 1);
	assert_int_equal(proof_at(run, TRANSPORT_UDP, -4930 * S, 8, 0), FLOW_BY_NOTHING);
	flow_packets_free(run);
}

static void a_syn_ack_out_of_order_proves_the_initiator(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_TCP, 0, SERVER, CLIENT, TCP_ACK, 2);
	add(run, TRANSPORT_TCP, 1, SERVER, CLIENT, TCP_SYN | TCP_ACK, 1);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].initiator, FLOW_BY_SYN);
	assert_int_equal(run->out[0].source.ip.bytes[15], CLIENT);
	flow_packets_free(run);
}

static void an_echo_reply_had_a_request(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_ICMP, 0, SERVER, CLIENT, 0, 0);

	(void)state;
	packet.icmp_type = 0;
	flow_packets_add(run, packet);
	packet = flow_packets_make(TRANSPORT_ICMP, 1, CLIENT, SERVER, 0, 0);
	packet.icmp_type = 8;
	flow_packets_add(run, packet);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].source.ip.bytes[15], CLIENT);
	assert_int_equal(run->out[0].initiator, FLOW_BY_ICMP_TYPE);
	assert_int_equal(run->out[0].source.packets, 1);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_initiator),
		cmocka_unit_test(a_first_packet_proves_something_after_a_silence),
		cmocka_unit_test(a_syn_ack_out_of_order_proves_the_initiator),
		cmocka_unit_test(an_echo_reply_had_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
