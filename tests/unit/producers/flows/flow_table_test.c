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

static void both_directions_are_one_flow(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1);
	add(run, TRANSPORT_TCP, 3, SERVER, CLIENT, TCP_SYN | TCP_ACK, 1);
	add(run, TRANSPORT_TCP, 5, CLIENT, SERVER, TCP_ACK, 2);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].source.packets, 2);
	assert_int_equal(run->out[0].source.bytes, 200);
	assert_int_equal(run->out[0].source.frame_bytes, 228);
	assert_int_equal(run->out[0].source.port, 40000);
	assert_int_equal(run->out[0].destination.packets, 1);
	assert_int_equal(run->out[0].destination.port, 80);
	assert_int_equal(run->out[0].start.ns, FLOW_PACKETS_START);
	assert_int_equal(run->out[0].end.ns, FLOW_PACKETS_START + 5);
	assert_int_equal(run->out[0].initiator, FLOW_BY_SYN);
	assert_int_equal(run->out[0].end_reason, FLOW_FORCED_END);
	assert_int_equal(run->out[0].requests, 1);
	flow_packets_free(run);
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

static void another_interface_is_another_flow_with_the_same_community_id(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);

	(void)state;
	flow_packets_add(run, packet);
	packet.interface = 1;
	flow_packets_add(run, packet);
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	assert_string_equal(run->out[0].community_id, run->out[1].community_id);
	assert_int_equal(run->out[0].interface, 0);
	assert_int_equal(run->out[1].interface, 1);
	assert_true(run->out[0].id != run->out[1].id);
	flow_packets_free(run);
}

static void a_silent_flow_ends_at_its_idle_timeout(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_ACK, 0);
	flow_packets_expire(run, 30 * S - 1);
	assert_int_equal(run->count, 0);
	flow_packets_expire(run, 31 * S);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].protocol, TRANSPORT_UDP);
	assert_int_equal(run->out[0].end_reason, FLOW_IDLE_TIMEOUT);
	assert_int_equal(run->out[0].end.ns, FLOW_PACKETS_START);
	flow_packets_expire(run, 61 * S);
	assert_int_equal(run->count, 2);
	flow_packets_drain(run);
	flow_packets_free(run);
}

static void a_packet_after_the_idle_timeout_begins_another_flow(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 30 * S - 1, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 60 * S - 1, CLIENT, SERVER, 0, 0); /* exactly 30 s later */
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].source.packets, 2);
	assert_int_equal(run->out[0].end_reason, FLOW_IDLE_TIMEOUT);
	assert_int_equal(run->out[1].slice, 0);
	assert_true(run->out[0].id != run->out[1].id);
	flow_packets_free(run);
}

static void a_long_flow_comes_in_slices(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	uint64_t packets = 0;

	(void)state;
	for (int64_t second = 0; second <= 230; second += 10)
		add(run, TRANSPORT_TCP, second * S, CLIENT, SERVER, TCP_ACK, (uint32_t)second * 6);
	flow_packets_expire(run, 400 * S);
	assert_int_equal(run->count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(run->out[i].slice, i);
		assert_int_equal(run->out[i].id, run->out[0].id);
		assert_int_equal(run->out[i].end_reason,
				 i < 2 ? FLOW_ACTIVE_TIMEOUT : FLOW_IDLE_TIMEOUT);
		packets += run->out[i].source.packets;
	}
	assert_int_equal(run->out[0].start.ns, FLOW_PACKETS_START);
	assert_int_equal(run->out[0].end.ns, FLOW_PACKETS_START + 90 * S);
	assert_int_equal(run->out[1].start.ns, FLOW_PACKETS_START + 100 * S);
	assert_int_equal(packets, 24);
	flow_packets_drain(run);
	flow_packets_free(run);
}

static void a_slice_without_packets_is_not_reported(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_ACK, 0);
	add(run, TRANSPORT_TCP, 50 * S, CLIENT, SERVER, TCP_ACK, 60);
	add(run, TRANSPORT_TCP, 99 * S, CLIENT, SERVER, TCP_ACK, 120);
	flow_packets_expire(run, 101 * S);
	assert_int_equal(run->count, 1);
	assert_int_equal(flow_table_count(run->table), 1);
	flow_packets_expire(run, 200 * S);
	assert_int_equal(flow_table_count(run->table), 0);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	flow_packets_free(run);
}

static void a_closed_connection_waits_for_its_last_packet(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1);
	add(run, TRANSPORT_TCP, 1, CLIENT, SERVER, TCP_FIN | TCP_ACK, 2);
	add(run, TRANSPORT_TCP, 2, SERVER, CLIENT, TCP_FIN | TCP_ACK, 2);
	add(run, TRANSPORT_TCP, S, CLIENT, SERVER, TCP_ACK, 3);
	assert_int_equal(run->count, 0);
	flow_packets_expire(run, 3 * S);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].end_reason, FLOW_END_OF_FLOW);
	assert_int_equal(run->out[0].end.ns, FLOW_PACKETS_START + S);
	assert_int_equal(run->out[0].source.packets, 3);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	flow_packets_free(run);
}

static void a_syn_on_a_closed_connection_begins_another(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1);
	add(run, TRANSPORT_TCP, 1, SERVER, CLIENT, TCP_RST | TCP_ACK, 0);
	add(run, TRANSPORT_TCP, 2, CLIENT, SERVER, TCP_SYN, 1000);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].end_reason, FLOW_END_OF_FLOW);
	add(run, TRANSPORT_TCP, S / 2, CLIENT, SERVER, TCP_SYN, 1000); /* again */
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[1].source.packets, 2);
	flow_packets_free(run);
}

