#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/when.h"
#include "producers/flows/flow_table.h"

#define S NS_PER_SECOND
#define START (INT64_C(1700000000) * S)
#define SERVER 2
#define MAX_OUT 4096

static struct flow out[MAX_OUT];
static size_t out_count;

static struct flow_table *new_table(size_t max_flows, uint64_t seed)
{
	struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream = 60 * S,
		.idle_datagram = 30 * S,
		.active = 100 * S,
		.linger = S,
	};
	struct flow_table *table;

	for (unsigned i = 0; i < FLOW_TABLE_SEED_WORDS; i++)
		options.seed[i] = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	table = flow_table_new(&options);
	assert_non_null(table);
	return table;
}

/* A packet of 100 bytes from 10.0.0.FROM to 10.0.0.TO, START + TIME. */
static struct packet make(uint8_t protocol, int64_t time, uint8_t from, uint8_t to, uint8_t flags,
			  uint32_t sequence)
{
	return (struct packet){
		.time = START + time,
		.source = ip_from_v4((const uint8_t[]){10, 0, 0, from}),
		.destination = ip_from_v4((const uint8_t[]){10, 0, 0, to}),
		.source_port = from == SERVER ? 80 : 40000,
		.destination_port = to == SERVER ? 80 : 40000,
		.protocol = protocol,
		.tcp_flags = flags,
		.sequence = sequence,
		.bytes = 100,
		.frame_bytes = 114,
		.payload = protocol == FLOW_TCP && !(flags & PACKET_SYN) ? 60 : 0,
	};
}

static void keep(const struct flow *flow)
{
	assert_true(out_count < MAX_OUT);
	assert_true(flow->start.ns <= flow->end.ns);
	out[out_count++] = *flow;
}

static void expire(struct flow_table *table, int64_t time)
{
	struct flow flow;

	while (flow_table_expire(table, START + time, &flow))
		keep(&flow);
}

static void add(struct flow_table *table, struct packet packet)
{
	struct flow flow;

	expire(table, packet.time - START);
	flow_table_aim(table, &packet, 1);
	if (flow_table_add(table, &packet, 0, &flow))
		keep(&flow);
}

static void drain(struct flow_table *table)
{
	struct flow flow;

	while (flow_table_drain(table, &flow))
		keep(&flow);
	assert_int_equal(flow_table_count(table), 0);
	flow_table_free(table);
}

/* A stream of packets from few endpoints with every kind of disorder. */
static struct packet random_packet(uint64_t *state, int64_t *time)
{
	static const uint8_t protocols[] = {FLOW_TCP, FLOW_TCP, FLOW_UDP, FLOW_ICMP, 47};
	uint64_t r;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	r = *state;
	*time += (int64_t)(r % 1000) * NS_PER_MS / 4;
	if (r % 97 == 0)
		*time += 45 * S;
	if (r % 89 == 0)
		*time -= 4 * S;
	if (r % 1999 == 0)
		*time -= 3000 * S;

	struct packet packet =
		make(protocols[r >> 8 & 3], *time, (uint8_t)(r >> 16 & 7), (uint8_t)(r >> 24 & 7),
		     (uint8_t)(r >> 32 & 0x1f), (uint32_t)(r >> 40 & 0x3ff));

	packet.interface = r >> 60 & 1;
	packet.payload = r >> 50 & 63;
	packet.icmp_type = r >> 56 & 15;
	return packet;
}

/* Runs COUNT random packets through a table; returns the sum of what came out. */
static uint64_t run(uint64_t seed, size_t max_flows, unsigned count)
{
	struct flow_table *table = new_table(max_flows, seed);
	uint64_t state = 88172645463325252u, packets = 0;
	int64_t time = 0;

	out_count = 0;
	for (unsigned i = 0; i < count; i++)
		add(table, random_packet(&state, &time));
	drain(table);
	for (size_t i = 0; i < out_count; i++)
		packets += out[i].source.packets + out[i].destination.packets;
	return packets;
}

static void every_packet_is_in_one_flow_and_the_seed_does_not_matter(void **state)
{
	static struct flow first[MAX_OUT];
	static const size_t sizes[] = {1, 2, 7, 40, 1000};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t count;

		assert_int_equal(run(1, sizes[s], 3000), 3000);
		count = out_count;
		memcpy(first, out, count * sizeof(first[0]));
		assert_int_equal(run(999, sizes[s], 3000), 3000);
		assert_int_equal(out_count, count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(out[i].id, first[i].id);
			assert_int_equal(out[i].end.ns, first[i].end.ns);
			assert_int_equal(out[i].source.bytes, first[i].source.bytes);
			assert_int_equal(out[i].end_reason, first[i].end_reason);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_is_in_one_flow_and_the_seed_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
