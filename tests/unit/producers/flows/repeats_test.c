#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/flow_table.h"
#include "tests/unit/producers/flows/flow_packets.h"

#define CLIENT 1

static void a_copy_counts_once(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
	struct flow_table_stats stats;

	(void)state;
	packet.cooked = 1;
	packet.identification = 7;
	flow_packets_add(run, packet);
	packet.time.ns += 10 * NS_PER_MS;
	flow_packets_add(run, packet); /* a copy */
	packet.identification = 8;
	flow_packets_add(run, packet); /* a retransmission */
	packet.identification = 0;
	flow_packets_add(run, packet);
	packet.time.ns += NS_PER_MS;
	flow_packets_add(run, packet); /* nobody knows */
	packet = flow_packets_make(TRANSPORT_TCP, 20 * NS_PER_MS, CLIENT, SERVER, TCP_SYN, 0);
	packet.cooked = 1;
	flow_packets_add(run, packet);
	packet.time.ns += NS_PER_MS;
	flow_packets_add(run, packet); /* a copy: no timer is that fast */
	packet = flow_packets_make(TRANSPORT_TCP, 22 * NS_PER_MS, CLIENT, SERVER, TCP_ACK, 1);
	packet.cooked = 1;
	flow_packets_add(run, packet);
	packet.time.ns += NS_PER_MS;
	flow_packets_add(run, packet); /* nobody knows: a fast retransmission needs no timer */
	flow_packets_drain(run);
	stats = flow_table_get_stats(run->table);
	assert_int_equal(stats.copies.repeated, 2);
	assert_int_equal(stats.copies.unsure, 2);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].source.packets, 4);
	assert_int_equal(run->out[1].source.packets, 3);
	assert_int_equal(run->out[1].source.retransmissions, 1);
	flow_packets_free(run);
}

/* Adds a packet of PROTOCOL with IDENTIFICATION twice, with two checksums. Returns how often it was
 * counted. */
static uint64_t counted(uint8_t protocol, uint32_t identification)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(protocol, 0, CLIENT, SERVER, TCP_ACK, 1);
	uint64_t packets;

	packet.cooked = 1;
	packet.identification = identification;
	for (packet.checksum = 1; packet.checksum <= 2; packet.checksum++)
		flow_packets_add(run, packet);
	flow_packets_drain(run);
	packets = run->out[0].source.packets + run->out[0].destination.packets;
	flow_packets_free(run);
	return packets;
}

static void a_checksum_may_be_left_to_the_interface(void **state)
{
	(void)state;
	assert_int_equal(counted(TRANSPORT_TCP, 7), 1);
	assert_int_equal(counted(TRANSPORT_UDP, 7), 1);
	assert_int_equal(counted(TRANSPORT_ICMP, 7), 2);
	assert_int_equal(counted(TRANSPORT_UDP, 0), 2);
}

static void copies_in_an_ordinary_capture_are_only_noticed(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);
	struct flow_table_stats stats;

	(void)state;
	packet.identification = 7;
	flow_packets_add(run, packet);
	flow_packets_add(run, packet); /* a copy */
	packet.identification = 0;
	flow_packets_add(run, packet);
	flow_packets_add(run, packet); /* nobody knows */
	packet.identification = 8;
	while (flow_table_get_stats(run->table).copies.compared < COPIES_COMPARED) {
		packet.time.ns += 11 * NS_PER_MS;
		flow_packets_add(run, packet);
	}
	flow_packets_add(run, packet); /* a copy, but nobody compares any more */
	flow_packets_drain(run);
	stats = flow_table_get_stats(run->table);
	assert_int_equal(stats.copies.counted, 1);
	assert_int_equal(stats.copies.repeated, 0);
	assert_int_equal(stats.copies.unsure, 0);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_counts_once),
		cmocka_unit_test(a_checksum_may_be_left_to_the_interface),
		cmocka_unit_test(copies_in_an_ordinary_capture_are_only_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
