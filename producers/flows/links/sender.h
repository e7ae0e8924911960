/* sender.h - passes the packets that came from a pod to links.h: of packets in a row with one source, the earliest and the latest
 * say all. Pure.
 *
 * Inline, because it is called for each packet.
 */
#ifndef TENURE_FLOWS_SENDER_H
#define TENURE_FLOWS_SENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/links.h"

#define SENDER_STRAY_NS (10 * NS_PER_SECOND)

struct sender {
	struct links *links; /* borrowed */
	uint16_t number;     /* of the interface */
	struct ip source;
	struct ip known[2];      /* the last source of IPv6 and IPv4 */
	struct when first, last; /* WHEN_MAX and WHEN_MIN: nothing is to be passed */
	struct when now;         /* by the clock of the packets */
};

#define SENDER_NONE ((struct sender){.first = {INT64_MAX}, .last = {INT64_MIN}})

/* Passes what was not passed yet. */
static inline void sender_pass(struct sender *sender)
{
	if (when_before(sender->last, sender->first))
		return;
	links_packet(sender->links, sender->number, &sender->source, sender->first);
	links_packet(sender->links, sender->number, &sender->source, sender->last);
	sender->first = WHEN_MAX;
	sender->last = WHEN_MIN;
}

/* Whether SOURCE is the last one of its family of which a packet surely came from the pod. */
static inline bool sender_knows(const struct sender *sender, const struct ip *source)
{
	return memcmp(source, &sender->known[ip_is_v4(source)], sizeof(*source)) == 0;
}

/* A packet from SOURCE came from the pod at TIME. False if it is left out, as TIME is not now: it would count for as long as
 * the interface is there. */
static inline bool sender_add(struct sender *sender, const struct ip *source, struct when time)
{
	if (llabs(when_since(time, sender->now)) > SENDER_STRAY_NS)
		return false;
	if (memcmp(source, &sender->source, sizeof(*source)) != 0) {
		sender_pass(sender);
		sender->source = *source;
		sender->known[ip_is_v4(source)] = *source;
	}
	sender->first = when_earlier(sender->first, time);
	sender->last = when_later(sender->last, time);
	return true;
}

#endif
