#include "producers/flows/link.h"

#include <stdbool.h>

#include "producers/flows/wifi.h"

/* No EtherTypes. */
#define LLC 0
#define PPP 0x10001

#define ETHERNET 14 /* bytes of its header */
/* Of cooked packets: the link type of a veth (ARPHRD_ETHER), and the greatest kind (PACKET_OUTGOING), behind those of packets
 * that came: to this host, broadcast, multicast, to others. */
#define ARPHRD_OF_ETHERNET 1
#define SENT_BY_US 4

enum {
	ARP = 0x0806,
	VLAN = 0x8100,
	PPP_IN_GRE = 0x880b,
	MPLS_MULTICAST = 0x8848,
	PPPOE_SESSION = 0x8864,
	PROVIDER_VLAN = 0x88a8,
	BACKBONE = 0x88e7, /* 802.1ah: four bytes, then Ethernet */
	FABRIC_PATH = 0x8903,
	VN_TAG = 0x8926,
	OLD_VLAN = 0x9100,
};

/* TYPE is that of what follows; an upper bound of LLC's lengths is 1500. */
static bool is_vlan_tag(uint32_t type)
{
	return type == VLAN || type == PROVIDER_VLAN || type == OLD_VLAN;
}

static void add_vlan(struct packet *packet, uint16_t tag)
{
	struct encapsulation *encapsulation = &packet->encapsulation;
	uint16_t vlan = tag & 0xfff;

	if (vlan == 0)
		return;
	packet->incoming = false;
	if (encapsulation->vlan_count < ENCAPSULATION_VLANS_MAX)
		encapsulation->vlan_count++;
	encapsulation->vlans[encapsulation->vlan_count - 1] = vlan;
}

/* Passes SIZE bytes, whose last two are the EtherType of what follows. */
static enum packet_verdict skip_to_type(struct cursor *cursor, size_t size, uint32_t *type)
{
	if (cursor->captured < size)
		return PACKET_SHORT_LINK;
	*type = cursor_read16(cursor->bytes + size - 2);
	cursor_skip(cursor, size);
	return PACKET_OK;
}

/* Whether the bytes from AT begin like an Ethernet frame whose payload is read here. */
static bool is_like_ethernet(const struct cursor *cursor, size_t at)
{
	const uint8_t *b = cursor->bytes + at;
	uint32_t type;

	if (cursor->captured < at + 15)
		return false;
	type = cursor_read16(b + 12);
	if (type == LINK_IPV4 || type == LINK_IPV6)
		return b[14] >> 4 == (type == LINK_IPV4 ? 4 : 6);
	return is_vlan_tag(type) || type == ARP || type == LINK_MPLS || type == PPPOE_SESSION;
}

static bool is_like_ipv4(const struct cursor *cursor)
{
	const uint8_t *b = cursor->bytes;
	size_t length;

	if (cursor->captured < 4)
		return true;
	length = cursor_read16(b + 2);
	return (b[0] & 15) >= 5 && length <= cursor->on_wire && (length >= 20 || length == 0);
}

/* Labels do not say what follows. RFC 4928: IP can be told by its version, and other payloads begin
 * with a control word whose first four bits are 0 (RFC 4385). Older pseudowires have none. */
static enum packet_verdict skip_labels(struct cursor *cursor, unsigned *headers, uint32_t *type)
{
	bool bottom = false;

	for (; !bottom; ++*headers) {
		if (*headers == LINK_HEADERS_MAX)
			return PACKET_TOO_DEEP;
		if (cursor->captured < 5)
			return PACKET_SHORT_LINK;
		bottom = cursor->bytes[2] & 1;
		cursor_skip(cursor, 4);
	}
	*type = LINK_BRIDGED;
	switch (cursor->bytes[0] >> 4) {
	case 0:
		if (is_like_ethernet(cursor, 4))
			cursor_skip(cursor, 4);
		else if (!is_like_ethernet(cursor, 0))
			return PACKET_NOT_IP;
		return PACKET_OK;
	case 4:
		if (is_like_ipv4(cursor) || !is_like_ethernet(cursor, 0))
			*type = LINK_IPV4;
		return PACKET_OK;
	case 6:
		if (!is_like_ethernet(cursor, 0))
			*type = LINK_IPV6;
		return PACKET_OK;
	default:
		return is_like_ethernet(cursor, 0) ? PACKET_OK : PACKET_NOT_IP;
	}
}

