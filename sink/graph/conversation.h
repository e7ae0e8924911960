/* conversation.h - one conversation, as its observers told of it.
 *
 * A packet passes several interfaces, so one conversation gives a flow on each,
 * and a long one gives several slices of each flow. Before the kernel chose a pod
 * (DNAT) its destination is the service's address, behind that the pod's. Here
 * all these records come together, and one observer's are counted.
 *
 * Two records are of one conversation when transport, source address and source
 * port are equal, and
 *   - they are slices of one flow (observer and flow.id), or
 *   - their times overlap or are at most CONVERSATION_GAP apart, and they have
 *     one server: the same destination address and port, or the one a service's
 *     address (or node port) and the other, further on,
 *       - a pod or node of that service,
 *       - an end that tells no services (it is not known, or outside) and that the
 *         conversation reached from its start on (the SYN; of other protocols the same
 *         number of packets each way, begun together),
 *       - any end, when it was not sent a SYN and sent nothing but RST: a connection
 *         that outlives its pod goes on to the address, whoever is there;
 * and nothing speaks against it: two known clusters, two known holders of the
 * source, or two pods behind a service, or two services, at the same time.
 *
 * (1) The counted observer is that of the first record in this order: it saw the
 *     service's address, else a node port of it; it stands on the source's node; it started earliest; then
 *     by hostname and interface name. Bytes of two observers are never added.
 * (2) Records may come in any order; each may bring together conversations that
 *     were apart (conversations.h does that).
 */
#ifndef TENURE_CONVERSATION_H
#define TENURE_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/graph/conversation_slice.h"
#include "sink/graph/tagged_flow.h"

/* Clocks of two nodes differ by less (the default --skew, twice), and a source port
 * that comes back within it comes back to the same client. */
#define CONVERSATION_GAP NS_PER_SECOND

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
/* Takes SLICE. -1 without memory, and SLICE is still the caller's. */
int conversation_add(struct conversation *conversation, struct conversation_slice *slice);
/* Moves every slice of FROM into CONVERSATION; -1 without memory and nothing moved. */
int conversation_absorb(struct conversation *conversation, struct conversation *from);
/* Takes SLICE out; it is the caller's. */
void conversation_remove(struct conversation *conversation, struct conversation_slice *slice);

/* Marks what counts (1): slices of the counted observer with FROM <= end < TO. */
void conversation_choose(struct conversation *conversation, struct when from, struct when to);

#endif
