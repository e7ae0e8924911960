#include "common/flow.h"

#include <string.h>

#define ADD(text, literal) text_add((text), (literal), sizeof(literal) - 1)

static const char *const end_reasons[FLOW_END_REASONS] = {
	[FLOW_IDLE_TIMEOUT] = "idle_timeout",
	[FLOW_ACTIVE_TIMEOUT] = "active_timeout",
	[FLOW_END_OF_FLOW] = "end_of_flow",
	[FLOW_FORCED_END] = "forced_end",
	[FLOW_LACK_OF_RESOURCES] = "lack_of_resources",
};

static const char *const initiators[] = {
	[FLOW_BY_SYN] = "syn",
	[FLOW_BY_FIRST_PACKET] = "first_packet",
	[FLOW_BY_PORT] = "port",
};

int flow_bucket(uint64_t ns)
{
	/* 2^63 * 2^(i/8) for i = 1..7, rounded down; none is a whole number, so none
	 * can be met exactly. */
	static const uint64_t bounds[7] = {
		UINT64_C(0x8b95c1e3ea8bd6e6), UINT64_C(0x9837f0518db8a96f),
		UINT64_C(0xa5fed6a9b15138ea), UINT64_C(0xb504f333f9de6484),
		UINT64_C(0xc5672a115506dadd), UINT64_C(0xd744fccad69d6af4),
		UINT64_C(0xeac0c6e7dd24392e),
	};

	if (ns <= 1)
		return FLOW_BUCKET_MIN;

	int exponent = 63 - __builtin_clzll(ns);
	uint64_t mantissa = ns << (63 - exponent);
	int part = 0;

	if (mantissa == UINT64_C(1) << 63)
		return exponent * 8 - 1; /* a bucket holds its upper bound */
	while (part < 7 && mantissa > bounds[part])
		part++;
	return exponent * 8 + part;
}

static bool is_icmp(const struct flow *flow)
{
	return flow->protocol == FLOW_ICMP || flow->protocol == FLOW_ICMPV6;
}

static bool has_ports(const struct flow *flow)
{
	return flow->protocol == FLOW_TCP || flow->protocol == FLOW_UDP ||
	       flow->protocol == FLOW_SCTP;
}

static void add_transport(const struct flow *flow, struct text *text)
{
	switch (flow->protocol) {
	case FLOW_ICMP:
		ADD(text, "icmp");
		break;
	case FLOW_TCP:
		ADD(text, "tcp");
		break;
	case FLOW_UDP:
		ADD(text, "udp");
		break;
	case FLOW_ICMPV6:
		ADD(text, "ipv6-icmp");
		break;
	case FLOW_SCTP:
		ADD(text, "sctp");
		break;
	default:
		text_add_u64(text, flow->protocol);
	}
}

static void add_network(const struct flow *flow, struct text *text)
{
	const struct flow_side *a = &flow->source, *b = &flow->destination;

	if (ip_is_v4(&a->ip))
		ADD(text, "\"network\":{\"type\":\"ipv4\",\"transport\":\"");
	else
		ADD(text, "\"network\":{\"type\":\"ipv6\",\"transport\":\"");
	add_transport(flow, text);
	ADD(text, "\",\"community_id\":\"");
	text_add_string(text, flow->community_id);
	ADD(text, "\",\"bytes\":");
	text_add_u64(text, a->bytes + b->bytes);
	ADD(text, ",\"packets\":");
	text_add_u64(text, a->packets + b->packets);
	ADD(text, ",\"frame_bytes\":");
	text_add_u64(text, a->frame_bytes + b->frame_bytes);
	ADD(text, "},");
}

static void add_side(const struct flow_side *side, bool port, struct text *text)
{
	char address[IP_TEXT_SIZE];
	size_t length = ip_format(&side->ip, address);

	ADD(text, "{\"ip\":\"");
	text_add(text, address, length);
	if (port) {
		ADD(text, "\",\"port\":");
		text_add_u64(text, side->port);
		ADD(text, ",\"bytes\":");
	} else {
		ADD(text, "\",\"bytes\":");
	}
	text_add_u64(text, side->bytes);
	ADD(text, ",\"packets\":");
	text_add_u64(text, side->packets);
	ADD(text, ",\"frame_bytes\":");
	text_add_u64(text, side->frame_bytes);
	ADD(text, "},");
}