/* RFC 1661 and 1662. Cisco's HDLC has another address and an EtherType. */
static enum packet_verdict skip_ppp(struct cursor *cursor, uint32_t *type)
{
	const uint8_t *b = cursor->bytes;
	size_t at = 0, protocol;

	if (cursor->captured < 4)
		return PACKET_SHORT_LINK;
	if (b[0] == 0x0f || b[0] == 0x8f)
		return skip_to_type(cursor, 4, type);
	if (b[0] == 0xff && b[1] == 3)
		at = 2;
	/* A protocol of one byte is odd. */
	protocol = b[at] & 1 ? b[at] : cursor_read16(b + at);
	cursor_skip(cursor, at + (b[at] & 1 ? 1 : 2));
	switch (protocol) {
	case 0x21:
		*type = LINK_IPV4;
		return PACKET_OK;
	case 0x57:
		*type = LINK_IPV6;
		return PACKET_OK;
	case 0x281:
	case 0x283:
		*type = LINK_MPLS;
		return PACKET_OK;
	default:
		return PACKET_NOT_IP;
	}
}

/* RFC 2516. Its length is not read: the IP packet has its own, and captures have frames in which
 * only that is right. */
static enum packet_verdict skip_pppoe(struct cursor *cursor, uint32_t *type)
{
	if (cursor->captured < 6)
		return PACKET_SHORT_LINK;
	cursor_skip(cursor, 6);
	return skip_ppp(cursor, type);
}

/* Passes the one header that *TYPE announces. */
static enum packet_verdict skip_header(struct cursor *cursor, struct packet *packet,
				       unsigned *headers, uint32_t *type)
{
	switch (*type) {
	case VLAN:
	case PROVIDER_VLAN:
	case OLD_VLAN:
		if (cursor->captured >= 2)
			add_vlan(packet, cursor_read16(cursor->bytes));
		return skip_to_type(cursor, 4, type);
	case LINK_MPLS:
	case MPLS_MULTICAST:
		return skip_labels(cursor, headers, type);
	case LINK_BRIDGED:
		return skip_to_type(cursor, ETHERNET, type);
	case PPPOE_SESSION:
		return skip_pppoe(cursor, type);
	case BACKBONE:
		return skip_to_type(cursor, 18, type);
	case FABRIC_PATH:
		return skip_to_type(cursor, 16, type);
	case VN_TAG:
		return skip_to_type(cursor, 6, type);
	case PPP:
	case PPP_IN_GRE:
		return skip_ppp(cursor, type);
	default:
		/* IEEE 802.3: a length; then LLC, of which only SNAP can have IP. */
		if (*type > 1500)
			return PACKET_NOT_IP;
		if (cursor->captured < 8)
			return PACKET_SHORT_LINK;
		if (cursor_read32(cursor->bytes) != 0xaaaa0300 ||
		    cursor_read16(cursor->bytes + 4) != 0)
			return PACKET_NOT_IP;
		return skip_to_type(cursor, 8, type);
	}
}

enum packet_verdict link_skip_type(uint32_t type, struct cursor *cursor, struct packet *packet)
{
	unsigned headers = 0;

	for (; type != LINK_IPV4 && type != LINK_IPV6 && type != LINK_IP; headers++) {
		enum packet_verdict verdict;

		if (headers >= LINK_HEADERS_MAX)
			return PACKET_TOO_DEEP;
		verdict = skip_header(cursor, packet, &headers, &type);
		if (verdict != PACKET_OK)
			return verdict;
	}
	if (cursor->captured < 1)
		return PACKET_SHORT_IP;
	return PACKET_OK;
}

