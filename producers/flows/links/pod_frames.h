/* pod_frames.h - what the frames of one interface say of its pod, for links.h. Pure. */
#ifndef TENURE_FLOWS_POD_FRAMES_H
#define TENURE_FLOWS_POD_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "producers/flows/links/arp.h"
#include "producers/flows/links/direction.h"
#include "producers/flows/links/sender.h"
#include "producers/flows/packet.h"

/* Zero-initialised. */
struct pod_frames {
	struct direction direction;
	struct sender sender;
	struct arp_waiting waiting;
	uint64_t unsure; /* packets that may have come from the pod */
};

/* A frame with SOURCE came from SIDE at TIME. Returns true if it counts as the pod's: an echo may have another source. */
static inline bool pod_frames_add(struct pod_frames *frames, enum direction_side side,
				  const struct ip *source, struct when time)
{
	return (side == DIRECTION_FROM_POD ||
		(side == DIRECTION_ECHO && sender_knows(&frames->sender, source))) &&
	       sender_add(&frames->sender, source, time);
}

/* The frame at BYTES is metered, so it has an Ethernet header, and PACKET is the outermost in it. Inline, because it is called for
 * each. */
static inline void pod_frames_packet(struct pod_frames *frames, const struct packet *packet,
				     const uint8_t *bytes)
{
	enum direction_side side = direction_of(&frames->direction, bytes);

	if (side != DIRECTION_FROM_NODE && encapsulation_is_none(&packet->encapsulation) &&
	    !pod_frames_add(frames, side, &packet->source, packet->time))
		frames->unsure += !ip_is_local_scope(&packet->source);
}

/* A frame that is not metered came at TIME: an ARP request tells its sender's address as a packet does. */
void pod_frames_other(struct pod_frames *frames, const uint8_t *bytes, size_t captured,
		      struct when time);
/* After some frames: what waited for the pod's MAC is said, if that is known now. */
void pod_frames_settle(struct pod_frames *frames);

#endif
