#include "producers/flows/tcp.h"

#include "common/base/transport.h"

/* RFC 9293 3.4: sequence numbers compare modulo 2^32. */
static bool sequence_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static void see_handshake(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	unsigned flags = packet->tcp_flags;
	unsigned bit = 1u << direction;

	if (flags & TCP_SYN) {
		if (tcp->syn_seen & bit)
			return;
		tcp->syn_seen |= (uint8_t)bit;
		tcp->syn_sequence[direction] = packet->sequence;
		if (flags & TCP_ACK) {
			tcp->syn_ack_at = packet->time;
			tcp->syn_ack_from = (uint8_t)(direction + 1);
		} else {
			tcp->syn_at = packet->time;
			tcp->syn_from = (uint8_t)(direction + 1);
		}
		return;
	}
	if (!(flags & TCP_ACK) || tcp->syn_from != direction + 1 ||
	    tcp->syn_ack_from != 2 - direction ||
	    sequence_before(packet->acknowledgment, tcp->syn_sequence[!direction] + 1))
		return;
	tcp->handshake = TCP_HANDSHAKE_OVER;
	if (when_before(tcp->syn_ack_at, tcp->syn_at) || when_before(packet->time, tcp->syn_ack_at))
		return;
	tcp->handshake = TCP_HANDSHAKE_MEASURED;
	tcp->ack_at = packet->time;
}

/* A segment that starts below the highest byte seen. */
static enum tcp_payload see_old_bytes(struct tcp *tcp, unsigned direction, uint32_t start,
				      uint32_t end)
{
	uint32_t *hole_start = &tcp->hole_start[direction];
	uint32_t *hole_end = &tcp->hole_end[direction];
	bool fills = !sequence_before(start, *hole_start) && sequence_before(start, *hole_end);

	if (end - start <= 1 && start + 1 == tcp->next[direction])
		return TCP_NOTHING; /* keep-alive */
	if (!fills) {
		tcp->retransmissions[direction]++;
		return TCP_RETRANSMISSION;
	}
	if (start != *hole_start)
		*hole_end = start;
	else if (sequence_before(end, *hole_end))
		*hole_start = end;
	else
		*hole_start = *hole_end;
	return TCP_DATA;
}

static enum tcp_payload see_bytes(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	unsigned flags = packet->tcp_flags;
	uint32_t payload = packet->payload;
	/* A SYN takes the number before its data, which RFC 7413 allows. */
	uint32_t start = packet->sequence + (flags & TCP_SYN ? 1 : 0);
	uint32_t end = start + payload + (flags & TCP_FIN ? 1 : 0);
	uint32_t *next = &tcp->next[direction];
	enum tcp_payload outcome = payload > 0 ? TCP_DATA : TCP_NOTHING;

	if (flags & TCP_RST)
		return TCP_NOTHING; /* a RST may have any sequence number */
	if (!(tcp->seen & 1u << direction)) {
		tcp->seen |= (uint8_t)(1u << direction);
		*next = end;
		tcp->hole_start[direction] = tcp->hole_end[direction] = end;
		return outcome;
	}
	if (payload > 0 && sequence_before(start, *next))
		outcome = see_old_bytes(tcp, direction, start, start + payload);
	if (sequence_before(*next, end)) {
		if (sequence_before(*next, start)) {
			tcp->hole_start[direction] = *next;
			tcp->hole_end[direction] = start;
		}
		*next = end;
	}
	return outcome;
}

enum tcp_payload tcp_packet(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	tcp->flags[direction] |= packet->tcp_flags;
	if (packet->fragment != PACKET_WHOLE)
		return TCP_NOTHING; /* the length of the whole segment is not known */
	if (packet->tcp_flags & TCP_FIN)
		tcp->ended |= (uint8_t)(1u << direction);
	if (packet->tcp_flags & TCP_RST)
		tcp->ended |= TCP_RESET;
	if (tcp->handshake == TCP_HANDSHAKE_OPEN)
		see_handshake(tcp, packet, direction);
	return see_bytes(tcp, packet, direction);
}

bool tcp_begins_another(const struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	unsigned bit = 1u << direction;

	if ((packet->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN ||
	    packet->fragment != PACKET_WHOLE)
		return false;
	if (tcp_closed(tcp))
		return true;
	if (tcp->syn_seen & bit)
		return tcp->syn_sequence[direction] != packet->sequence;
	/* The SYN-ACK may have arrived first, or both sides may have sent a SYN. */
	return tcp->seen & bit || !(tcp->syn_seen & ~bit);
}

void tcp_take(struct tcp *tcp, unsigned source, struct flow *flow)
{
	flow->source.tcp_flags = tcp->flags[source];
	flow->destination.tcp_flags = tcp->flags[!source];
	flow->source.retransmissions = tcp->retransmissions[source];
	flow->destination.retransmissions = tcp->retransmissions[!source];
	flow->handshake.seen = tcp->handshake == TCP_HANDSHAKE_MEASURED;
	if (flow->handshake.seen) {
		flow->handshake.rtt_ns = when_since(tcp->ack_at, tcp->syn_at);
		flow->handshake.server_rtt_ns = when_since(tcp->syn_ack_at, tcp->syn_at);
		flow->handshake.client_rtt_ns = when_since(tcp->ack_at, tcp->syn_ack_at);
		tcp->handshake = TCP_HANDSHAKE_OVER;
	}
	for (unsigned i = 0; i < 2; i++) {
		tcp->flags[i] = 0;
		tcp->retransmissions[i] = 0;
	}
}
