/* l7.h - requests and responses as their servers count them, for protocols in the clear. Pure.
 *
 * A flow's protocol is recognised by the first bytes of its payload, never by a port. A flow that is
 * none of the protocols costs nothing after its first few payloads.
 *
 * (1) A connection takes at most CONNECTION_BYTES, all from slabs of fixed size: its parser with the
 *     tables of HPACK, the requests that wait, and the times. Early segments of all connections wait in
 *     one slab more. A connection that finds no room is counted and goes on without requests.
 * (2) No byte of a payload leaves this room: only counts and times do.
 * (3) Where a count may be wrong, the flow says so (struct flow_l7.uncertain).
 */
#ifndef TENURE_FLOWS_L7_L7_H
#define TENURE_FLOWS_L7_L7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/l7/connection.h"
#include "producers/flows/packet.h"

#define L7_CONNECTIONS_MAX 32768
#define L7_IGNORED UINT32_MAX /* what a flow's SLOT is when it is none of the protocols */

struct l7;

struct l7_stats {
	uint64_t connections;  /* recognised */
	uint64_t refused;      /* (1) */
	uint64_t held_refused; /* early segments without room; each is a gap */
	uint64_t times_lost;   /* response times without room */
	uint32_t open, most;   /* connections now, and the room for them */
};

/* Reads "all", "none" or a list of protocols ("http,dns") as a bit for each enum
 * flow_l7_protocol. Returns -1 if it is none of these. */
int l7_read_protocols(const char *text, unsigned *protocols);

/* For at most FLOWS flows. Returns NULL if out of memory. */
struct l7 *l7_new(unsigned protocols, size_t flows);
void l7_free(struct l7 *l7);

/* Adds a packet of TCP or UDP that has payload, or a FIN. *SLOT belongs to the flow and is 0 at its
 * start. *FIRST is the number of its direction's first byte, after the SYN's; NULL if the SYN was not
 * seen, and for UDP. */
enum l7_payload l7_add(struct l7 *l7, uint32_t *slot, const struct packet *packet,
		       unsigned direction, const uint32_t *first);

/* Moves the counts since the last time to *TAKEN, whose protocol is FLOW_L7_NONE if there are none.
 * SOURCE is the direction of the flow's source. FINAL: the flow is over. */
void l7_take(struct l7 *l7, uint32_t slot, unsigned source, bool final, struct flow_l7 *taken);

/* True if l7_take() of the flow's end has something to say although no packet came since the last time:
 * that requests which waited were not answered. */
bool l7_has_news(const struct l7 *l7, uint32_t slot);

/* Fetches the memory that the next packet of the flow with SLOT will need. */
void l7_prefetch(const struct l7 *l7, uint32_t slot);

/* The flow is over; *SLOT becomes 0. */
void l7_drop(struct l7 *l7, uint32_t *slot);

struct l7_stats l7_get_stats(const struct l7 *l7);

#endif
