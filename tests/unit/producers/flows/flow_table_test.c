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
#include "producers/flows/wheel.h"
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

static void another_interface_is_another_flow_with_the_same_community_id(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);

	(void)state;
	flow_packets_add(run, packet);
	packet.interface = 1;
	packet.path = 1;
	flow_packets_add(run, packet);
	flow_packets_drain(run);
	assert_int_equal(run->count, 2);
	assert_string_equal(run->out[0].community_id, run->out[1].community_id);
	assert_int_equal(run->out[0].path, 0);
	assert_int_equal(run->out[1].path, 1);
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

static void stretched_time_outs_hold_flows_until_they_shrink(void **state)
{
	const struct flow_table_options options = {
		.max_flows = 8,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 100 * S,
		.linger_ns = S,
	};
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	flow_table_stretch(run->table, &options, 10);
	for (int64_t second = 0; second <= 900; second += 25)
		add(run, TRANSPORT_UDP, second * S, CLIENT, SERVER, 0, 0);
	add(run, TRANSPORT_TCP, 900 * S, CLIENT, SERVER, TCP_ACK, 0);
	flow_packets_expire(run, 990 * S);
	assert_int_equal(run->count, 0);
	flow_table_stretch(run->table, &options, 1);
	flow_packets_expire(run, 990 * S + WHEEL_SLOTS * WHEEL_TICK_NS);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].source.packets + run->out[1].source.packets, 38);
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
	assert_int_equal(flow_table_get_stats(run->table).active, 1);
	flow_packets_expire(run, 200 * S);
	assert_int_equal(flow_table_get_stats(run->table).active, 0);
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

static void a_sample_is_whole_and_the_same_on_every_interface(void **state)
{
	static const struct flow_table_options options = {
		.max_flows = FLOW_PACKETS_MAX,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 60 * S,
		.linger_ns = S,
		.sample = 10,
		.seed = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
			 0xd6e8feb86659fd93, 0x2545f4914f6cdd1d, 0xff51afd7ed558ccd,
			 0xc4ceb9fe1a85ec53},
	};
	struct flow_packets *run = flow_packets_new(1, 1);

	(void)state;
	flow_table_free(run->table);
	run->table = flow_table_new(&options);
	assert_non_null(run->table);
	for (unsigned i = 0; i < 40000; i++) {
		struct packet there = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
		struct packet back = flow_packets_make(TRANSPORT_UDP, 0, SERVER, CLIENT, 0, 0);

		there.source_port = back.destination_port = (uint16_t)(i / 4);
		there.interface = back.interface = i & 1;
		there.path = back.path = i & 1;
		flow_packets_add(run, i & 2 ? back : there);
	}
	flow_packets_drain(run);
	assert_in_range(run->count, 1800, 2200);
	for (size_t i = 0; i < run->count; i += 2) {
		assert_int_equal(run->out[i].sample, 10);
		assert_int_equal(run->out[i].source.packets + run->out[i].destination.packets, 2);
		assert_int_equal(run->out[i].source.port, run->out[i + 1].source.port);
	}
	assert_int_equal(flow_table_get_stats(run->table).unsampled, 40000 - 2 * run->count);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow),
		cmocka_unit_test(another_interface_is_another_flow_with_the_same_community_id),
		cmocka_unit_test(a_silent_flow_ends_at_its_idle_timeout),
		cmocka_unit_test(a_packet_after_the_idle_timeout_begins_another_flow),
		cmocka_unit_test(a_long_flow_comes_in_slices),
		cmocka_unit_test(stretched_time_outs_hold_flows_until_they_shrink),
		cmocka_unit_test(a_slice_without_packets_is_not_reported),
		cmocka_unit_test(a_closed_connection_waits_for_its_last_packet),
		cmocka_unit_test(a_syn_on_a_closed_connection_begins_another),
		cmocka_unit_test(a_full_table_ends_the_longest_silent_flow),
		cmocka_unit_test(small_steps_back_are_disorder),
		cmocka_unit_test(a_clock_that_was_set_back_ends_all_flows),
		cmocka_unit_test(a_sample_is_whole_and_the_same_on_every_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
