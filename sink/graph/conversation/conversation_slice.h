/* conversation_slice.h - one record, reduced to what the graph needs.
 *
 * A flow is one slice, or several if it is long.
 */
#ifndef TENURE_CONVERSATION_SLICE_H
#define TENURE_CONVERSATION_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/measures.h"
#include "sink/graph/messages.h"

struct conversation;

/* What the observer saw as the destination. DNAT goes from a higher one to a lower one. */
enum conversation_stage {
	CONVERSATION_AT_BACKEND,   /* neither of the others: a pod, an address outside, ... */
	CONVERSATION_AT_NODE_PORT, /* a node port of a service */
	CONVERSATION_AT_SERVICE,   /* a service's address */
};

/* Where a record was read. */
struct conversation_place {
	int32_t partition;
	int64_t offset;
};

/* Which observer of a conversation is counted, and which server it saw. */
struct conversation_counted {
	bool chosen; /* the rest is set */
	uint64_t observer;
	struct ip server_ip;
	int32_t server_port;
};

/* What is known of a slice from those of its flow and conversation that were counted before it. */
struct conversation_carry {
	unsigned source_flags, destination_flags;
	bool answered;
	struct conversation_counted counted;
};

/* A histogram whose counts are elsewhere. */
struct conversation_buckets {
	int scale;
	int32_t first;
	size_t count;
};

/* What was read of a slice's payload. */
struct conversation_messages {
	struct messages_kind kind; /* without histograms */
	struct conversation_buckets first_bytes, last_bytes;
};

/* Names are hashes, 0 for none. */
struct conversation_slice {
	struct conversation *owner;
	struct conversation_slice *index_next; /* for struct conversations */

	struct conversation_place place;
	uint64_t topic; /* the flow record's, which these three identify */
	int64_t offset;
	int32_t partition;
	int32_t server_port; /* -1 for none */
	int protocol;        /* IANA number; -1 for none */
	uint64_t revision;

	struct when start;
	struct when end;
	struct ip server_ip;
	int32_t client, server; /* ends (end_table.h); just two ends unless DIRECTED */
	uint64_t cluster;
	uint64_t holder;  /* of the source */
	uint64_t service; /* whose address or node port the destination is */
	enum conversation_stage stage;
	uint64_t observer;
	uint64_t flow;  /* observer and flow.id, of running totals also the start; unique if there
			 * is no flow.id */
	bool at_client; /* the observer's host is the source's node */
	bool tcp;
	bool directed;
	bool running_totals;
	bool expects_answer; /* CLIENT is one, and the transport is not ICMP */
	bool has_packets;
	/* enum tcp_flag; also of the slices of the flow that were counted before. */
	unsigned source_flags, destination_flags;
	bool answered; /* one of those had a packet from the server */
	struct conversation_counted
		certain; /* the counted observer, if it was certain before a restart */

	/* Set by conversation_choose(): whether the slice counts, and, if it is the last
	 * counted slice of its flow, the flow and its error in MEASURES. */
	bool counted;
	struct measures measures;
	struct conversation_buckets response;   /* of turns; none if messages are counted */
	struct conversation_messages *messages; /* in this allocation; NULL if none are counted */

	char *observer_text; /* in this allocation: hostname and interface name with their NULs */
	size_t service_count;
	/* The services of the destination, the counts of the histograms (of RESPONSE, then of MESSAGES),
	 * MESSAGES, then OBSERVER_TEXT. */
	uint64_t words[];
};

/* Makes a slice of FLOW between the ends CLIENT and SERVER; NULL if out of memory. */
struct conversation_slice *conversation_slice_new(const struct tagged_flow *flow, int32_t client,
						  int32_t server);
void conversation_slice_carry(struct conversation_slice *slice,
			      const struct conversation_carry *carry);
void conversation_slice_free(struct conversation_slice *slice);
/* The counts of its histograms, in the order above. */
const uint64_t *conversation_slice_buckets(const struct conversation_slice *slice);
/* Hostname and interface name, each with its NUL. */
const char *conversation_slice_observer(const struct conversation_slice *slice);

#endif
