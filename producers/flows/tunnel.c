#include "producers/flows/tunnel.h"

#include <stdbool.h>

#include "common/base/transport.h"

enum { IPV4_IN_IP = 4, IPV6_IN_IP = 41, GRE = 47, ETHERIP = 97, MPLS_IN_IP = 137, ETHERNET = 143 };

#define PORT_GTP 2152
#define PORT_VXLAN 4789
#define PORT_VXLAN_GPE 4790 /* RFC 9305 */
#define PORT_GENEVE 6081
#define PORT_VXLAN_LINUX 8472 /* before RFC 7348; flannel and Cilium use it still */

#define GTP_EXTENSIONS_MAX 8

static enum tunnel_verdict open_payload(struct cursor *cursor, size_t size, uint32_t ethertype,
					struct tunnel_header *header)
{
	if (cursor->captured < size)
		return TUNNEL_SHORT;
	cursor_skip(cursor, size);
	header->ethertype = ethertype;
	return TUNNEL_OPEN;
}

static void set_id(struct tunnel_header *header, uint32_t id)
{
	header->has_id = true;
	header->id = id;
}

/*  0       1          3               4     7
 *  +-------+----------+---------------+-----+----------+
 *  | flags | reserved | next protocol | VNI | reserved |
 *  +-------+----------+---------------+-----+----------+
 *
 * Only the generic extension (GPE) has a next protocol, on a port of its own.
 */
static enum tunnel_verdict read_vxlan(struct cursor *cursor, bool generic,
				      struct tunnel_header *header)
{
	static const uint32_t ethertypes[] = {0, LINK_IPV4, LINK_IPV6, LINK_BRIDGED};
	const uint8_t *b = cursor->bytes;
	uint32_t ethertype = LINK_BRIDGED;

	if (cursor->captured < 8)
		return TUNNEL_SHORT;
	if (!(b[0] & 0x08))
		return TUNNEL_ABSENT; /* without a VNI it is no VXLAN */
	if (generic && b[3] != 0) {
		if (b[3] >= sizeof(ethertypes) / sizeof(ethertypes[0]))
			return TUNNEL_UNREAD;
		ethertype = ethertypes[b[3]];
	}
	header->type = TUNNEL_VXLAN;
	set_id(header, cursor_read32(b + 4) >> 8);
	return open_payload(cursor, 8, ethertype, header);
}

/*  0                  1       2           4     7
 *  +------------------+-------+-----------+-----+----------+---------+
 *  | version, options | flags | EtherType | VNI | reserved | options |
 *  +------------------+-------+-----------+-----+----------+---------+
 */
static enum tunnel_verdict read_geneve(struct cursor *cursor, struct tunnel_header *header)
{
	const uint8_t *b = cursor->bytes;

	if (cursor->captured < 8)
		return TUNNEL_SHORT;
	if (b[0] >> 6 != 0)
		return TUNNEL_ABSENT;
	header->type = TUNNEL_GENEVE;
	set_id(header, cursor_read32(b + 4) >> 8);
	return open_payload(cursor, 8 + (size_t)(b[0] & 0x3f) * 4, cursor_read16(b + 2), header);
}

/*  0       1      2        4      8          10       11
 *  +-------+------+--------+------+----------+--------+----------------+
 *  | flags | type | length | TEID | sequence | N-PDU  | next extension |
 *  +-------+------+--------+------+----------+--------+----------------+
 *
 * The last three are there if one of the three lowest flags is set.
 */
static enum tunnel_verdict read_gtp(struct cursor *cursor, struct tunnel_header *header)
{
	const uint8_t *b = cursor->bytes;
	size_t size = 8;

	if (cursor->captured < 8)
		return TUNNEL_SHORT;
	/* Version 1, GTP and not GTP', and a user's packet. */
	if (b[0] >> 4 != 3 || b[1] != 255)
		return TUNNEL_ABSENT;
	if (b[0] & 7) {
		if (cursor->captured < 12)
			return TUNNEL_SHORT;
		size = 12;
		/* Of each extension the first byte is its length and the last the next one's type. */
		for (unsigned i = 0; b[0] & 4 && b[size - 1] != 0; i++) {
			if (cursor->captured < size + 1)
				return TUNNEL_SHORT;
			if (i == GTP_EXTENSIONS_MAX || b[size] == 0)
				return TUNNEL_UNREAD;
			size += (size_t)b[size] * 4;
			if (cursor->captured < size)
				return TUNNEL_SHORT;
		}
	}
	header->type = TUNNEL_GTP;
	return open_payload(cursor, size, LINK_IP, header);
}

/* Type I has no header, type II has 8 bytes, type III 12 and perhaps 8 more. */
static enum tunnel_verdict read_erspan(struct cursor *cursor, uint32_t ethertype, bool sequence,
				       struct tunnel_header *header)
{
	const uint8_t *b = cursor->bytes;
	size_t size = ethertype == LINK_ERSPAN_3 ? 12 : 8;

