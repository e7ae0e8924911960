#include "producers/flows/flow.h"

#include <string.h>

#include "common/base/decimal.h"
#include "common/base/transport.h"
#include "producers/flows/flow_l7.h"
#include "producers/flows/tunnel.h"

static const char *const end_reasons[FLOW_END_REASONS] = {
	[FLOW_IDLE_TIMEOUT] = "idle_timeout",
	[FLOW_ACTIVE_TIMEOUT] = "active_timeout",
	[FLOW_END_OF_FLOW] = "end_of_flow",
	[FLOW_FORCED_END] = "forced_end",
	[FLOW_LACK_OF_RESOURCES] = "lack_of_resources",
};

static const char *const initiators[] = {
	[FLOW_BY_SYN] = "syn",
	[FLOW_BY_ICMP_TYPE] = "icmp_type",
	[FLOW_BY_FIRST_PACKET] = "first_packet",
	[FLOW_BY_NOTHING] = "unknown",
};

const char *flow_end_reason_name(enum flow_end_reason reason)
{
	return end_reasons[reason];
}

bool flow_has_ports(uint8_t protocol)
{
	return protocol == TRANSPORT_TCP || protocol == TRANSPORT_UDP || protocol == TRANSPORT_SCTP;
}

int flow_bucket(uint64_t ns)
{
	/* 2^63 * 2^(i/8) for i = 1..7, rounded down. None of these is a whole number, so
	 * no time is exactly on a bound. One is in each eighth of the octave but the last, so the
	 * eighth leaves two buckets. */
	static const uint64_t bounds[8] = {
		UINT64_C(0x8b95c1e3ea8bd6e6), UINT64_C(0x9837f0518db8a96f),
		UINT64_C(0xa5fed6a9b15138ea), UINT64_C(0xb504f333f9de6484),
		UINT64_C(0xc5672a115506dadd), UINT64_C(0xd744fccad69d6af4),
		UINT64_C(0xeac0c6e7dd24392e), UINT64_MAX,
	};

	if (ns <= 1)
		return FLOW_BUCKET_MIN;

	int exponent = 63 - __builtin_clzll(ns);
	uint64_t mantissa = ns << (63 - exponent);
	unsigned eighth = mantissa >> 60 & 7;

	if (mantissa == UINT64_C(1) << 63)
		return exponent * 8 - 1; /* a bucket holds its upper bound */
	return exponent * 8 + (int)eighth + (mantissa > bounds[eighth]);
}

/* For speed the record is first written to plain memory, by functions that write at AT
 * and return the place after what they wrote. Without the observer it is shorter than
 * FIXED_MAX: names and punctuation take 1500 bytes, 40 numbers 20 each, then the counts. */
#define FIXED_MAX (2560 + 11 * FLOW_BUCKETS)

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)
#define PUT_NUMBER(at, literal, number) decimal_put(PUT((at), literal), (number))

