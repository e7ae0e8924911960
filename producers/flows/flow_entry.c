#include "producers/flows/flow_entry.h"

#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/community_id.h"

#define SCTP_INIT 1
#define SCTP_INIT_ACK 2
#define WELL_KNOWN_END 1024   /* RFC 6335: system ports end here */
#define EPHEMERAL_START 32768 /* Linux: net.ipv4.ip_local_port_range */

/* Sets the direction and kind of the initiator, DIRECTION being the packet's. */
static void set_initiator(struct flow_entry *entry, unsigned direction, bool sender,
			  enum flow_initiator kind)
{
	entry->source = (uint8_t)(sender ? direction : !direction);
	entry->initiator = (uint8_t)kind;
}

/* A conversation that was going on already: a server's port is the lower one. */
static void guess_by_port(struct flow_entry *entry, unsigned direction, const struct packet *packet)
{
	uint16_t from = packet->source_port, to = packet->destination_port;

	if ((from < WELL_KNOWN_END) != (to < WELL_KNOWN_END))
		set_initiator(entry, direction, to < WELL_KNOWN_END, FLOW_BY_PORT);
	else if ((from < EPHEMERAL_START) != (to < EPHEMERAL_START))
		set_initiator(entry, direction, to < EPHEMERAL_START, FLOW_BY_PORT);
	else
		set_initiator(entry, direction, true, FLOW_BY_FIRST_PACKET);
}

/* Answers that nobody sends unasked. */
static bool is_icmp_answer(const struct packet *packet)
{
	switch (packet->protocol == TRANSPORT_ICMP ? packet->icmp_type : packet->icmp_type + 256) {
	case 0:         /* echo reply */
	case 14:        /* timestamp reply */
	case 16:        /* information reply */
	case 18:        /* address mask reply */
	case 256 + 129: /* echo reply */
	case 256 + 140: /* node information */
	case 256 + 145: /* home agent address discovery reply */
		return true;
	default:
		return false;
	}
}

static void find_initiator(struct flow_entry *entry, unsigned direction,
			   const struct packet *packet)
{
	bool sender = true;
	enum flow_initiator kind = FLOW_BY_FIRST_PACKET;

	switch (packet->protocol) {
	case TRANSPORT_TCP:
		if (!(packet->tcp_flags & TCP_SYN)) {
			guess_by_port(entry, direction, packet);
			return;
		}
		sender = !(packet->tcp_flags & TCP_ACK);
		kind = FLOW_BY_SYN;
		break;
	case TRANSPORT_SCTP:
		if (packet->sctp_chunk != SCTP_INIT && packet->sctp_chunk != SCTP_INIT_ACK) {
			guess_by_port(entry, direction, packet);
			return;
		}
		sender = packet->sctp_chunk == SCTP_INIT;
		kind = FLOW_BY_SYN;
		break;
	case TRANSPORT_UDP:
		sender = packet->source_port >= WELL_KNOWN_END ||
			 packet->destination_port < WELL_KNOWN_END;
		break;
	case TRANSPORT_ICMP:
	case TRANSPORT_ICMPV6:
		sender = !is_icmp_answer(packet);
		break;
	default:
		break;
	}
	if (!sender && kind != FLOW_BY_SYN)
		kind = FLOW_BY_PORT;
	set_initiator(entry, direction, sender, kind);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
	return hash ^ hash >> 32;
}

/* The same for the same packets in every run, so not from the table's seed. */
static uint64_t flow_id(const struct flow_entry *entry)
{
	uint64_t hash = mix((uint64_t)entry->start.ns, entry->sequence);

	for (unsigned i = 0; i < 5; i++)
		hash = mix(hash, entry->key.words[i]);
	return mix(hash, 0);
}

void flow_entry_begin(struct flow_entry *entry, const struct flow_key *key, unsigned direction,
		      const struct packet *packet, uint64_t sequence)
{
	memset(entry, 0, sizeof(*entry));
	entry->key = *key;
	entry->last = packet->time;
	entry->start = packet->time;
	entry->sequence = sequence;
	entry->icmp_type = packet->icmp_type;
	entry->icmp_code = packet->icmp_code;
	entry->id = flow_id(entry);
	find_initiator(entry, direction, packet);
}

void flow_entry_count(struct flow_entry *entry, struct turns_pool *pool, unsigned direction,
		      const struct packet *packet)
{
	bool by_initiator = direction == entry->source;

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
		turns_payload(&entry->turns, pool, by_initiator, packet->time);
	} else if (packet->protocol == TRANSPORT_TCP) {
		switch (tcp_packet(&entry->tcp, packet, direction)) {
		case TCP_DATA:
			turns_payload(&entry->turns, pool, by_initiator, packet->time);
			break;
		case TCP_RETRANSMISSION:
			turns_taint(&entry->turns);
			break;
		case TCP_NOTHING:
			break;
		}
	}
}

struct flow_end flow_entry_end(const struct flow_entry *entry,
			       const struct flow_table_options *options)
{
	uint8_t protocol = flow_key_protocol(&entry->key);
	bool stream = protocol == TRANSPORT_TCP || protocol == TRANSPORT_SCTP;
	int64_t idle_ns = stream ? options->idle_stream_ns : options->idle_datagram_ns;
	struct when idle = when_add(entry->last, idle_ns);
	struct when active = when_add(entry->start, options->active_ns);

	if (protocol == TRANSPORT_TCP && tcp_closed(&entry->tcp))
		return (struct flow_end){when_add(entry->last, options->linger_ns),
					 FLOW_END_OF_FLOW};
	if (when_before(active, idle) && flow_entry_used(entry))
		return (struct flow_end){active, FLOW_ACTIVE_TIMEOUT};
	return (struct flow_end){idle, FLOW_IDLE_TIMEOUT};
}

static void take_side(const struct flow_entry *entry, unsigned side, struct flow_side *out)
{
	out->ip = flow_key_ip(&entry->key, side);
	out->port = flow_key_port(&entry->key, side);
	out->bytes = entry->bytes[side];
	out->frame_bytes = entry->frame_bytes[side];
	out->packets = entry->packets[side];
}

void flow_entry_take(struct flow_entry *entry, struct turns_pool *pool, enum flow_end_reason reason,
		     struct flow *flow)
{
	struct ip a = flow_key_ip(&entry->key, 0), b = flow_key_ip(&entry->key, 1);
	uint16_t a_port = flow_key_port(&entry->key, 0), b_port = flow_key_port(&entry->key, 1);

	flow->start = entry->start;
	flow->end = entry->last;
	flow->protocol = flow_key_protocol(&entry->key);
	flow->icmp_type = entry->icmp_type;
	flow->icmp_code = entry->icmp_code;
	community_id(&a, a_port, &b, b_port, flow->protocol,
		     flow->protocol == TRANSPORT_TCP || flow->protocol == TRANSPORT_UDP ||
			     flow->protocol == TRANSPORT_SCTP || flow->protocol == TRANSPORT_ICMP ||
			     flow->protocol == TRANSPORT_ICMPV6,
		     flow->community_id);
	take_side(entry, entry->source, &flow->source);
	take_side(entry, !entry->source, &flow->destination);
	tcp_take(&entry->tcp, entry->source, flow);
	turns_take(&entry->turns, pool, flow);
	flow->id = entry->id;
	flow->slice = entry->slice++;
	flow->end_reason = reason;
	flow->initiator = entry->initiator;
	flow->interface = flow_key_interface(&entry->key);
	for (unsigned i = 0; i < 2; i++) {
		entry->bytes[i] = 0;
		entry->frame_bytes[i] = 0;
		entry->packets[i] = 0;
	}
}
