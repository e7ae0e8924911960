/* encapsulation.h - what a packet was wrapped in: VLANs, and the tunnel nearest to it. */
#ifndef TENURE_FLOWS_ENCAPSULATION_H
#define TENURE_FLOWS_ENCAPSULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/ip.h"

#define ENCAPSULATION_VLANS_MAX 4

enum tunnel {
	TUNNEL_NONE,
	TUNNEL_IPIP, /* IPv4 in IPv4 (RFC 2003) */
	TUNNEL_6IN4, /* RFC 4213 */
	TUNNEL_4IN6, /* RFC 2473, like the next */
	TUNNEL_6IN6,
	TUNNEL_GRE,     /* RFC 2784, 2890, 2637; id: the key */
	TUNNEL_ERSPAN,  /* draft-foschiano-erspan; id: the session */
	TUNNEL_ETHERIP, /* RFC 3378, or Ethernet as protocol 143 (RFC 8986) */
	TUNNEL_MPLS,    /* MPLS in IP (RFC 4023) */
	TUNNEL_VXLAN,   /* RFC 7348; id: the VNI */
	TUNNEL_GENEVE,  /* RFC 8926; id: the VNI */
	TUNNEL_GTP,     /* GTP-U (3GPP TS 29.281); no id, because each direction has its own */
	TUNNELS,
};

struct encapsulation {
	/* Outermost first; of more than ENCAPSULATION_VLANS_MAX the last is the innermost. Priority
	 * tags (VLAN 0) are in none. */
	uint16_t vlans[ENCAPSULATION_VLANS_MAX];
	uint8_t vlan_count; /* of those in VLANS */
	uint8_t tunnel;     /* enum tunnel */
	bool has_id;
	uint32_t id;
	/* The tunnel's ends: of a packet its outer source and destination; of a path in the order of
	 * their bytes, because both directions of a conversation have one path. */
	struct ip ends[2];
};

/* In no VLAN and no tunnel. */
static inline bool encapsulation_is_none(const struct encapsulation *encapsulation)
{
	return encapsulation->tunnel == TUNNEL_NONE && encapsulation->vlan_count == 0;
}

/* True for a tunnel that carries both directions of a conversation the same way, as a mirror
 * does. */
static inline bool encapsulation_is_one_way(const struct encapsulation *encapsulation)
{
	return encapsulation->tunnel == TUNNEL_ERSPAN;
}

#endif