/* A netlink message: four bytes, then attributes with a length and a type in the byte order of the
 * host that captured. Types are small, so the order can be told. */
static enum packet_verdict skip_nflog(struct cursor *cursor, uint32_t *type)
{
	if (cursor->captured < 4)
		return PACKET_SHORT_LINK;
	cursor_skip(cursor, 4);
	for (unsigned i = 0; i < LINK_HEADERS_MAX; i++) {
		const uint8_t *b = cursor->bytes;
		bool little;
		size_t length;

		if (cursor->captured < 4)
			return PACKET_SHORT_LINK;
		little = (b[3] & 0x7f) == 0;
		length = little ? (size_t)(b[1] << 8 | b[0]) : cursor_read16(b);
		if (length < 4)
			return PACKET_NOT_IP;
		if ((little ? b[2] : b[3]) == 9) { /* NFULA_PAYLOAD */
			cursor_skip(cursor, 4);
			cursor_limit(cursor, length - 4);
			*type = LINK_IP;
			return PACKET_OK;
		}
		length = (length + 3) & ~(size_t)3;
		if (length > cursor->captured)
			return PACKET_SHORT_LINK;
		cursor_skip(cursor, length);
	}
	return PACKET_TOO_DEEP;
}

/* Whether an IP packet follows at once. */
static bool is_plain_ethernet(const struct cursor *cursor)
{
	uint32_t type;

	if (cursor->captured <= ETHERNET)
		return false;
	type = cursor_read16(cursor->bytes + ETHERNET - 2);
	return type == LINK_IPV4 || type == LINK_IPV6;
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
enum packet_verdict link_skip(enum packet_link link, struct cursor *cursor, struct packet *packet)
{
	enum packet_verdict verdict = PACKET_OK;
	uint32_t type = LINK_IP;

	switch (link) {
	case PACKET_ETHERNET:
		/* Most frames have no other header. */
		if (is_plain_ethernet(cursor)) {
			cursor_skip(cursor, ETHERNET);
			return PACKET_OK;
		}
		type = LINK_BRIDGED;
		break;
	case PACKET_SLL:
		verdict = skip_to_type(cursor, 16, &type);
		break;
	case PACKET_SLL2:
		if (cursor->captured < 20)
			return PACKET_SHORT_LINK;
		packet->interface = cursor_read32(cursor->bytes + 4);
		packet->incoming = cursor_read16(cursor->bytes + 8) == ARPHRD_OF_ETHERNET &&
				   cursor->bytes[10] < SENT_BY_US;
		type = cursor_read16(cursor->bytes);
		cursor_skip(cursor, 20);
		break;
	case PACKET_RAW:
		break;
	case PACKET_LOOPBACK:
		/* The number and byte order of the family differ between systems, so the IP
		 * version decides. */
		if (cursor->captured < 4)
			return PACKET_SHORT_LINK;
		cursor_skip(cursor, 4);
		break;
	case PACKET_PPP:
		type = PPP;
		break;
	case PACKET_NFLOG:
		verdict = skip_nflog(cursor, &type);
		break;
	case PACKET_WIFI:
	case PACKET_RADIOTAP:
		verdict = wifi_skip(link == PACKET_RADIOTAP, cursor);
		type = LLC;
		break;
	case PACKET_LINKS:
		break;
	}
	if (verdict != PACKET_OK)
		return verdict;
	if (type == LINK_IP && cursor->captured < 1)
		return PACKET_SHORT_LINK;
	if (type == LINK_IP && cursor->bytes[0] >> 4 != 4 && cursor->bytes[0] >> 4 != 6)
		return PACKET_NOT_IP;
	return link_skip_type(type, cursor, packet);
}
