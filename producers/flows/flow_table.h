/* flow_table.h - packets in, ended flows out.
 *
 * A table of fixed size has one entry for each conversation: two endpoints, a
 * protocol and an interface. Time is the packets' own; the table's clock is the
 * latest time seen.
 *
 * (1) The flows that come out, and their order, depend on the packets and the options alone, never
 *     on the seed. They come out in the order in which they were over, then of their creation.
 * (2) Each packet is counted in exactly one flow, or as a late segment of a closed connection
 *     (closed.h), or as a copy of a packet that was counted (repeats.h), if copies are expected:
 *     the packet is cooked, or MIRRORED is set (copies.h). No flow is lost: when
 *     the table is full, a flow ends early, as FLOW_LACK_OF_RESOURCES (eviction.h).
 * (3) Nothing is allocated after flow_table_new().
 * (4) A step back in time of up to FLOW_TABLE_STEP_NS is disorder: flows grow at
 *     both ends and the clock stands still. After a larger step the clock was set:
 *     all flows end (FLOW_FORCED_END) and the clock continues from there.
 */
#ifndef TENURE_FLOWS_FLOW_TABLE_H
#define TENURE_FLOWS_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/copies.h"
#include "producers/flows/flow.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/packet.h"
#include "producers/flows/turns.h"
#include "producers/flows/watch.h"

#define FLOW_TABLE_STEP_NS INT64_C(10000000000)
#define FLOW_TABLE_BATCH 32       /* packets between flow_table_aim() and flow_table_add() */
#define FLOW_TABLE_MAX (1u << 24) /* flows: 8 GiB */

struct flow_table_options {
	size_t max_flows;         /* 1 to FLOW_TABLE_MAX */
	int64_t idle_stream_ns;   /* a TCP or SCTP flow ends after this long without a packet */
	int64_t idle_datagram_ns; /* and any other */
	int64_t active_ns;        /* longest slice of a flow, from its first packet */
	int64_t linger_ns;        /* how long a closed TCP connection waits for stragglers */
	uint32_t sample;          /* one conversation in so many is metered; 0 or 1: all */
	unsigned
		l7_protocols; /* whose messages are counted: a bit for each enum flow_l7_protocol */
	int64_t stretch;      /* the most for flow_table_stretch(); 0: it is not called */
	bool mirrored;        /* any packet may have copies, not only cooked ones (2) */
	uint64_t seed[FLOW_KEY_SEED_WORDS]; /* of the hash */
};

/* How long a flow may stay without a packet. */
static inline int64_t flow_table_idle_ns(const struct flow_table_options *options)
{
	int64_t idle_ns = options->idle_stream_ns > options->idle_datagram_ns
				  ? options->idle_stream_ns
				  : options->idle_datagram_ns;

	return options->stretch > 1 ? options->stretch * idle_ns : idle_ns;
}

/* How long after its last packet a flow has certainly ended, so that what it has a number of may be given to another. */
static inline int64_t flow_table_rest_ns(const struct flow_table_options *options)
{
	return flow_table_idle_ns(options) + 60 * NS_PER_SECOND;
}

struct flow_table_stats {
	uint64_t unsampled;              /* packets of conversations that are not metered */
	uint64_t flows;                  /* begun */
	size_t active;                   /* in the table now */
	uint64_t evictions;              /* flows that ended for lack of room */
	uint64_t late_segments;          /* of connections that had been closed (2) */
	uint64_t segments_unsure;        /* may be retransmissions or out of order (tcp.h) */
	uint64_t untimed[TURNS_UNTIMED]; /* requests without a response time, by reason */
	uint64_t clock_steps;            /* (4) */
	struct copies_stats copies;      /* (2) */
	struct l7_stats l7;
};

struct flow_table;

/* Returns NULL if out of memory. */
struct flow_table *flow_table_new(const struct flow_table_options *options);
void flow_table_free(struct flow_table *table);

/* Remembers the keys of PACKETS and fetches the memory that flow_table_add() will need
 * for them. COUNT is at most FLOW_TABLE_BATCH. Returns false if flow_table_expire() would do nothing
 * before any of them but move the clock, which flow_table_add() does too. */
bool flow_table_aim(struct flow_table *table, const struct packet *packets, size_t count);

/* Moves the clock to NOW and takes one flow that is over by then. Before a packet of
 * that time is added, call it until it returns false. */
bool flow_table_expire(struct flow_table *table, struct when now, struct flow *flow);

/* Adds packet AT of those last aimed at. Returns true if that ended a flow or a slice,
 * which is then in *FLOW. */
bool flow_table_add(struct flow_table *table, const struct packet *packet, size_t at,
		    struct flow *flow);

/* At the end of the input: takes one of the flows that are left, a forced end unless its
 * connection was closed. Returns false when none is left. */
bool flow_table_drain(struct flow_table *table, struct flow *flow);

/* From now on all time-outs are TIMES as long as in OPTIONS, which are the table's: flows are held, and fewer come
 * out. After larger TIMES some come out late, by up to WHEEL_SLOTS ticks (wheel.h). */
void flow_table_stretch(struct flow_table *table, const struct flow_table_options *options,
			int64_t times);

/* What the table knows of since when its interfaces are watched; the caller may know of more. */
struct watch *flow_table_watch(struct flow_table *table);

struct flow_table_stats flow_table_get_stats(const struct flow_table *table);

#endif
