#include "producers/flows/packet.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/cursor.h"
#include "producers/flows/link.h"
#include "producers/flows/tunnel.h"
#include "producers/flows/upper_layer.h"

static void set_fragment(struct packet *packet, unsigned offset, bool more)
{
	if (offset == 0 && !more)
		return; /* a whole packet; RFC 6946 calls it an atomic fragment */
	packet->fragment = offset == 0 ? PACKET_FIRST_FRAGMENT : PACKET_LATER_FRAGMENT;
}

enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	NO_NEXT_HEADER = 59,
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

/* With segments left to visit, the last is the packet's destination: RFC 5095 (type 0), RFC 6275
 * (type 2) and RFC 8754 (type 4, segment routing). The list of the latter begins with the last; a
 * list in which the address in use is not where it should be is not believed. */
static void read_routing(const uint8_t *bytes, size_t size, struct packet *packet)
{
	uint8_t type = bytes[2], left = bytes[3];
	size_t used = 8 + (size_t)left * 16;

	if (left == 0 || size < 24)
		return;
	if (type == 0 || type == 2)
		memcpy(packet->destination.bytes, bytes + size - 16, 16);
	else if (type == 4 && used + 16 <= size &&
		 memcmp(packet->destination.bytes, bytes + used, 16) == 0)
		memcpy(packet->destination.bytes, bytes + 8, 16);
}

/* Some have the form of an extension header, but are followed by nothing. */
static uint8_t upper_layer(uint8_t next, uint8_t last)
{
	bool own = last == MOBILITY || last == HOST_IDENTITY || last == SHIM6;

	return next == NO_NEXT_HEADER && own ? last : next;
}

/* Skips the extension headers and sets the protocol. Stops after the fragment header of
 * a later fragment. */
static enum packet_verdict skip_extensions(struct cursor *cursor, uint8_t next,
					   struct packet *packet)
{
	uint8_t last = next;

	for (unsigned count = 0; is_extension(next); count++) {
		const uint8_t *b = cursor->bytes;
		size_t size;

		if (count == PACKET_EXTENSIONS_MAX)
			return PACKET_LONG_CHAIN;
		if (cursor->captured < 8)
			return PACKET_SHORT_IP;
		size = extension_length(next, b);
		if (size > cursor->on_wire)
			return PACKET_BAD_IP;
		if (size > cursor->captured)
			return PACKET_SHORT_IP;
		if (next == FRAGMENT) {
			packet->identification = cursor_read32(b + 4);
			set_fragment(packet, cursor_read16(b + 2) >> 3, b[3] & 1);
		} else if (next == ROUTING) {
			read_routing(b, size, packet);
		}
		last = next;
		next = b[0];
		cursor_skip(cursor, size);
		if (packet->fragment == PACKET_LATER_FRAGMENT)
			break; /* what follows is the middle of the payload */
	}
	packet->protocol = upper_layer(next, last);
	return PACKET_OK;
}

static enum packet_verdict read_ipv4(struct cursor *cursor, struct packet *packet)
{
	const uint8_t *b = cursor->bytes;

	if (cursor->captured < 20)
		return PACKET_SHORT_IP;

	size_t header = (size_t)(b[0] & 15) * 4;
	size_t total = cursor_read16(b + 2);
	unsigned fragment = cursor_read16(b + 6);

	/* With segmentation offload, packets longer than 64 KiB have length 0. */
	if (total == 0)
		total = cursor->on_wire;
	if (header < 20 || header > total || total > cursor->on_wire)
		return PACKET_BAD_IP;
	if (header > cursor->captured)
		return PACKET_SHORT_IP;
	packet->source = ip_from_v4(b + 12);
	packet->destination = ip_from_v4(b + 16);
	packet->protocol = b[9];
	packet->bytes = (uint32_t)total;
	packet->identification = cursor_read16(b + 4);
	set_fragment(packet, fragment & 0x1fff, fragment & 0x2000);
	cursor_limit(cursor, total);
	cursor_skip(cursor, header);
	if (packet->protocol != AUTHENTICATION || packet->fragment == PACKET_LATER_FRAGMENT)
		return PACKET_OK;
	if (cursor->captured < 8)
		return PACKET_SHORT_IP;
	header = extension_length(AUTHENTICATION, cursor->bytes);
	if (header > cursor->on_wire)
		return PACKET_BAD_IP;
	if (header > cursor->captured)
		return PACKET_SHORT_IP;
	packet->protocol = cursor->bytes[0];
	cursor_skip(cursor, header);
	return PACKET_OK;
}

static enum packet_verdict read_ipv6(struct cursor *cursor, struct packet *packet)
{
	const uint8_t *b = cursor->bytes;

	if (cursor->captured < 40)
		return PACKET_SHORT_IP;

	size_t length = cursor_read16(b + 4);

	/* Length 0: a jumbogram (RFC 2675) or segmentation offload. */
	if (length == 0)
		length = cursor->on_wire - 40;
	if (length > cursor->on_wire - 40)
		return PACKET_BAD_IP;
	memcpy(packet->source.bytes, b + 8, 16);
	memcpy(packet->destination.bytes, b + 24, 16);
	packet->bytes = (uint32_t)(length + 40);
	cursor_limit(cursor, length + 40);
	cursor_skip(cursor, 40);

	enum packet_verdict verdict = skip_extensions(cursor, b[6], packet);

