/* flow_packets.h - packets into a flow table, and the flows that came out of it. */
#ifndef TENURE_FLOW_PACKETS_H
#define TENURE_FLOW_PACKETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/flow_table.h"

#define S NS_PER_SECOND
#define START (INT64_C(1700000000) * S)
#define SERVER 2
#define MAX_OUT 4096

static struct flow out[MAX_OUT];
static size_t out_count;

static inline struct flow_table *new_table(size_t max_flows, uint64_t seed)
{
	struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 100 * S,
		.linger_ns = S,
	};
	struct flow_table *table;

	for (unsigned i = 0; i < FLOW_TABLE_SEED_WORDS; i++)
		options.seed[i] = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	table = flow_table_new(&options);
	assert_non_null(table);
	return table;
}

/* A packet of 100 bytes from 10.0.0.FROM to 10.0.0.TO, START + TIME. */
static inline struct packet make(uint8_t protocol, int64_t time, uint8_t from, uint8_t to,
				 uint8_t flags, uint32_t sequence)
{
	return (struct packet){
		.time = {START + time},
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

static inline void keep(const struct flow *flow)
{
	assert_true(out_count < MAX_OUT);
	assert_true(when_not_after(flow->start, flow->end));
	out[out_count++] = *flow;
}

static inline void expire(struct flow_table *table, int64_t time)
{
	struct flow flow;

	while (flow_table_expire(table, (struct when){START + time}, &flow))
		keep(&flow);
}

static inline void add(struct flow_table *table, struct packet packet)
{
	struct flow flow;

	expire(table, packet.time.ns - START);
	flow_table_aim(table, &packet, 1);
	if (flow_table_add(table, &packet, 0, &flow))
		keep(&flow);
}

static inline void drain(struct flow_table *table)
{
	struct flow flow;

	while (flow_table_drain(table, &flow))
		keep(&flow);
	assert_int_equal(flow_table_count(table), 0);
	flow_table_free(table);
}

#endif