/* The letters of FLAGS, from CWR, the highest bit, to FIN. */
static void add_flags(uint8_t flags, struct text *text)
{
	static const char letters[8] = {'C', 'E', 'U', 'A', 'P', 'R', 'S', 'F'};
	char seen[8];
	size_t length = 0;

	for (unsigned i = 0; i < 8; i++) {
		if (flags & (0x80u >> i))
			seen[length++] = letters[i];
	}
	text_add(text, seen, length);
}

static void add_tcp(const struct flow *flow, struct text *text)
{
	const struct flow_handshake *handshake = &flow->handshake;

	ADD(text, "\"tcp\":{\"flags\":{\"source\":\"");
	add_flags(flow->source.tcp_flags, text);
	ADD(text, "\",\"destination\":\"");
	add_flags(flow->destination.tcp_flags, text);
	ADD(text, "\"},");
	if (handshake->seen) {
		ADD(text, "\"handshake\":{\"rtt\":");
		text_add_i64(text, handshake->rtt);
		ADD(text, ",\"server_rtt\":");
		text_add_i64(text, handshake->server_rtt);
		ADD(text, ",\"client_rtt\":");
		text_add_i64(text, handshake->client_rtt);
		ADD(text, "},");
	}
	ADD(text, "\"retransmissions\":{\"source\":");
	text_add_u64(text, flow->source.retransmissions);
	ADD(text, ",\"destination\":");
	text_add_u64(text, flow->destination.retransmissions);
	ADD(text, "}},");
}

static void add_requests(const struct flow *flow, struct text *text)
{
	const struct flow_response_time *times = &flow->response_time;

	ADD(text, "\"requests\":{\"count\":");
	text_add_u64(text, flow->requests);
	if (times->count > 0) {
		ADD(text, ",\"response_time\":{\"count\":");
		text_add_u64(text, times->count);
		ADD(text, ",\"sum\":");
		text_add_u64(text, times->sum);
		ADD(text, ",\"min\":");
		text_add_u64(text, times->min);
		ADD(text, ",\"max\":");
		text_add_u64(text, times->max);
		ADD(text, ",\"histogram\":{\"scale\":");
		text_add_u64(text, FLOW_HISTOGRAM_SCALE);
		ADD(text, ",\"offset\":");
		text_add_i64(text, times->offset);
		ADD(text, ",\"counts\":[");
		for (unsigned i = 0; i < times->buckets; i++) {
			if (i > 0)
				ADD(text, ",");
			text_add_u64(text, times->counts[i]);
		}
		ADD(text, "]}}");
	}
	ADD(text, "},");
}

static void add_flow(const struct flow *flow, struct text *text)
{
	static const char digits[] = "0123456789abcdef";
	char id[16];

	for (unsigned i = 0; i < sizeof(id); i++)
		id[i] = digits[flow->id >> (60 - 4 * i) & 15];
	ADD(text, "\"flow\":{\"id\":\"");
	text_add(text, id, sizeof(id));
	ADD(text, "\",\"slice\":");
	text_add_u64(text, flow->slice);
	ADD(text, ",\"end_reason\":\"");
	text_add_string(text, end_reasons[flow->end_reason]);
	ADD(text, "\",\"initiator\":\"");
	text_add_string(text, initiators[flow->initiator]);
	ADD(text, "\"},");
}

void flow_format(const struct flow *flow, const struct flow_observer *observer, struct text *text)
{
	ADD(text, "{\"event\":{\"start\":");
	text_add_when(text, flow->start);
	ADD(text, ",\"end\":");
	text_add_when(text, flow->end);
	ADD(text, ",\"duration\":");
	text_add_i64(text, when_since(flow->end, flow->start));
	ADD(text, "},");
	add_network(flow, text);
	ADD(text, "\"source\":");
	add_side(&flow->source, has_ports(flow), text);
	ADD(text, "\"destination\":");
	add_side(&flow->destination, has_ports(flow), text);
	if (is_icmp(flow)) {
		ADD(text, "\"icmp\":{\"type\":");
		text_add_u64(text, flow->icmp_type);
		ADD(text, ",\"code\":");
		text_add_u64(text, flow->icmp_code);
		ADD(text, "},");
	}
	if (flow->protocol == FLOW_TCP)
		add_tcp(flow, text);
	if (flow->requests > 0 || flow->response_time.count > 0)
		add_requests(flow, text);
	add_flow(flow, text);
	ADD(text, "\"observer\":{\"hostname\":");
	text_add_json_string(text, observer->hostname);
	ADD(text, ",\"interface\":{\"name\":");
	text_add_json_string(text, observer->interface_name);
	ADD(text, ",\"id\":");
	text_add_u64(text, observer->interface_id);
	ADD(text, "}}}");
}
