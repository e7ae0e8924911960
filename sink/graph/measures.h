/* measures.h - what is measured of a slice and summed over an edge or a whole graph. Pure.
 *
 * (1) Sums saturate instead of wrapping.
 */
#ifndef TENURE_MEASURES_H
#define TENURE_MEASURES_H

#include <stdint.h>

#include "sink/graph/durations.h"

struct measures {
	uint64_t flows;
	uint64_t provisional; /* records that may still be replaced by a higher revision */
	/* Flows that failed; each is one of these at most. */
	uint64_t refused;    /* a SYN answered by RST, never by SYN */
	uint64_t unanswered; /* not one packet came back; does not apply to ICMP */
	uint64_t reset;      /* RST from either side, later */
	/* Of these: their messages were read, so which requests failed is counted there (messages.h). */
	uint64_t failed_read;
	uint64_t source_bytes, destination_bytes;
	uint64_t source_packets, destination_packets;
	uint64_t retransmissions_sent,
		retransmissions_received; /* by the client, and by the server */
	/* Turns of slices whose messages are not counted: the client's data, then the server's. */
	uint64_t requests;
	uint64_t
		set_aside; /* of these slices: messages were read, but fewer than their turns show */
	struct durations
		response; /* of them: from the client's last packet to the server's first */
	/* Of TCP handshakes that were seen whole, from the SYN to the ACK of the SYN-ACK. */
	struct durations handshake;
};

/* (1) */
static inline void measures_add_count(uint64_t *sum, uint64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = UINT64_MAX;
}

void measures_add(struct measures *sum, const struct measures *more);
/* Exchanges what the client and the server sent. */
void measures_turn(struct measures *measures);
/* Flows that failed. */
uint64_t measures_errors(const struct measures *measures);
/* The mean response time in nanoseconds, 0 if there were no responses. */
uint64_t measures_mean(const struct measures *measures);

#endif
