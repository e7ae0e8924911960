/* link.h - what is before the IP packet: link headers, VLAN tags, MPLS labels, PPPoE.
 *
 * (1) Nothing beyond the captured bytes is read, and at most LINK_HEADERS_MAX headers are passed.
 */
#ifndef TENURE_FLOWS_LINK_H
#define TENURE_FLOWS_LINK_H

#include <stdint.h>

#include "producers/flows/cursor.h"
#include "producers/flows/packet.h"

#define LINK_HEADERS_MAX 64 /* tags, labels and the like in one frame */

/* EtherTypes (IEEE 802), as far as others need them. */
#define LINK_IPV4 0x0800
#define LINK_IPV6 0x86dd
#define LINK_BRIDGED 0x6558 /* Ethernet */
#define LINK_MPLS 0x8847
#define LINK_ERSPAN 0x88be /* I and II */
#define LINK_ERSPAN_3 0x22eb
#define LINK_IP 0x10000 /* none: IP of either version */

/* Both move CURSOR to the IP header and add the VLANs to PACKET. Returns PACKET_OK, or why there is
 * none. link_skip() sets PACKET's interface to the index in SLL2. */
enum packet_verdict link_skip(enum packet_link link, struct cursor *cursor, struct packet *packet);
/* CURSOR is behind the EtherType TYPE. */
enum packet_verdict link_skip_type(uint32_t type, struct cursor *cursor, struct packet *packet);

#endif
