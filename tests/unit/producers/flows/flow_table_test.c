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

static int begin(void **state)
{
	(void)state;
	out_count = 0;
	return 0;
}

static void both_directions_are_one_flow(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1));
	add(table, make(TRANSPORT_TCP, 3, SERVER, CLIENT, TCP_SYN | TCP_ACK, 1));
	add(table, make(TRANSPORT_TCP, 5, CLIENT, SERVER, TCP_ACK, 2));
	drain(table);
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].source.packets, 2);
	assert_int_equal(out[0].source.bytes, 200);
	assert_int_equal(out[0].source.frame_bytes, 228);
	assert_int_equal(out[0].source.port, 40000);
	assert_int_equal(out[0].destination.packets, 1);
	assert_int_equal(out[0].destination.port, 80);
	assert_int_equal(out[0].start.ns, START);
	assert_int_equal(out[0].end.ns, START + 5);
	assert_int_equal(out[0].initiator, FLOW_BY_SYN);
	assert_int_equal(out[0].end_reason, FLOW_FORCED_END);
	assert_int_equal(out[0].requests, 1);
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
		{TRANSPORT_TCP, CLIENT, SERVER, TCP_ACK, CLIENT, FLOW_BY_PORT},
		{TRANSPORT_TCP, SERVER, CLIENT, TCP_ACK, CLIENT, FLOW_BY_PORT},
		{TRANSPORT_TCP, 3, CLIENT, TCP_ACK, 3, FLOW_BY_FIRST_PACKET},
		{TRANSPORT_UDP, CLIENT, SERVER, 0, CLIENT, FLOW_BY_FIRST_PACKET},
		{TRANSPORT_UDP, SERVER, CLIENT, 0, CLIENT, FLOW_BY_PORT},
		{47, SERVER, CLIENT, 0, SERVER, FLOW_BY_FIRST_PACKET},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_table *table = new_table(8, 1);

		begin(state);
		add(table,
		    make(cases[i].protocol, 0, cases[i].from, cases[i].to, cases[i].flags, 1));
		drain(table);
		assert_int_equal(out_count, 1);
		assert_int_equal(out[0].source.ip.bytes[15], cases[i].source);
		assert_int_equal(out[0].initiator, cases[i].how);
	}
}

static void an_echo_reply_was_asked_for(void **state)
{
	struct flow_table *table = new_table(8, 1);
	struct packet packet = make(TRANSPORT_ICMP, 0, SERVER, CLIENT, 0, 0);

	(void)state;
	packet.icmp_type = 0;
	add(table, packet);
	packet = make(TRANSPORT_ICMP, 1, CLIENT, SERVER, 0, 0);
	packet.icmp_type = 8;
	add(table, packet);
	drain(table);
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].source.ip.bytes[15], CLIENT);
	assert_int_equal(out[0].initiator, FLOW_BY_PORT);
	assert_int_equal(out[0].source.packets, 1);
}

static void another_interface_is_another_flow_with_the_same_community_id(void **state)
{
	struct flow_table *table = new_table(8, 1);
	struct packet packet = make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);

	(void)state;
	add(table, packet);
	packet.interface = 1;
	add(table, packet);
	drain(table);
	assert_int_equal(out_count, 2);
	assert_string_equal(out[0].community_id, out[1].community_id);
	assert_int_equal(out[0].interface, 0);
	assert_int_equal(out[1].interface, 1);
	assert_true(out[0].id != out[1].id);
}

static void a_silent_flow_ends_by_its_idle_timeout(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_ACK, 0));
	expire(table, 30 * S - 1);
	assert_int_equal(out_count, 0);
	expire(table, 31 * S);
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].protocol, TRANSPORT_UDP);
	assert_int_equal(out[0].end_reason, FLOW_IDLE_TIMEOUT);
	assert_int_equal(out[0].end.ns, START);
	expire(table, 61 * S);
	assert_int_equal(out_count, 2);
	drain(table);
}

static void a_packet_after_the_idle_timeout_begins_another_flow(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 30 * S - 1, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 60 * S - 1, CLIENT, SERVER, 0, 0)); /* exactly 30 s later */
	drain(table);
	assert_int_equal(out_count, 2);
	assert_int_equal(out[0].source.packets, 2);
	assert_int_equal(out[0].end_reason, FLOW_IDLE_TIMEOUT);
	assert_int_equal(out[1].slice, 0);
	assert_true(out[0].id != out[1].id);
}

static void a_long_flow_is_told_in_slices(void **state)
{
	struct flow_table *table = new_table(8, 1);
	uint64_t packets = 0;

	(void)state;
	for (int64_t second = 0; second <= 230; second += 10)
		add(table,
		    make(TRANSPORT_TCP, second * S, CLIENT, SERVER, TCP_ACK, (uint32_t)second * 6));
	expire(table, 400 * S);
	assert_int_equal(out_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(out[i].slice, i);
		assert_int_equal(out[i].id, out[0].id);
		assert_int_equal(out[i].end_reason,
				 i < 2 ? FLOW_ACTIVE_TIMEOUT : FLOW_IDLE_TIMEOUT);
		packets += out[i].source.packets;
	}
	assert_int_equal(out[0].start.ns, START);
	assert_int_equal(out[0].end.ns, START + 90 * S);
	assert_int_equal(out[1].start.ns, START + 100 * S);
	assert_int_equal(packets, 24);
	drain(table);
}

