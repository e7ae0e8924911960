/* tunnel.h - the headers of tunnels over IP.
 *
 * A tunnel is recognised by its IP protocol or its UDP destination port, and by a header that is as
 * its standard says. A packet to such a port with another header is no tunnel.
 */
#ifndef TENURE_FLOWS_TUNNEL_H
#define TENURE_FLOWS_TUNNEL_H

#include <stdint.h>

#include "producers/flows/cursor.h"
#include "producers/flows/encapsulation.h"
#include "producers/flows/link.h"

enum tunnel_verdict {
	TUNNEL_ABSENT, /* the packet carries no tunnel */
	TUNNEL_OPEN,
	TUNNEL_UNREAD, /* its payload is of a kind that is not read */
	TUNNEL_SHORT,  /* the frame ends inside its header */
};

struct tunnel_header {
	enum tunnel type;
	bool has_id;
	uint32_t id;
	uint32_t ethertype; /* of the payload; LINK_IP for IP of either version */
};

/* CURSOR is at what follows an IP header of VERSION 4 or 6 with PROTOCOL. DESTINATION_PORT counts
 * for UDP. With TUNNEL_OPEN sets *HEADER and moves CURSOR to the payload. */
enum tunnel_verdict tunnel_read(unsigned version, uint8_t protocol, uint16_t destination_port,
				struct cursor *cursor, struct tunnel_header *header);

/* The name of a tunnel's type in records. */
const char *tunnel_name(enum tunnel tunnel);

#endif
