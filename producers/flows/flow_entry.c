#include "producers/flows/flow_entry.h"

#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/community_id.h"
#include "producers/flows/icmp.h"

#define SCTP_INIT 1
#define SCTP_INIT_ACK 2

/* The sender of a packet of DIRECTION, or else its receiver, is the source. */
static void set_initiator(struct flow_entry *entry, unsigned direction, bool sender,
			  enum flow_initiator proof)
{
	entry->source = (uint8_t)(sender ? direction : !direction);
	entry->initiator = proof & 0x1f;
}

static void find_initiator(struct flow_entry *entry, unsigned direction,
			   const struct packet *packet, bool watched)
{
	uint8_t protocol = packet->protocol, flags = packet->tcp_flags;

	if (protocol == TRANSPORT_TCP && flags & TCP_SYN) {
		set_initiator(entry, direction, !(flags & TCP_ACK), FLOW_BY_SYN);
	} else if (protocol == TRANSPORT_SCTP &&
		   (packet->sctp_chunk == SCTP_INIT || packet->sctp_chunk == SCTP_INIT_ACK)) {
		set_initiator(entry, direction, packet->sctp_chunk == SCTP_INIT, FLOW_BY_SYN);
	} else if ((protocol == TRANSPORT_ICMP || protocol == TRANSPORT_ICMPV6) &&
		   !icmp_may_be_reply(protocol, packet->icmp_type)) {
		set_initiator(entry, direction, true, FLOW_BY_ICMP_TYPE);
	} else if ((protocol == TRANSPORT_ICMP || protocol == TRANSPORT_ICMPV6) &&
		   icmp_is_reply(protocol, packet->icmp_type)) {
		set_initiator(entry, direction, false, FLOW_BY_ICMP_TYPE);
	} else {
		/* A connection of TCP or SCTP may be silent for longer than any time-out. */
		watched &= protocol != TRANSPORT_TCP && protocol != TRANSPORT_SCTP;
		set_initiator(entry, direction, true,
			      watched ? FLOW_BY_FIRST_PACKET : FLOW_BY_NOTHING);
	}
}

/* Independent of the table's seed, so that the same packets give the same ID in every run. */
static uint64_t flow_id(const struct flow_entry *entry)
{
	uint64_t hash = flow_key_mix((uint64_t)entry->start.ns, entry->sequence);

	for (unsigned i = 0; i < 5; i++)
		hash = flow_key_mix(hash, entry->key.words[i]);
	return flow_key_mix(hash, 0);
}

void flow_entry_begin(struct flow_entry *entry, const struct flow_key *key, unsigned direction,
		      const struct packet *packet, uint64_t sequence, bool watched)
{
	memset(entry, 0, sizeof(*entry));
	entry->key = *key;
	entry->last = packet->time;
	entry->start = packet->time;
	entry->sequence = sequence;
	entry->reversed = (packet->reversed ^ direction) & 1;
	entry->icmp_type = packet->icmp_type;
	entry->icmp_code = packet->icmp_code;
	entry->id = flow_id(entry);
	entry->embryonic = true;
	find_initiator(entry, direction, packet, watched);
}

/* Reads the messages of PACKET, whose TCP header was counted already. */
static enum l7_payload read_messages(struct flow_entry *entry, struct l7 *l7, unsigned direction,
				     const struct packet *packet)
{
	uint32_t first = entry->tcp.syn_sequence[direction] + 1;
	bool known = entry->tcp.syn_seen & 1u << direction;

	if (l7 == NULL || entry->l7 == L7_IGNORED ||
	    (packet->payload == 0 && !(packet->tcp_flags & TCP_FIN)))
		return L7_MESSAGE;
	/* The first fragment of a datagram has the start of its message. */
	if (packet->fragment != PACKET_WHOLE &&
	    (packet->protocol == TRANSPORT_TCP || packet->fragment == PACKET_LATER_FRAGMENT))
		return L7_MESSAGE;
	return l7_add(l7, &entry->l7, packet, direction, known ? &first : NULL);
}

/* Returns true if PACKET was TCP_UNSURE. */
static bool count_segment(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7,
			  unsigned direction, const struct packet *packet)
{
	enum tcp_payload payload = tcp_packet(&entry->tcp, packet, direction);
	enum l7_payload message = read_messages(entry, l7, direction, packet);
	struct turns *turns = &entry->turns;
	bool by_initiator = direction == entry->source;

	switch (payload) {
	case TCP_DATA:
		if (message == L7_HANDSHAKE)
			break;
		if (by_initiator)
			tcp_request(&entry->tcp, packet, !turns->waiting);
		else if (turns->waiting && tcp_precedes_request(&entry->tcp, packet))
			break;
		turns_payload(turns, pool, by_initiator, packet->time);
		if (message == L7_UNTIMED)
			turns_taint(turns);
		break;
	case TCP_RETRANSMISSION:
	case TCP_UNSURE:
		if (by_initiator && turns->waiting && tcp_is_of_request(&entry->tcp, packet))
			turns_taint(turns);
		break;
	case TCP_SPURIOUS: /* the responder has the request */
	case TCP_NOTHING:
		break;
	}
	return payload == TCP_UNSURE;
}

