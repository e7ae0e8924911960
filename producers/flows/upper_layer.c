#include "producers/flows/upper_layer.h"

#include <stdbool.h>

#include "common/base/transport.h"

#define SCTP_PAD 132 /* a chunk that says nothing (RFC 4820) */

/* The payload's bytes, which follow HEADER bytes of the transport header. */
static void set_payload(const struct cursor *cursor, size_t header, struct packet *packet)
{
	if (cursor->captured <= header)
		return;
	packet->payload_bytes = cursor->bytes + header;
	packet->payload_captured = (uint32_t)(cursor->captured - header);
	if (packet->payload_captured > packet->payload)
		packet->payload_captured = packet->payload;
}

/* The option "maximum segment size" (RFC 9293 3.2) of a TCP header of SIZE bytes; 0 for none. */
static uint16_t read_mss(const uint8_t *header, size_t size)
{
	size_t at = 20;

	while (at + 1 < size && header[at] != 0) {
		size_t length = header[at] == 1 ? 1 : header[at + 1];

		if (header[at] == 2 && length == 4 && at + 4 <= size)
			return cursor_read16(header + at + 2);
		if (length == 0)
			break;
		at += length;
	}
	return 0;
}

/* The flags are the last that is needed. */
static enum packet_verdict read_tcp(const struct cursor *cursor, struct packet *packet)
{
	const uint8_t *b = cursor->bytes;
	size_t length = cursor->on_wire;
	bool whole = packet->fragment == PACKET_WHOLE;

	if (cursor->captured < 4 || length < 4 || (whole && length < 20))
		return PACKET_SHORT_TRANSPORT;
	packet->source_port = cursor_read16(b);
	packet->destination_port = cursor_read16(b + 2);
	packet->window = UINT16_MAX;
	if (cursor->captured < 14 || length < 14) {
		if (whole)
			packet->fragment = PACKET_CUT;
		return PACKET_OK;
	}

	size_t header = (size_t)(b[12] >> 4) * 4;

	if (header < 20 || (header > length && whole))
		return PACKET_SHORT_TRANSPORT;
	packet->sequence = cursor_read32(b + 4);
	packet->acknowledgment = cursor_read32(b + 8);
	packet->tcp_flags = b[13];
	if (cursor->captured >= 16 && length >= 16)
		packet->window = cursor_read16(b + 14);
	packet->checksum = cursor->captured >= 18 && length >= 18 ? cursor_read16(b + 16) : 0;
	if (packet->tcp_flags & TCP_SYN)
		packet->mss = read_mss(b, header < cursor->captured ? header : cursor->captured);
	packet->payload = header < length ? (uint32_t)(length - header) : 0;
	set_payload(cursor, header, packet);
	return PACKET_OK;
}

enum packet_verdict upper_layer_read(const struct cursor *cursor, struct packet *packet)
{
	const uint8_t *b = cursor->bytes;
	size_t length = cursor->on_wire;
	bool whole = packet->fragment == PACKET_WHOLE;

	if (packet->fragment == PACKET_LATER_FRAGMENT)
		return PACKET_OK;
	switch (packet->protocol) {
	case TRANSPORT_TCP:
		return read_tcp(cursor, packet);
	case TRANSPORT_UDP:
		if (cursor->captured < 4 || length < 8)
			return PACKET_SHORT_TRANSPORT;
		packet->source_port = cursor_read16(b);
		packet->destination_port = cursor_read16(b + 2);
		packet->checksum = cursor->captured >= 8 ? cursor_read16(b + 6) : 0;
		packet->payload = (uint32_t)(length - 8);
		set_payload(cursor, 8, packet);
		return PACKET_OK;
	case TRANSPORT_SCTP:
		if (cursor->captured < 4 || length < (whole ? 12 : 4))
			return PACKET_SHORT_TRANSPORT;
		packet->source_port = cursor_read16(b);
		packet->destination_port = cursor_read16(b + 2);
		packet->sctp_chunk = cursor->captured >= 13 && length >= 13 ? b[12] : SCTP_PAD;
		return PACKET_OK;
	case TRANSPORT_ICMP:
	case TRANSPORT_ICMPV6:
		if (cursor->captured < 2 || length < 4)
			return PACKET_SHORT_TRANSPORT;
		packet->icmp_type = b[0];
		packet->icmp_code = b[1];
		packet->checksum = cursor->captured >= 4 ? cursor_read16(b + 2) : 0;
		return PACKET_OK;
	default:
		return PACKET_OK;
	}
}
