#include "producers/flows/packet.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/transport.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd

/* What is left of the frame. */
struct rest {
	const uint8_t *bytes;
	size_t captured;
	size_t on_wire;
};

static uint16_t read16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t read32(const uint8_t *bytes)
{
	return (uint32_t)read16(bytes) << 16 | read16(bytes + 2);
}

static void skip(struct rest *rest, size_t length)
{
	rest->bytes += length;
	rest->captured -= length;
	rest->on_wire -= length;
}

static bool is_vlan_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Skips the VLAN tags that TYPE announces. */
static enum packet_verdict skip_vlan(struct rest *rest, uint16_t type)
{
	for (unsigned tags = 0; is_vlan_tag(type) && tags < PACKET_VLAN_MAX; tags++) {
		if (rest->captured < 4)
			return PACKET_SHORT_LINK;
		type = read16(rest->bytes + 2);
		skip(rest, 4);
	}
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? PACKET_OK : PACKET_NOT_IP;
}

/* Linux cooked capture:
 *
 *  SLL   0      2        4      6           14         16
 *        +------+--------+------+-----------+----------+
 *        | kind | ARPHRD | size | address 8 | protocol |
 *        +------+--------+------+-----------+----------+
 *  SLL2  0          2      4       8        10     11     12          20
 *        +----------+------+-------+--------+------+------+-----------+
 *        | protocol | zero | index | ARPHRD | kind | size | address 8 |
 *        +----------+------+-------+--------+------+------+-----------+
 */
static enum packet_verdict skip_link(enum packet_link link, struct rest *rest,
				     struct packet *packet)
{
	static const struct {
		uint8_t size;
		uint8_t type; /* where the EtherType is */
	} headers[] = {
		[PACKET_ETHERNET] = {14, 12},
		[PACKET_SLL] = {16, 14},
		[PACKET_SLL2] = {20, 0},
		/* The number and byte order of the family differ between systems, so the IP
		 * version decides. */
		[PACKET_LOOPBACK] = {4, 0},
		[PACKET_RAW] = {0, 0},
	};
	size_t size = headers[link].size;
	const uint8_t *header = rest->bytes;

	if (rest->captured < size)
		return PACKET_SHORT_LINK;
	skip(rest, size);
	if (link != PACKET_LOOPBACK && link != PACKET_RAW) {
		if (link == PACKET_SLL2)
			packet->interface = read32(header + 4);
		return skip_vlan(rest, read16(header + headers[link].type));
	}
	if (rest->captured < 1)
		return PACKET_SHORT_LINK;
	return rest->bytes[0] >> 4 == 4 || rest->bytes[0] >> 4 == 6 ? PACKET_OK : PACKET_NOT_IP;
}

/* LENGTH is what is left of the IP packet. */
/* The option "maximum segment size" (RFC 9293 3.2) of a TCP header of SIZE bytes; 0 for none. */
static uint16_t read_mss(const uint8_t *header, size_t size)
{
	size_t at = 20;

	while (at + 1 < size && header[at] != 0) {
		size_t length = header[at] == 1 ? 1 : header[at + 1];

		if (header[at] == 2 && length == 4 && at + 4 <= size)
			return read16(header + at + 2);
		if (length == 0)
			break;
		at += length;
	}
	return 0;
}

static enum packet_verdict read_tcp(const struct rest *rest, size_t length, struct packet *packet)
{
	const uint8_t *b = rest->bytes;

	if (rest->captured < 20 || length < 20)
		return PACKET_SHORT_TRANSPORT;

	size_t header = (size_t)(b[12] >> 4) * 4;