	/* IPv4-mapped addresses do not belong on a wire and would count as IPv4 here. */
	if (ip_is_v4(&packet->source) || ip_is_v4(&packet->destination))
		return PACKET_BAD_IP;
	return verdict;
}

/* Reads the IP and transport headers; CURSOR stays at the latter. */
static enum packet_verdict read_ip(struct cursor *cursor, struct packet *packet, unsigned *version)
{
	enum packet_verdict verdict = PACKET_BAD_IP;

	*version = cursor->bytes[0] >> 4;
	if (*version == 4)
		verdict = read_ipv4(cursor, packet);
	else if (*version == 6)
		verdict = read_ipv6(cursor, packet);
	return verdict == PACKET_OK ? upper_layer_read(cursor, packet) : verdict;
}

/* What the next packet inside of PACKET begins with. */
static struct packet begin_inner(const struct packet *packet, const struct tunnel_header *header)
{
	struct packet inner = {
		.time = packet->time,
		.frame_bytes = packet->frame_bytes,
		.interface = packet->interface,
		.cooked = packet->cooked,
		.encapsulation = packet->encapsulation,
	};
	struct encapsulation *encapsulation = &inner.encapsulation;

	encapsulation->tunnel = (uint8_t)header->type;
	encapsulation->has_id = header->has_id;
	encapsulation->id = header->id;
	encapsulation->ends[0] = packet->source;
	encapsulation->ends[1] = packet->destination;
	return inner;
}

/* Replaces *PACKET by the packet in its tunnel. If that cannot be read, *PACKET remains and says
 * why. Returns false when there is no more to open. */
static bool open_tunnel(struct cursor *cursor, struct packet *packet, unsigned *version,
			unsigned depth)
{
	struct cursor at = *cursor;
	struct tunnel_header header;
	struct packet inner;

	if (packet->protocol == TRANSPORT_TCP)
		return false; /* no tunnel that is read, and most packets */
	switch (tunnel_read(*version, packet->protocol, packet->destination_port, &at, &header)) {
	case TUNNEL_ABSENT:
		return false;
	case TUNNEL_UNREAD:
		packet->inner = PACKET_NOT_IP;
		return false;
	case TUNNEL_SHORT:
		packet->inner = PACKET_SHORT_LINK;
		return false;
	case TUNNEL_OPEN:
		break;
	}
	if (packet->fragment != PACKET_WHOLE)
		packet->inner = PACKET_FRAGMENT_ALONE;
	else if (depth == PACKET_TUNNELS_MAX)
		packet->inner = PACKET_TOO_DEEP;
	if (packet->inner != PACKET_OK)
		return false;
	inner = begin_inner(packet, &header);
	packet->inner = (uint8_t)link_skip_type(header.ethertype, &at, &inner);
	if (packet->inner == PACKET_OK)
		packet->inner = (uint8_t)read_ip(&at, &inner, version);
	if (packet->inner != PACKET_OK)
		return false;
	*packet = inner;
	*cursor = at;
	return true;
}

/* Everything but the time and the addresses, which are set with PACKET_OK. In pieces, because for the
 * whole compilers use string instructions, which are slow for so few bytes. */
static void clear(struct packet *packet)
{
	static_assert(offsetof(struct packet, sequence) == 40, "time and addresses come first");
	static_assert(sizeof(*packet) == 40 + 64 + 48, "all is cleared");
	memset((uint8_t *)packet + 40, 0, 64);
	memset((uint8_t *)packet + 40 + 64, 0, 48);
}

/* Reads the outermost packet. */
static enum packet_verdict decode(enum packet_link link, struct cursor *cursor,
				  struct packet *packet, unsigned *version)
{
	enum packet_verdict verdict;

	if (cursor->on_wire < cursor->captured)
		cursor->on_wire = cursor->captured;
	clear(packet);
	packet->frame_bytes = (uint32_t)cursor->on_wire;
	packet->cooked = link == PACKET_SLL || link == PACKET_SLL2;
	verdict = link_skip(link, cursor, packet);
	return verdict == PACKET_OK ? read_ip(cursor, packet, version) : verdict;
}

enum packet_verdict packet_decode_outer(enum packet_link link, const uint8_t *bytes,
					size_t captured, size_t on_wire, struct packet *packet)
{
	unsigned version;

	return decode(link, &(struct cursor){bytes, captured, on_wire}, packet, &version);
}

enum packet_verdict packet_decode(enum packet_link link, const uint8_t *bytes, size_t captured,
				  size_t on_wire, struct packet *packet)
{
	struct cursor cursor = {bytes, captured, on_wire};
	unsigned version, depth = 0;
	enum packet_verdict verdict = decode(link, &cursor, packet, &version);

	if (verdict != PACKET_OK || packet->fragment == PACKET_LATER_FRAGMENT)
		return verdict;
	while (open_tunnel(&cursor, packet, &version, depth))
		depth++;
	return PACKET_OK;
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
		[PACKET_TOO_DEEP] = "too_deep",
		[PACKET_LONG_CHAIN] = "long_chain",
		[PACKET_SHORT_TRANSPORT] = "short_transport",
		[PACKET_FRAGMENT_ALONE] = "fragment_alone",
		[PACKET_UNKNOWN_LINK] = "unknown_link",
		[PACKET_NO_INTERFACE] = "no_interface",
		[PACKET_REPEATED] = "repeated",
	};

	return names[verdict];
}
