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
	int64_t server_rtt_ns, client_rtt_ns;

	if (flags & TCP_SYN) {
		if (tcp->syn_seen & bit)
			return;
		tcp->syn_seen |= (uint8_t)bit;
		tcp->syn_sequence[direction] = packet->sequence;
		if (flags & TCP_ACK) {
			tcp->syn_ack_at = packet->time;
			tcp->syn_ack_from = (direction + 1) & 3;
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
	server_rtt_ns = when_since(tcp->syn_ack_at, tcp->syn_at);
	client_rtt_ns = when_since(packet->time, tcp->syn_ack_at);
	if (server_rtt_ns < 0 || client_rtt_ns < 0)
		return;
	tcp->handshake = TCP_HANDSHAKE_MEASURED;
	tcp->server_rtt_ns = server_rtt_ns;
	tcp->client_rtt_ns = client_rtt_ns;
}

/* ---- Holes ---- */

/* Where the numbers of holes would be taken for those of bytes to come. */
#define FAR (UINT32_C(1) << 30)

static void add_bytes(uint32_t *sum, uint32_t bytes)
{
	*sum = UINT32_MAX - *sum < bytes ? UINT32_MAX : *sum + bytes;
}

/* True if the receiver has acknowledged the bytes of DIRECTION before END. A SYN that was not accepted may be answered
 * with an acknowledgment of an older connection (RFC 9293 3.5.1). */
static bool acknowledged(const struct tcp *tcp, unsigned direction, uint32_t end)
{
	return tcp->acks_seen & 1u << !direction &&
	       (tcp->syn_from != direction + 1 || tcp->syn_ack_from == 2 - direction) &&
	       !sequence_before(tcp->acked[!direction], end);
}

/* Takes out the holes that the receiver has acknowledged. Returns their bytes, at most UINT32_MAX. */
static uint32_t drop_acknowledged(struct tcp *tcp, unsigned direction)
{
	struct tcp_hole *holes = tcp->holes[direction];
	uint32_t bytes = 0;

	for (unsigned i = tcp->hole_count[direction]; i-- > 0;) {
		if (!acknowledged(tcp, direction, holes[i].end))
			continue;
		add_bytes(&bytes, holes[i].end - holes[i].start);
		holes[i] = holes[--tcp->hole_count[direction]];
	}
	return bytes;
}

static void drop_missed(struct tcp *tcp, unsigned direction)
{
	add_bytes(&tcp->missed_bytes[direction], drop_acknowledged(tcp, direction));
}

/* Of a DIRECTION whose start was not captured, what the first acknowledgment is of may be older than the capture: it was not
 * missed. */
static void skip_acknowledged(struct tcp *tcp, unsigned direction)
{
	if (tcp->syn_seen & 1u << direction)
		return;
	drop_acknowledged(tcp, direction);
	if (tcp->seen & 1u << direction &&
	    sequence_before(tcp->next[direction], tcp->acked[!direction]))
		tcp->next[direction] = tcp->acked[!direction];
}

/* Forgets the lowest hole. */
static void forget_hole(struct tcp *tcp, unsigned direction)
{
	struct tcp_hole *holes = tcp->holes[direction];
	unsigned lowest = 0;

	for (unsigned i = 1; i < tcp->hole_count[direction]; i++) {
		if (sequence_before(holes[i].start, holes[lowest].start))
			lowest = i;
	}
	if (!(tcp->blurred & 1u << direction) ||
	    sequence_before(tcp->blurred_end[direction], holes[lowest].end))
		tcp->blurred_end[direction] = holes[lowest].end;
	tcp->blurred |= (uint8_t)(1u << direction);
	holes[lowest] = holes[--tcp->hole_count[direction]];
}

static void add_hole(struct tcp *tcp, unsigned direction, uint32_t start, uint32_t end)
{
	if (tcp->hole_count[direction] == TCP_HOLES)
		drop_missed(tcp, direction);
	if (tcp->hole_count[direction] == TCP_HOLES)
		forget_hole(tcp, direction);
	tcp->holes[direction][tcp->hole_count[direction]++] = (struct tcp_hole){start, end};
}

/* Takes the bytes from START to END out of the holes. False if they were in none. */
static bool fill_holes(struct tcp *tcp, unsigned direction, uint32_t start, uint32_t end)
{
	struct tcp_hole *holes = tcp->holes[direction];
	bool filled = false;

	for (unsigned i = tcp->hole_count[direction]; i-- > 0;) {
		struct tcp_hole hole = holes[i];
		bool left = sequence_before(hole.start, start);
		bool right = sequence_before(end, hole.end);

		if (!sequence_before(start, hole.end) || !sequence_before(hole.start, end))
			continue;
		filled = true;
		if (left)
			holes[i].end = start;
		else if (right)
			holes[i].start = end;
		else
			holes[i] = holes[--tcp->hole_count[direction]];
		/* A hole in two: the others do not overlap these bytes. */
		if (left && right) {
			add_hole(tcp, direction, end, hole.end);
			break;
		}
	}
	return filled;
}

/* Forgets the holes that are far below the highest byte: capture losses. */
static void forget_far(struct tcp *tcp, unsigned direction)
{
	struct tcp_hole *holes = tcp->holes[direction];

	drop_missed(tcp, direction);
	for (unsigned i = tcp->hole_count[direction]; i-- > 0;) {
		if (tcp->next[direction] - holes[i].start > FAR)
			holes[i] = holes[--tcp->hole_count[direction]];
	}
	if (tcp->next[direction] - tcp->blurred_end[direction] > FAR)
		tcp->blurred &= (uint8_t) ~(1u << direction);
}

/* ---- Segments ---- */

static void count_one(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		++*counter;
}

/* A segment that starts below the highest byte seen. */
static enum tcp_payload see_old_bytes(struct tcp *tcp, unsigned direction, uint32_t start,
				      uint32_t end)
{
	if (end - start <= 1 && start + 1 == tcp->next[direction])
		return TCP_NOTHING; /* keep-alive */
	if (fill_holes(tcp, direction, start, end)) {
		tcp->out_of_order[direction]++;
		return TCP_DATA;
	}
	if (tcp->blurred & 1u << direction && sequence_before(start, tcp->blurred_end[direction]))
		return TCP_UNSURE;
	tcp->retransmissions[direction]++;
	if (!acknowledged(tcp, direction, end))
		return TCP_RETRANSMISSION;
	count_one(&tcp->spurious[direction]);
	return TCP_SPURIOUS;
}

static void see_acknowledgment(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	unsigned bit = 1u << direction;
	bool first;

	/* A RST may have been sent by somebody else. */
	if ((packet->tcp_flags & (TCP_ACK | TCP_RST)) != TCP_ACK ||
	    (tcp->acks_seen & bit &&
	     !sequence_before(tcp->acked[direction], packet->acknowledgment)))
		return;
	first = !(tcp->acks_seen & bit);
	tcp->acks_seen |= (uint8_t)bit;
	tcp->acked[direction] = packet->acknowledgment;
	if (first)
		skip_acknowledged(tcp, !direction);
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
		if (tcp->acks_seen & 1u << !direction)
			skip_acknowledged(tcp, direction);
		return outcome;
	}
	if (payload > 0 && sequence_before(start, *next))
		outcome = see_old_bytes(tcp, direction, start, start + payload);
	if (sequence_before(*next, end)) {
		if (sequence_before(*next, start))
			add_hole(tcp, direction, *next, start);
		*next = end;
		if (tcp->hole_count[direction] > 0 || tcp->blurred)
			forget_far(tcp, direction);
	}
	return outcome;
}

