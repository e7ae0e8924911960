/* conversation.h - one conversation, as all of its observers reported it.
 *
 * A packet passes several interfaces, so one conversation is a flow on each of them,
 * and a long one is several slices of each flow. Before DNAT its destination is the
 * service's address, after it the address of the pod that was chosen. All these
 * records come together here, and those of one observer are counted.
 *
 * Two records belong to one conversation if transport, source address and source
 * port are equal, and
 *   - they are slices of one flow (observer and flow.id), or
 *   - their times overlap or are at most CONVERSATION_GAP apart, and they have
 *     one server: the same destination address and port, or a service's address
 *     (or node port) in one and, after DNAT, in the other
 *       - a pod or node of that service,
 *       - an end without services (it is not known, or outside) that the
 *         conversation reached from its start (the SYN; without TCP the same
 *         number of packets each way, started together),
 *       - any end that was sent no SYN and sent nothing but RST: a connection that
 *         outlives its pod still goes to the address, whoever holds it now;
 * and nothing contradicts it: two known clusters, two known holders of the source,
 * or, at the same time, two pods of a service or two services.
 *
 * (1) The counted observer is that of the first record in this order: it saw the
 *     service's address, else its node port; it is on the source's node; it started
 *     earliest; then by hostname and interface name. Bytes of two observers are
 *     never added.
 *     Once slices of a conversation have been counted while it goes on (conversation_part()), its
 *     counted observer stays the same.
 * (2) Records may come in any order; each may connect conversations that were
 *     separate (conversations.h merges them).
 */
#ifndef TENURE_CONVERSATION_H
#define TENURE_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/record/tagged_flow.h"
#include "sink/graph/conversation/conversation_slice.h"

/* Clocks of two nodes differ by less (twice the default --skew), and a source port
 * that is used again within it is used by the same client. */
#define CONVERSATION_GAP NS_PER_SECOND

struct conversation {
	struct conversation *chain_next; /* these three for struct conversations */
	struct conversation *previous, *next;
	uint64_t transport;
	struct ip ip; /* of the source */
	int32_t port;
	struct when end;                     /* the latest of its slices */
	uint64_t newest_flow;                /* of the slice that was added last */
	struct conversation_counted counted; /* the observer, once it is certain */
	bool decided;                        /* a part: which slices count is decided */
	struct conversation_slice **slices;
	size_t count;
	size_t capacity;
};

/* Makes a conversation without slices that has FLOW's transport and source; NULL if out of
 * memory. */
struct conversation *conversation_new(const struct tagged_flow *flow);
void conversation_free(struct conversation *conversation);

bool conversation_same_source(const struct conversation *conversation,
			      const struct tagged_flow *flow);
/* Whether SLICE, of the same source, belongs to CONVERSATION. */
bool conversation_matches(const struct conversation *conversation,
			  const struct conversation_slice *slice);
/* Whether nothing in A contradicts anything in B. */
bool conversation_compatible(const struct conversation *a, const struct conversation *b);
/* Adds SLICE, which CONVERSATION then owns. -1 if out of memory, and the caller still owns it. */
int conversation_add(struct conversation *conversation, struct conversation_slice *slice);
/* Moves every slice of FROM into CONVERSATION; -1 if out of memory, and nothing is moved. */
int conversation_merge(struct conversation *conversation, struct conversation *from);
/* Removes SLICE, which the caller then owns. */
void conversation_remove(struct conversation *conversation, struct conversation_slice *slice);

/* Takes the slices that ended before BEFORE out of CONVERSATION, which goes on, but keeps the last one of
 * a flow that goes on; which of them count is decided. Sets *PART to a conversation of them, which the
 * caller owns, or to NULL if there are none. -1 if out of memory, and nothing is changed. */
int conversation_part(struct conversation *conversation, struct when before,
		      struct conversation **part);

/* Marks the slices that count (1): those of the counted observer with FROM <= end < TO, but of a flow
 * with running totals only the last of them.
 * May be called again. */
void conversation_choose(struct conversation *conversation, struct when from, struct when to);

#endif