static void a_slice_without_packets_is_not_told(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_ACK, 0));
	add(table, make(TRANSPORT_TCP, 50 * S, CLIENT, SERVER, TCP_ACK, 60));
	add(table, make(TRANSPORT_TCP, 99 * S, CLIENT, SERVER, TCP_ACK, 120));
	expire(table, 101 * S);
	assert_int_equal(out_count, 1);
	assert_int_equal(flow_table_count(table), 1);
	expire(table, 200 * S);
	assert_int_equal(flow_table_count(table), 0);
	drain(table);
	assert_int_equal(out_count, 1);
}

static void a_closed_connection_waits_for_its_last_packet(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1));
	add(table, make(TRANSPORT_TCP, 1, CLIENT, SERVER, TCP_FIN | TCP_ACK, 2));
	add(table, make(TRANSPORT_TCP, 2, SERVER, CLIENT, TCP_FIN | TCP_ACK, 2));
	add(table, make(TRANSPORT_TCP, S, CLIENT, SERVER, TCP_ACK, 3));
	assert_int_equal(out_count, 0);
	expire(table, 3 * S);
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].end_reason, FLOW_END_OF_FLOW);
	assert_int_equal(out[0].end.ns, START + S);
	assert_int_equal(out[0].source.packets, 3);
	drain(table);
	assert_int_equal(out_count, 1);
}

static void a_syn_on_a_closed_connection_begins_another(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_TCP, 0, CLIENT, SERVER, TCP_SYN, 1));
	add(table, make(TRANSPORT_TCP, 1, SERVER, CLIENT, TCP_RST | TCP_ACK, 0));
	add(table, make(TRANSPORT_TCP, 2, CLIENT, SERVER, TCP_SYN, 1000));
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].end_reason, FLOW_END_OF_FLOW);
	add(table, make(TRANSPORT_TCP, 3, CLIENT, SERVER, TCP_SYN, 1000)); /* again */
	drain(table);
	assert_int_equal(out_count, 2);
	assert_int_equal(out[1].source.packets, 2);
}

static void a_full_table_ends_the_longest_silent_flow(void **state)
{
	struct flow_table *table = new_table(3, 1);

	(void)state;
	for (uint8_t i = 0; i < 3; i++)
		add(table, make(TRANSPORT_UDP, i * S, (uint8_t)(10 + i), SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 4 * S, 10, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 5 * S, 20, SERVER, 0, 0));
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].end_reason, FLOW_LACK_OF_RESOURCES);
	assert_int_equal(out[0].source.ip.bytes[15], 11);
	assert_int_equal(flow_table_get_stats(table).evictions, 1);
	drain(table);
	assert_int_equal(out_count, 4);
}

static void small_steps_back_are_disorder(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_UDP, 9 * S, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 2 * S, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 5 * S, CLIENT, SERVER, 0, 0));
	drain(table);
	assert_int_equal(out_count, 1);
	assert_int_equal(out[0].start.ns, START + 2 * S);
	assert_int_equal(out[0].end.ns, START + 9 * S);
}

static void a_clock_that_was_set_back_ends_all_flows(void **state)
{
	struct flow_table *table = new_table(8, 1);

	(void)state;
	add(table, make(TRANSPORT_UDP, 5000 * S, CLIENT, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 5001 * S, 9, SERVER, 0, 0));
	add(table, make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0));
	assert_int_equal(out_count, 2);
	assert_int_equal(out[0].end_reason, FLOW_FORCED_END);
	assert_int_equal(flow_table_get_stats(table).clock_steps, 1);
	expire(table, 31 * S);
	assert_int_equal(out_count, 3);
	assert_int_equal(out[2].end_reason, FLOW_IDLE_TIMEOUT);
	drain(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(both_directions_are_one_flow, begin),
		cmocka_unit_test_setup(finds_the_initiator, begin),
		cmocka_unit_test_setup(an_echo_reply_was_asked_for, begin),
		cmocka_unit_test_setup(another_interface_is_another_flow_with_the_same_community_id,
				       begin),
		cmocka_unit_test_setup(a_silent_flow_ends_by_its_idle_timeout, begin),
		cmocka_unit_test_setup(a_packet_after_the_idle_timeout_begins_another_flow, begin),
		cmocka_unit_test_setup(a_long_flow_is_told_in_slices, begin),
		cmocka_unit_test_setup(a_slice_without_packets_is_not_told, begin),
		cmocka_unit_test_setup(a_closed_connection_waits_for_its_last_packet, begin),
		cmocka_unit_test_setup(a_syn_on_a_closed_connection_begins_another, begin),
		cmocka_unit_test_setup(a_full_table_ends_the_longest_silent_flow, begin),
		cmocka_unit_test_setup(small_steps_back_are_disorder, begin),
		cmocka_unit_test_setup(a_clock_that_was_set_back_ends_all_flows, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
