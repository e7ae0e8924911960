/* flow_packets.h - packets into a flow table, and the flows that come out of it.
 *
 * Times are nanoseconds after FLOW_PACKETS_START.
 */
#ifndef TENURE_FLOW_PACKETS_H
#define TENURE_FLOW_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/flow_table.h"

#define S NS_PER_SECOND
#define FLOW_PACKETS_START (INT64_C(1700000000) * S)
#define FLOW_PACKETS_MAX 4096
#define SERVER 2

struct flow_packets {
	struct flow_table *table;
	size_t count;
	struct flow out[FLOW_PACKETS_MAX]; /* in the order in which they ended */
};

/* A table with timeouts of 60 s (stream), 30 s (datagram) and 100 s (active), and
 * 1 s of linger. */
struct flow_packets *flow_packets_new(size_t max_flows, uint64_t seed);
void flow_packets_free(struct flow_packets *run);

/* A packet of 100 bytes from 10.0.0.FROM to 10.0.0.TO; SERVER's port is 80, every
 * other is 40000. */
struct packet flow_packets_make(uint8_t protocol, int64_t time, uint8_t from, uint8_t to,
				uint8_t flags, uint32_t sequence);

void flow_packets_add(struct flow_packets *run, struct packet packet);
void flow_packets_expire(struct flow_packets *run, int64_t time);
/* Ends all flows; the table must be empty then. */
void flow_packets_drain(struct flow_packets *run);

#endif