	if (header < 20 || (header > length && packet->fragment == PACKET_WHOLE))
		return PACKET_SHORT_TRANSPORT;
	packet->source_port = read16(b);
	packet->destination_port = read16(b + 2);
	packet->sequence = read32(b + 4);
	packet->acknowledgment = read32(b + 8);
	packet->tcp_flags = b[13];
	packet->window = read16(b + 14);
	packet->checksum = read16(b + 16);
	if (packet->tcp_flags & TCP_SYN)
		packet->mss = read_mss(b, header < rest->captured ? header : rest->captured);
	packet->payload = header < length ? (uint32_t)(length - header) : 0;
	return PACKET_OK;
}

static enum packet_verdict read_transport(const struct rest *rest, size_t length,
					  struct packet *packet)
{
	const uint8_t *b = rest->bytes;

	if (packet->fragment == PACKET_LATER_FRAGMENT)
		return PACKET_OK;
	switch (packet->protocol) {
	case TRANSPORT_TCP:
		return read_tcp(rest, length, packet);
	case TRANSPORT_UDP:
		if (rest->captured < 8 || length < 8)
			return PACKET_SHORT_TRANSPORT;
		packet->source_port = read16(b);
		packet->destination_port = read16(b + 2);
		packet->checksum = read16(b + 6);
		packet->payload = (uint32_t)(length - 8);
		return PACKET_OK;
	case TRANSPORT_SCTP:
		if (rest->captured < 13 || length < 13)
			return PACKET_SHORT_TRANSPORT;
		packet->source_port = read16(b);
		packet->destination_port = read16(b + 2);
		packet->sctp_chunk = b[12];
		return PACKET_OK;
	case TRANSPORT_ICMP:
	case TRANSPORT_ICMPV6:
		if (rest->captured < 4 || length < 4)
			return PACKET_SHORT_TRANSPORT;
		packet->icmp_type = b[0];
		packet->icmp_code = b[1];
		packet->checksum = read16(b + 2);
		return PACKET_OK;
	default:
		return PACKET_OK;
	}
}

static void set_fragment(struct packet *packet, unsigned offset, bool more)
{
	if (offset == 0 && !more)
		return; /* a whole packet; RFC 6946 calls it an atomic fragment */
	packet->fragment = offset == 0 ? PACKET_FIRST_FRAGMENT : PACKET_LATER_FRAGMENT;
}

static enum packet_verdict read_ipv4(struct rest *rest, struct packet *packet)
{
	const uint8_t *b = rest->bytes;

	if (rest->captured < 20)
		return PACKET_SHORT_IP;

	size_t header = (size_t)(b[0] & 15) * 4;
	size_t total = read16(b + 2);
	unsigned fragment = read16(b + 6);

	/* With segmentation offload, packets longer than 64 KiB have length 0. */
	if (total == 0)
		total = rest->on_wire;
	if (header < 20 || header > total || total > rest->on_wire)
		return PACKET_BAD_IP;
	if (header > rest->captured)
		return PACKET_SHORT_IP;
	packet->source = ip_from_v4(b + 12);
	packet->destination = ip_from_v4(b + 16);
	packet->protocol = b[9];
	packet->bytes = (uint32_t)total;
	packet->identification = read16(b + 4);
	set_fragment(packet, fragment & 0x1fff, fragment & 0x2000);
	skip(rest, header);
	return read_transport(rest, total - header, packet);
}

enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135,
	HOST_IDENTITY = 139,
	SHIM6 = 140
};

/* The length of the extension header NEXT, whose first two bytes are BYTES; 0 if NEXT is
 * not an extension header. */
static size_t extension_length(uint8_t next, const uint8_t *bytes)
{
	switch (next) {
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION:
	case MOBILITY:
	case HOST_IDENTITY:
	case SHIM6:
		return (size_t)bytes[1] * 8 + 8;
	case FRAGMENT:
		return 8;
	case AUTHENTICATION:
		return (size_t)bytes[1] * 4 + 8;
	default:
		return 0;
	}
}

static bool is_extension(uint8_t next)
{
	return extension_length(next, (const uint8_t[2]){0, 0}) > 0;
}

