/* A full table: which flows end early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow_table.h"
#include "tests/unit/producers/flows/flow_packets.h"

#define TABLE 4096
#define REAL 1000
#define ROUNDS 20
#define LAST (1 + ROUNDS / 2 * 10) /* sequence number of a FIN */
#define REAL_PORT 30000            /* and following */
#define FLOOD_PORT 80
#define PER_ROUND 5000 /* flood packets */

/* A run that forgets the flood's flows. */
struct flood {
	struct flow_table *table;
	uint64_t packets[REAL];
	uint64_t flood_packets;
	unsigned records[REAL];
	unsigned resources[REAL]; /* records that ended for lack of room */
	int64_t time;
	uint32_t address;
};

static void keep(struct flood *flood, const struct flow *flow)
{
	unsigned real = (unsigned)flow->source.port - REAL_PORT;
	uint64_t packets = flow->source.packets + flow->destination.packets;

	if (real >= REAL) {
		flood->flood_packets += packets;
		return;
	}
	flood->records[real]++;
	flood->packets[real] += packets;
	flood->resources[real] += flow->end_reason == FLOW_LACK_OF_RESOURCES;
}

static void add(struct flood *flood, struct packet *packet)
{
	struct flow flow;

	packet->time.ns = FLOW_PACKETS_START + (flood->time += 2000);
	while (flow_table_expire(flood->table, packet->time, &flow))
		keep(flood, &flow);
	flow_table_aim(flood->table, packet, 1);
	if (flow_table_add(flood->table, packet, 0, &flow))
		keep(flood, &flow);
}

/* The segment of real connection NUMBER. */
static void add_real(struct flood *flood, unsigned number, bool by_server, uint8_t flags,
		     uint32_t sequence, uint32_t payload)
{
	struct packet packet = flow_packets_make(TRANSPORT_TCP, 0, by_server ? SERVER : 1,
						 by_server ? 1 : SERVER, flags, sequence);

	packet.payload = payload;
	*(by_server ? &packet.destination_port : &packet.source_port) =
		(uint16_t)(REAL_PORT + number);
	add(flood, &packet);
}

/* Flood packets from addresses that nobody else has; each is answered with ANSWER, if any. */
static void add_flood(struct flood *flood, unsigned count, uint8_t protocol, uint8_t answer)
{
	for (unsigned i = 0; i < count; i++) {
		struct packet packet = flow_packets_make(protocol, 0, 1, SERVER, TCP_SYN, 1);
		struct packet back = flow_packets_make(protocol, 0, SERVER, 1, answer, 1);
		uint32_t address = ++flood->address;
		const uint8_t bytes[] = {11, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
					 (uint8_t)address};

		packet.source = back.destination = ip_from_v4(bytes);
		if (protocol != TRANSPORT_TCP)
			packet.tcp_flags = 0;
		add(flood, &packet);
		if (answer != 0)
			add(flood, &back);
	}
}

static struct flow_table *table_new(size_t max_flows)
{
	const struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 60 * S,
		.linger_ns = S,
		.seed = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
			 0xd6e8feb86659fd93, 0x2545f4914f6cdd1d, 0xff51afd7ed558ccd,
			 0xc4ceb9fe1a85ec53},
	};
	struct flow_table *table = flow_table_new(&options);

	assert_non_null(table);
	return table;
}

static struct flood *flood_new(void)
{
	struct flood *flood = calloc(1, sizeof(*flood));

	assert_non_null(flood);
	flood->table = table_new(TABLE);
	return flood;
}

/* Every real connection is one record that has all its packets. */
static void check(struct flood *flood, uint64_t packets)
{
	struct flow flow;

	while (flow_table_drain(flood->table, &flow))
		keep(flood, &flow);
	for (unsigned i = 0; i < REAL; i++) {
		assert_int_equal(flood->records[i], 1);
		assert_int_equal(flood->packets[i], packets);
		assert_int_equal(flood->resources[i], 0);
	}
	assert_true(flow_table_get_stats(flood->table).evictions > TABLE);
	assert_int_equal(flow_table_get_stats(flood->table).late_segments, 0);
	flow_table_free(flood->table);
	free(flood);
}

static void run_flood(uint8_t protocol, uint8_t answer)
{
	struct flood *flood = flood_new();
	const unsigned between = PER_ROUND / REAL;

	for (unsigned i = 0; i < REAL; i++) {
		add_real(flood, i, false, TCP_SYN, 0, 0);
		add_flood(flood, between, protocol, answer);
		add_real(flood, i, true, TCP_SYN | TCP_ACK, 0, 0);
		add_real(flood, i, false, TCP_ACK, 1, 0);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < REAL; i++) {
			add_real(flood, i, round & 1, TCP_ACK, 1 + round / 2 * 10, 10);
			add_flood(flood, between, protocol, answer);
		}
	}
	for (unsigned i = 0; i < REAL; i++) {
		add_real(flood, i, false, TCP_FIN | TCP_ACK, LAST, 0);
		add_flood(flood, between, protocol, answer);
		add_real(flood, i, true, TCP_FIN | TCP_ACK, LAST, 0);
		add_flood(flood, between, protocol, answer);
		add_real(flood, i, false, TCP_ACK, LAST + 1, 0);
	}
	check(flood, 3 + ROUNDS + 3);
}

static void a_flood_of_syns_takes_no_room_from_connections(void **state)
{
	(void)state;
	run_flood(TRANSPORT_TCP, 0);
}

static void nor_does_one_that_is_answered(void **state)
{
	(void)state;
	run_flood(TRANSPORT_TCP, TCP_SYN | TCP_ACK);
	run_flood(TRANSPORT_TCP, TCP_RST | TCP_ACK);
}

static void nor_does_one_of_datagrams(void **state)
{
	(void)state;
	run_flood(TRANSPORT_UDP, 0);
}

/* The active and the idle time-out are equal, so the moment of a flow's end says nothing. */
static void the_longest_silent_flow_goes_whatever_its_age(void **state)
{
	static const struct {
		uint8_t from;
		int64_t at;
	} packets[] = {{10, 0}, {11, 1}, {12, 2}, {13, 3}, {10, 4}, {13, 5},
		       {11, 6}, {12, 7}, {10, 8}, {12, 9}, {11, 40}};
	static const uint8_t order[] = {13, 10, 12, 11};
	struct flow_packets *run = flow_packets_new(4, 1);

	(void)state;
	flow_table_free(run->table);
	run->table = table_new(4);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		flow_packets_add(run, flow_packets_make(TRANSPORT_TCP, packets[i].at * S,
							packets[i].from, SERVER, TCP_ACK,
							(uint32_t)i * 60));
	for (uint8_t i = 0; i < 4; i++) {
		for (int twice = 0; twice < 2; twice++)
			flow_packets_add(run, flow_packets_make(TRANSPORT_TCP, 41 * S + i * S,
								(uint8_t)(20 + i), SERVER, TCP_ACK,
								(uint32_t)twice * 60));
		assert_int_equal(run->count, i + 1);
		assert_int_equal(run->out[i].source.ip.bytes[15], order[i]);
		assert_int_equal(run->out[i].end_reason, FLOW_LACK_OF_RESOURCES);
	}
	flow_packets_drain(run);
	flow_packets_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_syns_takes_no_room_from_connections),
		cmocka_unit_test(nor_does_one_that_is_answered),
		cmocka_unit_test(nor_does_one_of_datagrams),
		cmocka_unit_test(the_longest_silent_flow_goes_whatever_its_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
