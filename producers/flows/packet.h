/* packet.h - one captured frame, parsed as far as a flow meter needs.
 *
 * (1) Nothing beyond the captured bytes is read, whatever the headers claim.
 * (2) Every loop over headers has a limit, so each frame takes bounded time.
 * (3) Lengths come from the headers and the length on the wire, never from how
 *     much of the frame was captured.
 */
#ifndef TENURE_FLOWS_PACKET_H
#define TENURE_FLOWS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/encapsulation.h"

enum packet_link {
	PACKET_ETHERNET,
	PACKET_SLL,      /* Linux cooked capture, version 1 */
	PACKET_SLL2,     /* version 2, with the interface's index */
	PACKET_RAW,      /* starts with the IP header, of either version */
	PACKET_LOOPBACK, /* BSD: four bytes of address family */
	PACKET_PPP,      /* also in HDLC's framing, and Cisco's HDLC */
	PACKET_NFLOG,    /* netfilter's log */
	PACKET_WIFI,     /* IEEE 802.11 */
	PACKET_RADIOTAP, /* the same behind radiotap */
	PACKET_LINKS,
};

/* Why a frame is in no flow; PACKET_OK if it is in one. */
enum packet_verdict {
	PACKET_OK,
	PACKET_NOT_IP,          /* another EtherType: ARP, LLDP, ... */
	PACKET_BAD_TIME,        /* no time, or one outside 1970-2261 */
	PACKET_SHORT_LINK,      /* the frame ends inside the link header */
	PACKET_SHORT_IP,        /* the frame ends inside the IP header or its extensions */
	PACKET_BAD_IP,          /* version or lengths contradict each other */
	PACKET_TOO_DEEP,        /* more headers than LINK_HEADERS_MAX, or tunnels */
	PACKET_LONG_CHAIN,      /* more extension headers than PACKET_EXTENSIONS_MAX */
	PACKET_SHORT_TRANSPORT, /* the frame ends inside the transport header */
	PACKET_FRAGMENT_ALONE,  /* a later fragment whose first did not come */
	PACKET_UNKNOWN_LINK,    /* of an interface whose link type is not supported */
	PACKET_NO_INTERFACE,    /* of an interface that is not described, or the table is full */
	PACKET_REPEATED,        /* another copy of a packet (repeats.h) */
	PACKET_VERDICTS,
};

#define PACKET_TUNNELS_MAX 4     /* tunnels one in the other */
#define PACKET_EXTENSIONS_MAX 16 /* IPv6 extension headers in one packet */

enum packet_fragment {
	PACKET_WHOLE,
	PACKET_FIRST_FRAGMENT,
	PACKET_LATER_FRAGMENT,
	PACKET_CUT, /* whole, but of its TCP header only the ports are there */
};

struct packet {
	struct when time; /* set before packet_decode() */
	struct ip source;
	struct ip destination;
	uint32_t sequence; /* TCP */
	uint32_t acknowledgment;
	uint32_t bytes;               /* of IP, header included */
	uint32_t frame_bytes;         /* on the wire */
	uint32_t payload;             /* bytes after a TCP or UDP header */
	uint32_t payload_captured;    /* those of them that were captured */
	const uint8_t *payload_bytes; /* in the frame; intake.h may copy them */
	uint32_t identification;      /* of the IP packet; 0 if it has none */
	/* The index in SLL2, else 0; after packet_decode() its number in the interfaces. */
	uint32_t interface;
	struct encapsulation encapsulation;
	uint16_t path;        /* after packet_decode(): the number of both (paths.h) */
	uint16_t source_port; /* TCP, UDP, SCTP */
	uint16_t destination_port;
	uint16_t checksum; /* TCP, UDP, ICMP */
	uint16_t window;   /* TCP, as in the header */
	uint16_t mss;      /* the option of a SYN; 0 for none */
	uint8_t protocol;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t sctp_chunk;   /* type of the first one */
	uint8_t fragment : 2; /* enum packet_fragment */
	uint8_t cooked : 1;   /* from a cooked capture, which may have copies of it */
	uint8_t carries : 1;  /* the next packet is what this one carries (intake.h) */
	uint8_t reversed : 1; /* set with PATH: the ends of its tunnel are the other way round */
	uint8_t wrapped : 1; /* set with PATH: it does not say in which VLAN or tunnel the packet was */
	/* Of files: the frame came into its interface from the other end, as a pod's packets into the veth on the
	 * node; false if that is not known. Never of what a VLAN or a tunnel carries, whose addresses may be of
	 * another space, nor of LINUX_SLL, which does not say which interface it was. */
	uint8_t incoming : 1;
	uint8_t indexed : 1; /* of files: its frame has the system's number of its interface (LINUX_SLL2) */
	/* Why the tunnel that this packet carries was not opened, although it is one that is read:
	 * PACKET_FRAGMENT_ALONE for a fragment. Else PACKET_OK. */
	uint8_t inner; /* enum packet_verdict */
	/* Set after packet_decode(): what interfaces_next_section() gave; 0 of a live capture. */
	uint16_t section;
};

/* Parses the frame BYTES[CAPTURED], which was ON_WIRE bytes long. With PACKET_OK, sets every
 * member of *PACKET except TIME. The packet is the innermost that can be read. */
enum packet_verdict packet_decode(enum packet_link link, const uint8_t *bytes, size_t captured,
				  size_t on_wire, struct packet *packet);
/* The same, but opens no tunnel. */
enum packet_verdict packet_decode_outer(enum packet_link link, const uint8_t *bytes,
					size_t captured, size_t on_wire, struct packet *packet);

/* True if fragments_take() has to see it. */
static inline bool packet_is_fragment(const struct packet *packet)
{
	return packet->fragment == PACKET_FIRST_FRAGMENT ||
	       packet->fragment == PACKET_LATER_FRAGMENT;
}

/* The name of VERDICT as the counters print it. */
const char *packet_verdict_name(enum packet_verdict verdict);

#endif