/* A connection of 1 s that both sides close; the next numbers are 66 and 65. */
static void open_and_close(struct flow_packets *run, int64_t time)
{
	add(run, TRANSPORT_TCP, time, CLIENT, SERVER, TCP_SYN, 1);
	add(run, TRANSPORT_TCP, time + 1, SERVER, CLIENT, TCP_SYN | TCP_ACK, 1);
	add(run, TRANSPORT_TCP, time + S, CLIENT, SERVER, TCP_FIN | TCP_ACK, 2);
	add(run, TRANSPORT_TCP, time + S + 1, SERVER, CLIENT, TCP_FIN | TCP_ACK, 2);
}

static void a_late_fin_or_rst_begins_no_flow(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	open_and_close(run, 0);
	/* Linger is over, but the table has not looked for ended flows yet. */
	add(run, TRANSPORT_TCP, 2 * S + 1, SERVER, CLIENT, TCP_FIN | TCP_ACK, 2);
	add(run, TRANSPORT_TCP, 4 * S, SERVER, CLIENT, TCP_FIN | TCP_ACK, 2);
	add(run, TRANSPORT_TCP, 50 * S, SERVER, CLIENT, TCP_RST, 9999);
	add(run, TRANSPORT_TCP, 100 * S, CLIENT, SERVER, TCP_RST, 0);
	assert_int_equal(flow_table_count(run->table), 0);
	assert_int_equal(flow_table_get_stats(run->table).late_segments, 4);
	add(run, TRANSPORT_TCP, 161 * S, CLIENT, SERVER, TCP_RST, 0);
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].source.packets, 2);
	assert_int_equal(run->out[0].end_reason, FLOW_END_OF_FLOW);
	assert_int_equal(run->out[1].start.ns, FLOW_PACKETS_START + 161 * S);
	flow_packets_free(run);
}

static void a_connection_that_uses_closed_ports_again_is_a_flow(void **state)
{
	static const struct {
		uint8_t from, flags;
		uint32_t sequence;
	} firsts[] = {
		{CLIENT, TCP_SYN, 1},              /* whatever its number */
		{SERVER, TCP_SYN | TCP_ACK, 1},    /* its SYN was not seen */
		{CLIENT, TCP_ACK | TCP_PSH, 5000}, /* nor was its SYN-ACK */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct flow_packets *run = flow_packets_new(8, 1);

		open_and_close(run, 0);
		add(run, TRANSPORT_TCP, 10 * S, firsts[i].from,
		    firsts[i].from == CLIENT ? SERVER : CLIENT, firsts[i].flags,
		    firsts[i].sequence);
		add(run, TRANSPORT_TCP, 11 * S, SERVER, CLIENT, TCP_RST, 5);
		flow_packets_drain(run);
		assert_int_equal(run->count, 2);
		assert_int_equal(run->out[1].source.packets + run->out[1].destination.packets, 2);
		assert_int_equal(flow_table_get_stats(run->table).late_segments, 0);
		flow_packets_free(run);
	}
}

static void a_full_table_ends_the_longest_silent_flow(void **state)
{
	struct flow_packets *run = flow_packets_new(3, 1);

	(void)state;
	for (uint8_t i = 0; i < 3; i++)
		add(run, TRANSPORT_UDP, i * S, (uint8_t)(10 + i), SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 4 * S, 10, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 5 * S, 20, SERVER, 0, 0);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].end_reason, FLOW_LACK_OF_RESOURCES);
	assert_int_equal(run->out[0].source.ip.bytes[15], 11);
	assert_int_equal(flow_table_get_stats(run->table).evictions, 1);
	flow_packets_drain(run);
	assert_int_equal(run->count, 4);
	flow_packets_free(run);
}

static void small_steps_back_are_disorder(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_UDP, 9 * S, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 2 * S, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 5 * S, CLIENT, SERVER, 0, 0);
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].start.ns, FLOW_PACKETS_START + 2 * S);
	assert_int_equal(run->out[0].end.ns, FLOW_PACKETS_START + 9 * S);
	flow_packets_free(run);
}

static void a_clock_that_was_set_back_ends_all_flows(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	add(run, TRANSPORT_UDP, 5000 * S, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 5001 * S, 9, SERVER, 0, 0);
	add(run, TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].end_reason, FLOW_FORCED_END);
	assert_int_equal(flow_table_get_stats(run->table).clock_steps, 1);
	flow_packets_expire(run, 31 * S);
	assert_int_equal(run->count, 3);
	assert_int_equal(run->out[2].end_reason, FLOW_IDLE_TIMEOUT);
	flow_packets_drain(run);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow),
		cmocka_unit_test(finds_the_initiator),
		cmocka_unit_test(a_first_packet_proves_something_after_a_silence),
		cmocka_unit_test(a_syn_ack_out_of_order_proves_the_initiator),
		cmocka_unit_test(an_echo_reply_had_a_request),
		cmocka_unit_test(another_interface_is_another_flow_with_the_same_community_id),
		cmocka_unit_test(a_silent_flow_ends_at_its_idle_timeout),
		cmocka_unit_test(a_packet_after_the_idle_timeout_begins_another_flow),
		cmocka_unit_test(a_long_flow_comes_in_slices),
		cmocka_unit_test(a_slice_without_packets_is_not_reported),
		cmocka_unit_test(a_closed_connection_waits_for_its_last_packet),
		cmocka_unit_test(a_syn_on_a_closed_connection_begins_another),
		cmocka_unit_test(a_late_fin_or_rst_begins_no_flow),
		cmocka_unit_test(a_connection_that_uses_closed_ports_again_is_a_flow),
		cmocka_unit_test(a_full_table_ends_the_longest_silent_flow),
		cmocka_unit_test(small_steps_back_are_disorder),
		cmocka_unit_test(a_clock_that_was_set_back_ends_all_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
