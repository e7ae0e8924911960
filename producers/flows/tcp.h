/* tcp.h - what can be seen of one TCP connection: handshake, lost segments, its end.
 *
 * Directions are 0 and 1, as the caller numbers them.
 *
 * (1) A data segment at or below the highest byte seen in its direction is
 *     out of order if it has bytes that were skipped: it was overtaken, or lost before
 *     the observer and sent again, which look the same. Otherwise it is a
 *     retransmission, and a spurious one if its receiver had acknowledged all of it.
 *     A keep-alive is neither: at most one byte, just below the highest.
 *     TCP_HOLES skipped ranges are remembered in each direction. A segment below one
 *     that was forgotten, and in none of the others, is TCP_UNSURE, and is counted
 *     nowhere here.
 *     A range that was skipped and that the receiver acknowledges is missed: it was sent, and
 *     the observer did not capture it. The number after the last one may be that of a FIN
 *     and is not counted; nor is what may be older than the capture. In a direction with a segment whose length is not known (a
 *     fragment, or a header that was cut) nothing is said to be missed.
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
#define TCP_HOLES 4

enum tcp_handshake { TCP_HANDSHAKE_OPEN, TCP_HANDSHAKE_MEASURED, TCP_HANDSHAKE_OVER };

/* Bytes that were skipped. */
struct tcp_hole {
	uint32_t start;
	uint32_t end;
};

/* Zero-initialised. The members that every segment needs come first. All arrays are by direction. */
struct tcp {
	uint32_t next[2];  /* after the highest byte seen */
	uint32_t acked[2]; /* the highest acknowledgment sent */
	uint8_t flags[2];  /* all since the slice began */
	uint8_t seen;      /* one bit for each direction: NEXT is set */
	uint8_t acks_seen; /* one bit for each direction: ACKED is set */
	uint8_t ended;     /* one bit for each direction's FIN; TCP_RESET */
	uint8_t handshake; /* enum tcp_handshake */
	uint8_t hole_count[2];
	uint8_t blurred;  /* one bit for each direction: a hole before BLURRED_END was forgotten */
	uint8_t syn_seen; /* one bit for each direction: SYN_SEQUENCE is set */
	uint8_t syn_from; /* direction + 1 of the SYN without ACK, 0 for none */
	uint8_t syn_ack_from : 2; /* the same for the SYN-ACK */
	uint8_t unmeasured : 2;   /* one bit for each direction: a segment's length was not known */
	uint32_t request;         /* sequence number of the pending request's first byte */
	uint32_t syn_sequence[2];
	struct tcp_hole holes[2][TCP_HOLES]; /* in no order */
	uint32_t blurred_end[2];
	uint32_t retransmissions[2]; /* since the slice began, like the next five */
	uint32_t out_of_order[2];
	uint32_t missed_bytes[2]; /* of holes that are not kept any more; at most UINT32_MAX */
	uint16_t spurious[2];     /* at most UINT16_MAX, like the next two */
	uint16_t zero_windows[2];
	uint16_t resets[2];
	uint16_t mss[2]; /* of a SYN in the slice; 0 for none */
	union {
		struct { /* while the handshake is open */
			struct when syn_at;
			struct when syn_ack_at;
		};
		struct { /* when it was measured */
			int64_t server_rtt_ns;
			int64_t client_rtt_ns;
		};
	};
};

enum tcp_payload {
	TCP_NOTHING,        /* no new payload */
	TCP_DATA,           /* the next bytes, or bytes out of order */
	TCP_RETRANSMISSION, /* bytes that were seen before */
	TCP_UNSURE,         /* bytes that may have been seen before (1) */
	TCP_SPURIOUS,       /* bytes that were acknowledged before */
};

/* Adds the connection's next packet. */
enum tcp_payload tcp_packet(struct tcp *tcp, const struct packet *packet, unsigned direction);

/* True if PACKET has bytes above the highest of its direction. */
static inline bool tcp_is_news(const struct tcp *tcp, const struct packet *packet,
			       unsigned direction)
{
	return (int32_t)(tcp->next[direction] - (packet->sequence + packet->payload)) < 0;
}

/* The pending request has the payload of PACKET; FIRST: it begins with it. */
void tcp_request(struct tcp *tcp, const struct packet *packet, bool first);

/* True if PACKET has bytes of the pending request. */
static inline bool tcp_is_of_request(const struct tcp *tcp, const struct packet *packet)
{
	return (int32_t)(packet->sequence + packet->payload - tcp->request) > 0;
}

/* True if PACKET, a segment of the responder, was sent before any of the pending request arrived: it
 * answers something else. */
static inline bool tcp_precedes_request(const struct tcp *tcp, const struct packet *packet)
{
	return packet->tcp_flags & TCP_ACK && (int32_t)(packet->acknowledgment - tcp->request) <= 0;
}

/* True after a RST or a FIN each way. */
static inline bool tcp_closed(const struct tcp *tcp)
{
	return tcp->ended >= 3;
}

/* True if PACKET is the SYN of another connection between the same endpoints. */
bool tcp_begins_another(const struct tcp *tcp, const struct packet *packet, unsigned direction);

/* Moves what belongs to the slice to *FLOW, whose source is direction SOURCE, and
 * starts from zero. FINAL: the flow is over. The handshake is in one slice only. */
void tcp_take(struct tcp *tcp, unsigned source, bool final, struct flow *flow);

#endif
