#include "tests/unit/producers/flows/flow_packets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/transport.h"

struct flow_packets *flow_packets_new(size_t max_flows, uint64_t seed)
{
	struct flow_packets *run = calloc(1, sizeof(*run));
	struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 100 * S,
		.linger_ns = S,
	};

	assert_non_null(run);
	/* Unrelated words, as the hash needs them (splitmix64). */
	for (unsigned i = 0; i < FLOW_KEY_SEED_WORDS; i++) {
		uint64_t word = (seed * FLOW_KEY_SEED_WORDS + i) * UINT64_C(0x9e3779b97f4a7c15);

		word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
		options.seed[i] = word ^ word >> 31;
	}
	run->table = flow_table_new(&options);
	assert_non_null(run->table);
	return run;
}

void flow_packets_free(struct flow_packets *run)
{
	flow_table_free(run->table);
	free(run);
}

struct packet flow_packets_make(uint8_t protocol, int64_t time, uint8_t from, uint8_t to,
				uint8_t flags, uint32_t sequence)
{
	return (struct packet){
		.time = {FLOW_PACKETS_START + time},
		.source = ip_from_v4((const uint8_t[]){10, 0, 0, from}),
		.destination = ip_from_v4((const uint8_t[]){10, 0, 0, to}),
		.source_port = from == SERVER ? 80 : 40000,
		.destination_port = to == SERVER ? 80 : 40000,
		.protocol = protocol,
		.tcp_flags = flags,
		.sequence = sequence,
		.bytes = 100,
		.frame_bytes = 114,
		.payload = protocol == TRANSPORT_TCP && !(flags & TCP_SYN) ? 60 : 0,
	};
}

static void keep(struct flow_packets *run, const struct flow *flow)
{
	assert_true(run->count < FLOW_PACKETS_MAX);
	assert_true(when_not_after(flow->start, flow->end));
	run->out[run->count++] = *flow;
}

void flow_packets_expire(struct flow_packets *run, int64_t time)
{
	struct flow flow;

	while (flow_table_expire(run->table, (struct when){FLOW_PACKETS_START + time}, &flow))
		keep(run, &flow);
}

void flow_packets_add(struct flow_packets *run, struct packet packet)
{
	struct flow flow;

	flow_packets_expire(run, packet.time.ns - FLOW_PACKETS_START);
	flow_table_aim(run->table, &packet, 1);
	if (flow_table_add(run->table, &packet, 0, &flow))
		keep(run, &flow);
}

void flow_packets_drain(struct flow_packets *run)
{
	struct flow flow;

	while (flow_table_drain(run->table, &flow))
		keep(run, &flow);
	assert_int_equal(flow_table_get_stats(run->table).active, 0);
}
