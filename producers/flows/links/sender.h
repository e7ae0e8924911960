/* sender.h - passes the packets that came from a pod to links.h: of packets in a row with one source, the earliest and the latest
 * say all. Pure.
 *
 * Inline, because it is called for each packet.
 */
#ifndef TENURE_FLOWS_SENDER_H
#define TENURE_FLOWS_SENDER_H

#include <stdint.h>
#include <string.h>

#include "producers/flows/links/links.h"

struct sender {
	struct links *links; /* borrowed */
	uint16_t number;     /* of the interface */
	struct ip source;
	struct when first, last; /* WHEN_MAX and WHEN_MIN: nothing is to be passed */
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

/* A packet from SOURCE came from the pod at TIME. */
static inline void sender_add(struct sender *sender, const struct ip *source, struct when time)
{
	if (memcmp(source, &sender->source, sizeof(*source)) != 0) {
		sender_pass(sender);
		sender->source = *source;
	}
	sender->first = when_earlier(sender->first, time);
	sender->last = when_later(sender->last, time);
}

#endif