bool flow_entry_count(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7,
		      unsigned direction, const struct packet *packet)
{
	bool by_initiator;

	if (packet->wrapped)
		entry->wrapped = true;
	/* A SYN-ACK that was captured after the packet that follows it. */
	if (packet->tcp_flags & TCP_SYN && entry->initiator == FLOW_BY_NOTHING)
		find_initiator(entry, direction, packet, false);
	by_initiator = direction == entry->source;
	if (entry->embryonic && (flow_entry_used(entry) || entry->slice > 0))
		entry->embryonic = packet->protocol == TRANSPORT_TCP &&
				   packet->tcp_flags & (TCP_SYN | TCP_RST);
	if (!flow_entry_used(entry)) {
		entry->start = packet->time;
		entry->last = packet->time;
	} else if (when_before(packet->time, entry->start)) {
		entry->start = packet->time;
	} else if (when_before(entry->last, packet->time)) {
		entry->last = packet->time;
	}
	entry->bytes[direction] += packet->bytes;
	entry->frame_bytes[direction] += packet->frame_bytes;
	entry->packets[direction]++;
	if (packet->protocol == TRANSPORT_UDP && packet->payload > 0) {
		read_messages(entry, l7, direction, packet);
		turns_payload(&entry->turns, pool, by_initiator, packet->time);
	} else if (packet->protocol == TRANSPORT_TCP) {
		return count_segment(entry, pool, l7, direction, packet);
	}
	return false;
}

bool flow_entry_has_news(const struct flow_entry *entry, const struct l7 *l7)
{
	return flow_entry_used(entry) || (l7 != NULL && l7_has_news(l7, entry->l7));
}

void flow_entry_finish(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7)
{
	turns_end(&entry->turns, pool);
	if (l7 != NULL)
		l7_drop(l7, &entry->l7);
}

struct flow_end flow_entry_end(const struct flow_entry *entry,
			       const struct flow_table_options *options)
{
	uint8_t protocol = flow_key_protocol(&entry->key);
	bool stream = protocol == TRANSPORT_TCP || protocol == TRANSPORT_SCTP;
	struct when idle, active;

	if (protocol == TRANSPORT_TCP && tcp_closed(&entry->tcp))
		return (struct flow_end){when_add(entry->last, options->linger_ns),
					 FLOW_END_OF_FLOW};
	idle = when_add(entry->last, stream ? options->idle_stream_ns : options->idle_datagram_ns);
	active = when_add(entry->start, options->active_ns);
	if (when_before(active, idle) && flow_entry_used(entry))
		return (struct flow_end){active, FLOW_ACTIVE_TIMEOUT};
	return (struct flow_end){idle, FLOW_IDLE_TIMEOUT};
}

int64_t flow_entry_shortest_ns(const struct flow_table_options *options)
{
	int64_t ns = options->active_ns;

	ns = options->idle_stream_ns < ns ? options->idle_stream_ns : ns;
	return options->idle_datagram_ns < ns ? options->idle_datagram_ns : ns;
}

void flow_entry_stretch(struct flow_table_options *options, const struct flow_table_options *base,
			int64_t times)
{
	options->idle_stream_ns = times * base->idle_stream_ns;
	options->idle_datagram_ns = times * base->idle_datagram_ns;
	options->active_ns = times * base->active_ns;
	options->linger_ns = times * base->linger_ns;
}

static void take_side(const struct flow_entry *entry, unsigned side, struct flow_side *out)
{
	out->ip = flow_key_ip(&entry->key, side);
	out->port = flow_key_port(&entry->key, side);
	out->bytes = entry->bytes[side];
	out->frame_bytes = entry->frame_bytes[side];
	out->packets = entry->packets[side];
}

void flow_entry_take(struct flow_entry *entry, struct turns_pool *pool, struct l7 *l7,
		     enum flow_end_reason reason, struct flow *flow)
{
	/* A slice without packets is at the flow's last one. */
	flow->start = flow_entry_used(entry) ? entry->start : entry->last;
	flow->end = entry->last;
	flow->protocol = flow_key_protocol(&entry->key);
	flow->icmp_type = entry->icmp_type;
	flow->icmp_code = entry->icmp_code;
	community_id(&entry->key, flow->community_id);
	take_side(entry, entry->source, &flow->source);
	take_side(entry, !entry->source, &flow->destination);
	tcp_take(&entry->tcp, entry->source, reason != FLOW_ACTIVE_TIMEOUT, flow);
	turns_take(&entry->turns, pool, flow);
	flow->l7.protocol = FLOW_L7_NONE;
	if (l7 != NULL)
		l7_take(l7, entry->l7, entry->source, reason != FLOW_ACTIVE_TIMEOUT, &flow->l7);
	flow->id = entry->id;
	flow->slice = entry->slice++;
	flow->end_reason = reason;
	flow->initiator = entry->initiator;
	flow->path = flow_key_path(&entry->key);
	flow->reversed = entry->reversed ^ entry->source;
	flow->wrapped = entry->wrapped;
	memset(entry->bytes, 0, sizeof(entry->bytes));
	memset(entry->frame_bytes, 0, sizeof(entry->frame_bytes));
	memset(entry->packets, 0, sizeof(entry->packets));
}
