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
	assert_int_equal(flow_table_get_stats(run->table).active, 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_late_fin_or_rst_begins_no_flow),
		cmocka_unit_test(a_connection_that_uses_closed_ports_again_is_a_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
