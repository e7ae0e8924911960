/* conversation.h - one conversation, as its observers told of it.
 *
 * A packet passes several interfaces, so one conversation gives a flow on each,
 * and a long one gives several slices of each flow.  Before the kernel chose a pod
 * (DNAT) its destination is the service's address, behind that the pod's.  Here
 * all these records come together, and one observer's are counted.
 *
 * Two records are of one conversation when transport, source address and source
 * port are equal, and
 *   - they are slices of one flow (observer and flow.id), or
 *   - their times overlap or are at most CONVERSATION_GAP apart, and they have
 *     one server: the same destination address and port, or the one a service's
 *     address (or node port) and the other a pod (or node) of that service, or an end
 *     that tells no services (not known, outside) but as many packets each way, begun
 *     together;
 * and nothing speaks against it: two known clusters, two known holders of the
 * source, or two pods behind a service, or two services, at the same time.
 *
 * (1) The counted observer is that of the first record in this order: it saw the
 *     service's address, else a node port of it; it stands on the source's node; it started earliest; then
 *     by hostname and interface name.  Bytes of two observers are never added.
 * (2) Records may come in any order; each may bring together conversations that
 *     were apart (conversations.h does that).
 */
#ifndef TENURE_CONVERSATION_H
#define TENURE_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tagged_flow.h"

/* Clocks of two nodes differ by less (the default --skew, twice), and a source port
 * that comes back within it comes back to the same client. */
#define CONVERSATION_GAP NS_PER_SECOND

enum conversation_error {
	CONVERSATION_FINE,
	CONVERSATION_REFUSED,    /* a SYN answered by RST, never by SYN */
	CONVERSATION_UNANSWERED, /* not one packet came back */
	CONVERSATION_RESET,      /* RST by either side, later */
};

/* One record, by what the graph needs of it.  Names are hashes, 0 for none. */
struct conversation_slice {
	struct conversation *owner;
	struct conversation_slice *index_next; /* the table's */

	uint64_t topic; /* where the flow stands; identity together with the next two */
	int64_t offset;
	int32_t partition;
	int32_t server_port; /* -1 for none */
	uint64_t revision;

	struct when start;
	struct when end;
	struct ip server_ip;
	int32_t client, server; /* nodes of the graph */
	uint64_t cluster;
	uint64_t holder;  /* of the source */
	uint64_t service; /* that the destination's address or node port stands for */
	unsigned stage;   /* of the choice of a pod: 2 at a service's address, 1 at a node port */
	uint64_t observer;
	uint64_t flow;  /* observer and flow.id; unique where there is no flow.id */
	bool at_client; /* the observer's host is the source's node */
	bool tcp;
	bool has_packets;
	bool provisional;
	unsigned source_flags, destination_flags; /* enum tagged_flow_flags */

	uint64_t source_bytes, destination_bytes;
	uint64_t source_packets, destination_packets;
	uint64_t requests;
	uint64_t response_count, response_sum_ns, response_min_ns, response_max_ns;
	int scale;
	int32_t first_bucket;

	/* Set by conversation_choose(). */
	bool counted;
	bool ends_flow; /* the last counted slice of its flow, which carries the flow's ERROR */
	enum conversation_error error;

	size_t service_count;
	size_t bucket_count;
	/* The services of the destination, the histogram's counts, then hostname and
	 * interface name with their NULs. */
	uint64_t words[];
};

struct conversation {
	struct conversation *chain_next; /* the table's */
	struct conversation *previous, *next;
	uint64_t transport;
	struct ip ip; /* of the source */
	int32_t port;
	struct when end;      /* the latest of its slices */
	uint64_t newest_flow; /* of the slice that was added last */
	struct conversation_slice **slices;
	size_t count;
	size_t capacity;
};

/* A new slice of FLOW between the nodes CLIENT and SERVER; NULL without memory. */
struct conversation_slice *conversation_slice_new(const struct tagged_flow *flow, int32_t client,
						  int32_t server);
void conversation_slice_free(struct conversation_slice *slice);
const uint64_t *conversation_slice_buckets(const struct conversation_slice *slice);

/* A conversation without slices that has FLOW's transport and source. */
struct conversation *conversation_new(const struct tagged_flow *flow);
void conversation_free(struct conversation *conversation);

bool conversation_same_source(const struct conversation *conversation,
			      const struct tagged_flow *flow);
/* Whether SLICE, of the same source, belongs to CONVERSATION. */
bool conversation_takes(const struct conversation *conversation,
			const struct conversation_slice *slice);
/* Whether nothing in A speaks against anything in B. */
bool conversation_agrees(const struct conversation *a, const struct conversation *b);
/* Takes SLICE.  -1 without memory, and SLICE is still the caller's. */
int conversation_add(struct conversation *conversation, struct conversation_slice *slice);
/* Moves every slice of FROM into CONVERSATION; -1 without memory and nothing moved. */
int conversation_absorb(struct conversation *conversation, struct conversation *from);
/* Takes SLICE out; it is the caller's. */
void conversation_remove(struct conversation *conversation, struct conversation_slice *slice);

/* Marks what counts (1): slices of the counted observer with FROM <= end < TO. */
void conversation_choose(struct conversation *conversation, struct when from, struct when to);

#endif
