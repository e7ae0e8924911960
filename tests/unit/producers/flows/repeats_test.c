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
	assert_int_equal(stats.repeated, 2);
	assert_int_equal(stats.repeats_unsure, 2);
	assert_int_equal(run->count, 2);
	assert_int_equal(run->out[0].source.packets, 4);
	assert_int_equal(run->out[1].source.packets, 3);
	assert_int_equal(run->out[1].source.retransmissions, 1);
	flow_packets_free(run);
}

static void ordinary_captures_are_not_compared(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	struct packet packet = flow_packets_make(TRANSPORT_UDP, 0, CLIENT, SERVER, 0, 0);

	(void)state;
	packet.identification = 7;
	flow_packets_add(run, packet);
	flow_packets_add(run, packet);
	flow_packets_drain(run);
	assert_int_equal(flow_table_get_stats(run->table).repeated, 0);
	assert_int_equal(run->out[0].source.packets, 2);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_counts_once),
		cmocka_unit_test(ordinary_captures_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