/* Skips the extension headers and sets the protocol. Stops after the fragment header of
 * a later fragment. *LENGTH shrinks by what was skipped. */
static enum packet_verdict skip_extensions(struct rest *rest, uint8_t next, size_t *length,
					   struct packet *packet)
{
	for (unsigned count = 0; is_extension(next); count++) {
		if (count == PACKET_EXTENSIONS_MAX)
			return PACKET_LONG_CHAIN;
		if (rest->captured < 8)
			return PACKET_SHORT_IP;

		const uint8_t *b = rest->bytes;
		size_t size = extension_length(next, b);

		if (size > *length)
			return PACKET_BAD_IP;
		if (size > rest->captured)
			return PACKET_SHORT_IP;
		if (next == FRAGMENT) {
			packet->identification = read32(b + 4);
			set_fragment(packet, read16(b + 2) >> 3, b[3] & 1);
		}
		next = b[0];
		skip(rest, size);
		*length -= size;
		if (packet->fragment == PACKET_LATER_FRAGMENT)
			break; /* what follows is the middle of the payload */
	}
	packet->protocol = next;
	return PACKET_OK;
}

static enum packet_verdict read_ipv6(struct rest *rest, struct packet *packet)
{
	const uint8_t *b = rest->bytes;
	enum packet_verdict verdict;

	if (rest->captured < 40)
		return PACKET_SHORT_IP;

	size_t length = read16(b + 4);

	/* Length 0: a jumbogram (RFC 2675) or segmentation offload. */
	if (length == 0)
		length = rest->on_wire - 40;
	if (length > rest->on_wire - 40)
		return PACKET_BAD_IP;
	memcpy(packet->source.bytes, b + 8, 16);
	memcpy(packet->destination.bytes, b + 24, 16);
	/* IPv4-mapped addresses do not belong on a wire and would count as IPv4 here. */
	if (ip_is_v4(&packet->source) || ip_is_v4(&packet->destination))
		return PACKET_BAD_IP;
	packet->bytes = (uint32_t)(length + 40);
	skip(rest, 40);
	verdict = skip_extensions(rest, b[6], &length, packet);
	return verdict == PACKET_OK ? read_transport(rest, length, packet) : verdict;
}

enum packet_verdict packet_decode(enum packet_link link, const uint8_t *bytes, size_t captured,
				  size_t on_wire, struct packet *packet)
{
	struct rest rest = {bytes, captured, on_wire};
	enum packet_verdict verdict;

	if (on_wire < captured)
		rest.on_wire = captured;
	*packet = (struct packet){
		.time = packet->time,
		.frame_bytes = (uint32_t)rest.on_wire,
		.cooked = link == PACKET_SLL || link == PACKET_SLL2,
	};
	verdict = skip_link(link, &rest, packet);
	if (verdict != PACKET_OK)
		return verdict;
	if (rest.captured < 1)
		return PACKET_SHORT_IP;
	switch (rest.bytes[0] >> 4) {
	case 4:
		return read_ipv4(&rest, packet);
	case 6:
		return read_ipv6(&rest, packet);
	default:
		return PACKET_BAD_IP;
	}
}

const char *packet_verdict_name(enum packet_verdict verdict)
{
	static const char *const names[PACKET_VERDICTS] = {
		[PACKET_OK] = "ok",
		[PACKET_NOT_IP] = "not_ip",
		[PACKET_BAD_TIME] = "bad_time",
		[PACKET_SHORT_LINK] = "short_link",
		[PACKET_SHORT_IP] = "short_ip",
		[PACKET_BAD_IP] = "bad_ip",
		[PACKET_LONG_CHAIN] = "long_chain",
		[PACKET_SHORT_TRANSPORT] = "short_transport",
		[PACKET_FRAGMENT_ALONE] = "fragment_alone",
		[PACKET_NO_INTERFACE] = "no_interface",
		[PACKET_REPEATED] = "repeated",
	};

	return names[verdict];
}