static void see_quality(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	unsigned flags = packet->tcp_flags;

	if (flags & TCP_SYN && packet->mss != 0)
		tcp->mss[direction] = packet->mss;
	if (flags & TCP_RST)
		count_one(&tcp->resets[direction]);
	/* The window of a SYN is not scaled yet, and a RST has none. */
	if (packet->window == 0 && !(flags & (TCP_SYN | TCP_RST)))
		count_one(&tcp->zero_windows[direction]);
}

enum tcp_payload tcp_packet(struct tcp *tcp, const struct packet *packet, unsigned direction)
{
	tcp->flags[direction] |= packet->tcp_flags;
	if (packet->fragment != PACKET_WHOLE) {
		tcp->unmeasured = (tcp->unmeasured | 1u << direction) & 3;
		return TCP_NOTHING; /* the length of the whole segment is not known */
	}
	if (packet->tcp_flags & TCP_FIN)
		tcp->ended |= (uint8_t)(1u << direction);
	if (packet->tcp_flags & TCP_RST)
		tcp->ended |= TCP_RESET;
	if (tcp->handshake == TCP_HANDSHAKE_OPEN)
		see_handshake(tcp, packet, direction);
	if (packet->window == 0 || packet->tcp_flags & (TCP_SYN | TCP_RST))
		see_quality(tcp, packet, direction);
	see_acknowledgment(tcp, packet, direction);
	return see_bytes(tcp, packet, direction);
}

void tcp_request(struct tcp *tcp, const struct packet *packet, bool first)
{
	if (first || sequence_before(packet->sequence, tcp->request))
		tcp->request = packet->sequence;
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

/* The bytes of DIRECTION that were missed since this was called last. FINAL: nothing follows that was captured later. */
static uint64_t take_missed(struct tcp *tcp, unsigned direction, bool final)
{
	uint32_t acked = tcp->acked[!direction];
	uint32_t *next = &tcp->next[direction];
	uint64_t missed;

	drop_missed(tcp, direction);
	missed = tcp->missed_bytes[direction];
	tcp->missed_bytes[direction] = 0;
	/* After the highest byte seen: all but one, which may be a FIN's number. */
	if (final && tcp->seen & 1u << direction && acknowledged(tcp, direction, *next + 1) &&
	    acked - *next < FAR) {
		missed += acked - *next - 1;
		*next = acked;
	}
	return tcp->unmeasured & 1u << direction ? 0 : missed;
}

static void take_side(struct tcp *tcp, unsigned direction, bool final, struct flow_side *side)
{
	side->missed_bytes = take_missed(tcp, direction, final);
	side->tcp_flags = tcp->flags[direction];
	side->retransmissions = tcp->retransmissions[direction];
	side->spurious_retransmissions = tcp->spurious[direction];
	side->out_of_order = tcp->out_of_order[direction];
	side->zero_windows = tcp->zero_windows[direction];
	side->resets = tcp->resets[direction];
	side->mss = tcp->mss[direction];
	tcp->flags[direction] = 0;
	tcp->retransmissions[direction] = tcp->spurious[direction] = 0;
	tcp->out_of_order[direction] = tcp->zero_windows[direction] = 0;
	tcp->resets[direction] = tcp->mss[direction] = 0;
}

void tcp_take(struct tcp *tcp, unsigned source, bool final, struct flow *flow)
{
	take_side(tcp, source, final, &flow->source);
	take_side(tcp, !source, final, &flow->destination);
	flow->handshake.seen = tcp->handshake == TCP_HANDSHAKE_MEASURED;
	if (flow->handshake.seen) {
		flow->handshake.rtt_ns = tcp->server_rtt_ns + tcp->client_rtt_ns;
		flow->handshake.server_rtt_ns = tcp->server_rtt_ns;
		flow->handshake.client_rtt_ns = tcp->client_rtt_ns;
		tcp->handshake = TCP_HANDSHAKE_OVER;
	}
}
