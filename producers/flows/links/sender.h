/* sender.h - passes the packets that came from a pod to links.h, but for those whose time is not now. Pure.
 *
 * Inline, because it is called for each packet.
 */
#ifndef TENURE_FLOWS_SENDER_H
#define TENURE_FLOWS_SENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "producers/flows/links/links.h"

#define SENDER_STRAY_NS (10 * NS_PER_SECOND)

/* Zero-initialised. */
struct sender {
	struct links *links; /* borrowed, as QUICK, which is of NUMBER */
	struct link_quick *quick;
	uint16_t number;          /* of the interface */
	struct when since, until; /* what is now by the clock of the packets */
	struct ip known[2];       /* the last source of IPv6 and IPv4 */
};

/* NUMBER was told to LINKS. */
static inline void sender_follow(struct sender *sender, struct links *links, uint16_t number)
{
	sender->links = links;
	sender->number = number;
	sender->quick = links_quick(links, number);
}

static inline void sender_set_clock(struct sender *sender, struct when now)
{
	sender->since = when_add(now, -SENDER_STRAY_NS);
	sender->until = when_add(now, SENDER_STRAY_NS);
}

/* SOURCE is the pod's. */
static inline void sender_learn(struct sender *sender, const struct ip *source)
{
	sender->known[ip_is_v4(source)] = *source;
}

/* Whether SOURCE is the last one of its family of which a packet surely came from the pod. */
static inline bool sender_knows(const struct sender *sender, const struct ip *source)
{
	return memcmp(source, &sender->known[ip_is_v4(source)], sizeof(*source)) == 0;
}

/* Whether TIME is now. */
static inline bool sender_is_now(const struct sender *sender, struct when time)
{
	return when_not_after(sender->since, time) && when_not_after(time, sender->until);
}

/* A packet from SOURCE came from the pod at TIME. False if it is left out, as TIME is not now: it would count for as long as
 * the interface is there. */
static inline bool sender_add(struct sender *sender, const struct ip *source, struct when time)
{
	if (!sender_is_now(sender, time))
		return false;
	if (!links_quick_packet(sender->quick, source, time)) {
		links_packet(sender->links, sender->number, source, time);
		sender_learn(sender, source);
	}
	return true;
}

#endif