static char *put(char *at, const char *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

static char *put_string(char *at, const char *string)
{
	return put(at, string, strlen(string));
}

static char *put_when(char *at, struct when moment)
{
	*at++ = '"';
	at += when_format(moment, at);
	*at++ = '"';
	return at;
}

static char *put_ip(char *at, const struct ip *ip)
{
	if (!ip_is_v4(ip))
		return at + ip_format(ip, at);
	for (unsigned i = 12; i < 16; i++) {
		at = decimal_put(at, ip->bytes[i]);
		*at++ = '.';
	}
	return at - 1;
}

static char *put_transport(char *at, uint8_t protocol)
{
	const char *name = transport_name(protocol);

	return name != NULL ? put_string(at, name) : decimal_put(at, protocol);
}

static char *put_counters(char *at, uint64_t bytes, uint64_t packets, uint64_t frame_bytes)
{
	at = PUT_NUMBER(at, "\"bytes\":", bytes);
	at = PUT_NUMBER(at, ",\"packets\":", packets);
	at = PUT_NUMBER(at, ",\"frame_bytes\":", frame_bytes);
	return PUT(at, "},");
}

static char *put_tunnel(char *at, const struct flow *flow)
{
	const struct encapsulation *encapsulation = flow->encapsulation;
	bool reversed = flow->reversed && !encapsulation_is_one_way(encapsulation);

	at = PUT(at, "\"tunnel\":{\"type\":\"");
	at = put_string(at, tunnel_name(encapsulation->tunnel));
	at = PUT(at, "\",");
	if (encapsulation->has_id) {
		at = PUT_NUMBER(at, "\"id\":", encapsulation->id);
		*at++ = ',';
	}
	at = PUT(at, "\"source\":{\"ip\":\"");
	at = put_ip(at, &encapsulation->ends[reversed]);
	at = PUT(at, "\"},\"destination\":{\"ip\":\"");
	at = put_ip(at, &encapsulation->ends[!reversed]);
	return PUT(at, "\"}},");
}

/* VLANs as ECS has them: the outermost and the innermost. */
static char *put_encapsulation(char *at, const struct flow *flow)
{
	const struct encapsulation *encapsulation = flow->encapsulation;
	unsigned count;

	if (encapsulation == NULL)
		return at;
	count = encapsulation->vlan_count;
	if (count > 0) {
		at = PUT_NUMBER(at, "\"vlan\":{\"id\":", encapsulation->vlans[0]);
		at = PUT(at, "},");
	}
	if (count > 1) {
		at = PUT_NUMBER(at,
				"\"inner\":{\"vlan\":{\"id\":", encapsulation->vlans[count - 1]);
		at = PUT(at, "}},");
	}
	return encapsulation->tunnel == TUNNEL_NONE ? at : put_tunnel(at, flow);
}

static char *put_network(char *at, const struct flow *flow)
{
	const struct flow_side *a = &flow->source, *b = &flow->destination;

	if (ip_is_v4(&a->ip))
		at = PUT(at, "\"network\":{\"type\":\"ipv4\",\"transport\":\"");
	else
		at = PUT(at, "\"network\":{\"type\":\"ipv6\",\"transport\":\"");
	at = put_transport(at, flow->protocol);
	at = PUT(at, "\",\"community_id\":\"");
	at = put_string(at, flow->community_id);
	at = PUT(at, "\",");
	at = put_encapsulation(at, flow);
	return put_counters(at, a->bytes + b->bytes, a->packets + b->packets,
			    a->frame_bytes + b->frame_bytes);
}

/* Where the packets of SIDE were addressed, or came from, on the other side of a translation. */
static char *put_translated(char *at, const struct flow_side *side, enum flow_translated when,
			    const struct flow_address *other)
{
	if (when == FLOW_TRANSLATED_UNKNOWN ||
	    (ip_compare(&side->ip, &other->ip) == 0 && side->port == other->port))
		return at;
	if (when == FLOW_TRANSLATED_LATER)
		at = PUT(at, "\"nat\":{\"ip\":\"");
	else
		at = PUT(at, "\"original\":{\"ip\":\"");
	at = put_ip(at, &other->ip);
	at = PUT_NUMBER(at, "\",\"port\":", other->port);
	return PUT(at, "},");
}

static char *put_side(char *at, const struct flow_side *side, bool port, enum flow_translated when,
		      const struct flow_address *other)
{
	at = PUT(at, "{\"ip\":\"");
	at = put_ip(at, &side->ip);
	at = PUT(at, "\",");
	if (port) {
		at = PUT_NUMBER(at, "\"port\":", side->port);
		*at++ = ',';
		at = put_translated(at, side, when, other);
	}
	return put_counters(at, side->bytes, side->packets, side->frame_bytes);
}

static char *put_icmp(char *at, const struct flow *flow)
{
	at = PUT_NUMBER(at, "\"icmp\":{\"type\":", flow->icmp_type);
	at = PUT_NUMBER(at, ",\"code\":", flow->icmp_code);
	return PUT(at, "},");
}

/* The letters of FLAGS, from CWR, the highest bit, to FIN. */
static char *put_flags(char *at, uint8_t flags)
{
	for (unsigned bit = 8; bit-- > 0;) {
		if (flags & (1u << bit))
			*at++ = tcp_flag_letters[bit];
	}
	return at;
}

/* What is rare: absent if neither side has it. */
static char *put_events(char *at, const char *name, uint64_t source, uint64_t destination)
{
	if (source == 0 && destination == 0)
		return at;
	at = PUT(at, ",\"");
	at = put_string(at, name);
	at = PUT_NUMBER(at, "\":{\"source\":", source);
	at = PUT_NUMBER(at, ",\"destination\":", destination);
	return PUT(at, "}");
}

/* Each side's is absent if its SYN was not seen or did not have it. */
static char *put_mss(char *at, uint32_t source, uint32_t destination)
{
	if (source == 0 && destination == 0)
		return at;
	at = PUT(at, ",\"mss\":{");
	if (source != 0)
		at = PUT_NUMBER(at, "\"source\":", source);
	if (source != 0 && destination != 0)
		*at++ = ',';
	if (destination != 0)
		at = PUT_NUMBER(at, "\"destination\":", destination);
	return PUT(at, "}");
}

static char *put_tcp(char *at, const struct flow *flow)
{
	const struct flow_handshake *handshake = &flow->handshake;
	const struct flow_side *a = &flow->source, *b = &flow->destination;

	at = PUT(at, "\"tcp\":{\"flags\":{\"source\":\"");
	at = put_flags(at, flow->source.tcp_flags);
	at = PUT(at, "\",\"destination\":\"");
	at = put_flags(at, flow->destination.tcp_flags);
	at = PUT(at, "\"},");
	if (handshake->seen) {
		at = PUT_NUMBER(at, "\"handshake\":{\"rtt\":", (uint64_t)handshake->rtt_ns);
		at = PUT_NUMBER(at, ",\"server_rtt\":", (uint64_t)handshake->server_rtt_ns);
		at = PUT_NUMBER(at, ",\"client_rtt\":", (uint64_t)handshake->client_rtt_ns);
		at = PUT(at, "},");
	}
	at = PUT_NUMBER(at, "\"retransmissions\":{\"source\":", flow->source.retransmissions);
	at = PUT_NUMBER(at, ",\"destination\":", flow->destination.retransmissions);
	*at++ = '}';
	at = put_events(at, "spurious_retransmissions", a->spurious_retransmissions,
			b->spurious_retransmissions);
	at = put_events(at, "out_of_order", a->out_of_order, b->out_of_order);
	at = put_events(at, "zero_windows", a->zero_windows, b->zero_windows);
	at = put_events(at, "resets", a->resets, b->resets);
	at = put_events(at, "missed_bytes", a->missed_bytes, b->missed_bytes);
	at = put_mss(at, a->mss, b->mss);
	return PUT(at, "},");
}

static char *put_response_time(char *at, const struct flow_response_time *times)
{
	at = PUT_NUMBER(at, ",\"response_time\":{\"count\":", times->count);
	at = PUT_NUMBER(at, ",\"sum\":", times->sum);
	at = PUT_NUMBER(at, ",\"min\":", times->min);
	at = PUT_NUMBER(at, ",\"max\":", times->max);
	at = PUT(at, ",\"histogram\":{\"scale\":3,\"offset\":");
	if (times->offset < 0)
		*at++ = '-';
	at = decimal_put(at, (uint64_t)(times->offset < 0 ? -times->offset : times->offset));
	at = PUT(at, ",\"counts\":[");
	for (unsigned i = 0; i < times->buckets; i++) {
		if (i > 0)
			*at++ = ',';
		at = decimal_put(at, times->counts[i]);
	}
	return PUT(at, "]}}");
}

static char *put_requests(char *at, const struct flow *flow)
{
	at = PUT_NUMBER(at, "\"requests\":{\"count\":", flow->requests);
	if (flow->response_time.count > 0)
		at = put_response_time(at, &flow->response_time);
	return PUT(at, "},");
}

static char *put_flow(char *at, const struct flow *flow)
{
	static const char digits[] = "0123456789abcdef";

	at = PUT(at, "\"flow\":{\"id\":\"");
	for (unsigned i = 0; i < 16; i++)
		*at++ = digits[flow->id >> (60 - 4 * i) & 15];
	at = PUT_NUMBER(at, "\",\"slice\":", flow->slice);
	at = PUT(at, ",\"end_reason\":\"");
	at = put_string(at, end_reasons[flow->end_reason]);
	at = PUT(at, "\",\"initiator\":\"");
	at = put_string(at, initiators[flow->initiator]);
	*at++ = '"';
	if (flow->sample > 1)
		at = PUT_NUMBER(at, ",\"sample\":", flow->sample);
	return PUT(at, "},");
}

/* In a VLAN or a tunnel the addresses may be of another space than the pod's. */
static void add_observer(const struct flow *flow, const struct flow_observer *observer,
			 struct text *text)
{
	text_add_string(text, "\"observer\":{\"hostname\":");
	text_add_json_string(text, observer->hostname);
	text_add_string(text, ",\"interface\":{\"name\":");
	text_add_json_string(text, observer->interface_name);
	text_add_string(text, ",\"id\":");
	text_add_u64(text, observer->interface_id);
	if (observer->interface_uid[0] != '\0' && flow->encapsulation == NULL && !flow->wrapped) {
		text_add_string(text, ",\"uid\":");
		text_add_json_string(text, observer->interface_uid);
	}
	text_add_string(text, "}}}");
}

void flow_format(const struct flow *flow, const struct flow_observer *observer, struct text *text)
{
	const struct flow_translation *translation = &flow->translation;
	bool ports = flow_has_ports(flow->protocol);
	char record[FIXED_MAX], *at = record;

	at = PUT(at, "{\"event\":{\"start\":");
	at = put_when(at, flow->start);
	at = PUT(at, ",\"end\":");
	at = put_when(at, flow->end);
	at = PUT_NUMBER(at, ",\"duration\":", (uint64_t)when_since(flow->end, flow->start));
	at = PUT(at, "},");
	at = put_network(at, flow);
	at = PUT(at, "\"source\":");
	at = put_side(at, &flow->source, ports, translation->when, &translation->source);
	at = PUT(at, "\"destination\":");
	at = put_side(at, &flow->destination, ports, translation->when, &translation->destination);
	if (flow->protocol == TRANSPORT_ICMP || flow->protocol == TRANSPORT_ICMPV6)
		at = put_icmp(at, flow);
	if (flow->protocol == TRANSPORT_TCP)
		at = put_tcp(at, flow);
	if (flow->requests > 0 || flow->response_time.count > 0)
		at = put_requests(at, flow);
	at = put_flow(at, flow);
	text_add(text, record, (size_t)(at - record));
	flow_l7_add(&flow->l7, text);
	add_observer(flow, observer, text);
}
