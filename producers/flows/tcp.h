/* tcp.h - what can be seen of one TCP connection: handshake, lost segments, its end.
 *
 * Directions are 0 and 1, as the caller numbers them.
 *
 * (1) A data segment at or below the highest byte seen in its direction is a
 *     retransmission, unless it fills the one hole that is remembered (a segment
 *     out of order) or is a keep-alive: at most one byte, just below the highest.
 * (2) The handshake is measured from the first SYN, the first SYN-ACK and the
 *     first ACK of that SYN-ACK, so it includes the wait for a retransmission. It
 *     is not measured where time ran backwards between them.
 */
#ifndef TENURE_FLOWS_TCP_H
#define TENURE_FLOWS_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/packet.h"

#define TCP_RESET 4 /* in struct tcp.ended, above both FIN */

enum tcp_handshake { TCP_HANDSHAKE_OPEN, TCP_HANDSHAKE_MEASURED, TCP_HANDSHAKE_OVER };

/* Zero-initialised. The members that every segment needs come first. */
struct tcp {
	uint32_t next[2];       /* after the highest byte seen */
	uint8_t flags[2];       /* all since the slice began */
	uint8_t seen;           /* one bit for each direction: NEXT is set */
	uint8_t syn_seen;       /* one bit for each direction: SYN_SEQUENCE is set */
	uint8_t ended;          /* one bit for each direction's FIN; TCP_RESET */
	uint8_t syn_from;       /* direction + 1 of the SYN without ACK, 0 for none */
	uint8_t syn_ack_from;   /* the same for the SYN-ACK */
	uint8_t handshake;      /* enum tcp_handshake */
	uint32_t hole_start[2]; /* bytes that were skipped; none if equal */
	uint32_t hole_end[2];
	uint32_t syn_sequence[2];
	uint32_t retransmissions[2];
	struct when syn_at;
	struct when syn_ack_at;
	struct when ack_at;
};

enum tcp_payload {
	TCP_NOTHING,        /* no new payload */
	TCP_DATA,           /* the next bytes, or bytes out of order */
	TCP_RETRANSMISSION, /* bytes that were seen before */
};

/* Adds the connection's next packet. */
enum tcp_payload tcp_packet(struct tcp *tcp, const struct packet *packet, unsigned direction);

/* True if PACKET has bytes above the highest of its direction. */
static inline bool tcp_is_news(const struct tcp *tcp, const struct packet *packet,
			       unsigned direction)
{
	return (int32_t)(tcp->next[direction] - (packet->sequence + packet->payload)) < 0;
}

/* True after a RST or a FIN each way. */
static inline bool tcp_closed(const struct tcp *tcp)
{
	return tcp->ended >= 3;
}

/* True if PACKET is the SYN of another connection between the same endpoints. */
bool tcp_begins_another(const struct tcp *tcp, const struct packet *packet, unsigned direction);

/* Moves what belongs to the slice to *FLOW, whose source is direction SOURCE, and
 * starts from zero. The handshake is in one slice only. */
void tcp_take(struct tcp *tcp, unsigned source, struct flow *flow);

#endif
