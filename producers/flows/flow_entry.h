/* flow_entry.h - one conversation while it lasts. */
#ifndef TENURE_FLOWS_FLOW_ENTRY_H
#define TENURE_FLOWS_FLOW_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/packet.h"
#include "producers/flows/tcp.h"
#include "producers/flows/turns.h"

#define FLOW_ENTRY_HOT 224 /* bytes at the beginning that a packet inside a connection touches */

/* The members that every packet needs come first. */
struct flow_entry {
	struct flow_key key;
	struct when last;  /* the latest packet's time */
	struct when start; /* the earliest of the slice */
	uint64_t sequence; /* its number among all flows of the table */
	uint32_t slice;
	uint32_t l7;           /* of l7.h */
	uint32_t tag;          /* of the index; the table sets it */
	uint8_t source;        /* the initiator's direction */
	uint8_t initiator : 5; /* enum flow_initiator */
	uint8_t wrapped : 1;   /* one of its packets was */
	uint8_t reversed : 1;  /* direction 0 is behind the second of its tunnel's ends */
	uint8_t embryonic : 1; /* see flow_entry_count() */
	uint8_t icmp_type;     /* the first packet's */
	uint8_t icmp_code;
	uint64_t bytes[2]; /* of the slice, by direction, like the next two */
	uint64_t frame_bytes[2];
	uint64_t packets[2];
	struct turns turns;
	struct tcp tcp;
	uint64_t id;
};

struct flow_end {
	struct when at;
	enum flow_end_reason reason;
};

/* Fills *ENTRY for the conversation that PACKET begins, without counting PACKET. WATCHED: a packet
 * of it in the datagrams' idle time-out before would have been seen. */
void flow_entry_begin(struct flow_entry *entry, const struct flow_key *key, unsigned direction,
		      const struct packet *packet, uint64_t sequence, bool watched);

/* Adds PACKET. The entry stays embryonic while it has only one packet or, of TCP, only SYNs, their
 * answers and RSTs: a flood of forged packets gives no more. L7 may be NULL here and below: then no
 * message is counted. Returns true if PACKET was TCP_UNSURE (tcp.h). */
bool flow_entry_count(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7,
		      unsigned direction, const struct packet *packet);

/* When the flow, or its slice, is over if no other packet comes, and why. */
struct flow_end flow_entry_end(const struct flow_entry *entry,
			       const struct flow_table_options *options);

/* How long after the slice's start flow_entry_end() is at the earliest, unless the connection was
 * closed. */
int64_t flow_entry_shortest_ns(const struct flow_table_options *options);

/* Makes the time-outs of OPTIONS TIMES those of BASE. */
void flow_entry_stretch(struct flow_table_options *options, const struct flow_table_options *base,
			int64_t times);

/* True if the slice has packets. */
static inline bool flow_entry_used(const struct flow_entry *entry)
{
	return (entry->packets[0] | entry->packets[1]) != 0;
}

/* True if the flow's last slice has something to say: it has packets, or requests that waited when the
 * slice before it ended. */
bool flow_entry_has_news(const struct flow_entry *entry, const struct l7 *l7);

/* The flow is over; its last slice was taken. */
void flow_entry_finish(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7);

/* Moves the slice to *FLOW and begins the next one, without packets. */
void flow_entry_take(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7,
		     enum flow_end_reason reason, struct flow *flow);

#endif
