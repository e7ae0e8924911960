/* direction.h - whether an Ethernet frame came into an interface of the node from the pod at its other end. Pure.
 *
 * On the wire of a veth a frame from the pod has, as its destination, the interface itself or the bridge that it
 * belongs to; one that the node sends has these as its source. The source of the former is the pod, so a frame
 * from there to another pod of the bridge, or to all, is the pod's too. What a bridge floods to other pods'
 * interfaces has neither: it is from the pod only where that is at the other end. But a bridge sends the pod's own frame
 * back to it in hairpin mode (IFLA_BRPORT_MODE), with the pod's MAC still, and netfilter may have changed its source
 * address before that (masquerading; br_netfilter). It is never for the bridge.
 *
 * The kernel knows the direction of each frame (sll_pkttype), but libpcap gives it only with cooked captures,
 * which it makes of no named Ethernet interface. Two captures with pcap_setdirection() would take a second
 * ring, and lose the order of the packets.
 */
#ifndef TENURE_FLOWS_DIRECTION_H
#define TENURE_FLOWS_DIRECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/links/link_message.h"

#define DIRECTION_CAPTURED 14 /* bytes: the MACs and the EtherType */

/* MACs as in struct link_message; zeros: nothing is known, and no frame comes from a pod. */
struct direction {
	uint64_t own;
	uint64_t bridge; /* OWN without one */
	uint64_t pod;    /* learnt; 0: not yet. Neither of the others */
	bool bridged;    /* a bridge may have the MAC of one of its ports */
};

enum direction_side {
	DIRECTION_FROM_POD,
	DIRECTION_ECHO,      /* from the pod, or what it sent and got back from its bridge */
	DIRECTION_FROM_NODE, /* the interface or its bridge sent it, or it is for the pod */
	DIRECTION_UNSURE,    /* it may have come from the pod all the same */
};

/* From now on the interface has OWN and BRIDGE, and is on a bridge if BRIDGED. */
static inline void direction_set(struct direction *direction, uint64_t own, uint64_t bridge,
				 bool bridged)
{
	direction->own = own;
	direction->bridge = bridge;
	direction->bridged = bridged;
	if (own == 0 || direction->pod == own || direction->pod == bridge)
		direction->pod = 0;
}

/* Where the frame came from that begins with BYTES. The pod's MAC may be learnt from it. */
static inline enum direction_side direction_of(struct direction *direction,
					       const uint8_t bytes[static DIRECTION_CAPTURED])
{
	uint64_t destination, source = link_mac_wide(bytes + LINK_MAC_SIZE);
	bool to_node;

	if (source == direction->pod && source != 0 && !direction->bridged)
		return DIRECTION_FROM_POD;
	destination = link_mac_wide(bytes);
	if (destination == direction->pod && destination != 0)
		return DIRECTION_FROM_NODE;
	to_node = destination == direction->own || destination == direction->bridge;
	if (source == direction->pod && source != 0)
		return to_node ? DIRECTION_FROM_POD : DIRECTION_ECHO;
	/* The pod may have the same MAC as the node's end. */
	if (source == direction->own || source == direction->bridge)
		return source != 0 && !to_node ? DIRECTION_FROM_NODE : DIRECTION_UNSURE;
	if (source == 0 || direction->own == 0 || !to_node)
		return DIRECTION_UNSURE;
	if (direction->pod == 0 && (bytes[LINK_MAC_SIZE] & 1) == 0) /* not of a group */
		direction->pod = source;
	return DIRECTION_FROM_POD;
}

#endif