	header->type = TUNNEL_ERSPAN;
	header->has_id = false;
	if (ethertype == LINK_ERSPAN && !sequence)
		return open_payload(cursor, 0, LINK_BRIDGED, header);
	if (cursor->captured < size)
		return TUNNEL_SHORT;
	set_id(header, cursor_read16(b + 2) & 0x3ff);
	if (ethertype == LINK_ERSPAN_3 && b[11] & 1)
		size += 8;
	return open_payload(cursor, size, LINK_BRIDGED, header);
}

/*  0       2           4                             8     12         16
 *  +-------+-----------+----------+------------------+-----+----------+
 *  | flags | EtherType | checksum, if there | reserved | key | sequence |
 *  +-------+-----------+----------+------------------+-----+----------+
 *
 * Version 1 (PPTP) has another key, which differs between the directions, and may acknowledge.
 */
static enum tunnel_verdict read_gre(struct cursor *cursor, struct tunnel_header *header)
{
	const uint8_t *b = cursor->bytes;
	size_t size = 4;
	unsigned flags, version;
	uint32_t ethertype;

	if (cursor->captured < 4)
		return TUNNEL_SHORT;
	flags = b[0];
	version = b[1] & 7;
	ethertype = cursor_read16(b + 2);
	/* Source routing is not read (RFC 2784 drops it). */
	if (version > 1 || flags & 0x40)
		return TUNNEL_UNREAD;
	size += flags & 0x80 ? 4 : 0;
	if (flags & 0x20) {
		if (cursor->captured < size + 4)
			return TUNNEL_SHORT;
		if (version == 0)
			set_id(header, cursor_read32(b + size));
		size += 4;
	}
	size += flags & 0x10 ? 4 : 0;
	size += version == 1 && b[1] & 0x80 ? 4 : 0;
	if (cursor->captured < size)
		return TUNNEL_SHORT;
	header->type = TUNNEL_GRE;
	if (ethertype != LINK_ERSPAN && ethertype != LINK_ERSPAN_3)
		return open_payload(cursor, size, ethertype, header);
	cursor_skip(cursor, size);
	return read_erspan(cursor, ethertype, flags & 0x10, header);
}

static enum tunnel_verdict read_udp(uint16_t port, struct cursor *cursor,
				    struct tunnel_header *header)
{
	switch (port) {
	case PORT_GTP:
	case PORT_VXLAN:
	case PORT_VXLAN_GPE:
	case PORT_GENEVE:
	case PORT_VXLAN_LINUX:
		break;
	default:
		return TUNNEL_ABSENT;
	}
	if (cursor->captured < 8)
		return TUNNEL_SHORT;
	cursor_skip(cursor, 8);
	if (port == PORT_GTP)
		return read_gtp(cursor, header);
	if (port == PORT_GENEVE)
		return read_geneve(cursor, header);
	return read_vxlan(cursor, port == PORT_VXLAN_GPE, header);
}

enum tunnel_verdict tunnel_read(unsigned version, uint8_t protocol, uint16_t destination_port,
				struct cursor *cursor, struct tunnel_header *header)
{
	*header = (struct tunnel_header){0};
	switch (protocol) {
	case TRANSPORT_UDP:
		return read_udp(destination_port, cursor, header);
	case GRE:
		return read_gre(cursor, header);
	case IPV4_IN_IP:
		header->type = version == 4 ? TUNNEL_IPIP : TUNNEL_4IN6;
		return open_payload(cursor, 0, LINK_IPV4, header);
	case IPV6_IN_IP:
		header->type = version == 4 ? TUNNEL_6IN4 : TUNNEL_6IN6;
		return open_payload(cursor, 0, LINK_IPV6, header);
	case MPLS_IN_IP:
		header->type = TUNNEL_MPLS;
		return open_payload(cursor, 0, LINK_MPLS, header);
	case ETHERIP:
		header->type = TUNNEL_ETHERIP;
		return open_payload(cursor, 2, LINK_BRIDGED, header);
	case ETHERNET:
		header->type = TUNNEL_ETHERIP;
		return open_payload(cursor, 0, LINK_BRIDGED, header);
	default:
		return TUNNEL_ABSENT;
	}
}

const char *tunnel_name(enum tunnel tunnel)
{
	static const char *const names[TUNNELS] = {
		[TUNNEL_NONE] = "none",     [TUNNEL_IPIP] = "ipip",       [TUNNEL_6IN4] = "6in4",
		[TUNNEL_4IN6] = "4in6",     [TUNNEL_6IN6] = "6in6",       [TUNNEL_GRE] = "gre",
		[TUNNEL_ERSPAN] = "erspan", [TUNNEL_ETHERIP] = "etherip", [TUNNEL_MPLS] = "mpls",
		[TUNNEL_VXLAN] = "vxlan",   [TUNNEL_GENEVE] = "geneve",   [TUNNEL_GTP] = "gtp",
	};

	return names[tunnel];
}
