/* watch.h - since when each interface is watched: who breaks a silence spoke first only if the silence was heard.
 *
 * (1) A packet after a silence is called so only if a packet of its conversation within that time would have
 *     been seen on its interface and counted to the same flow.
 */
#ifndef TENURE_FLOWS_WATCH_H
#define TENURE_FLOWS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/interfaces.h"

/* Zero-initialised. */
struct watch {
	struct when lost; /* a flow that had packets until then may be unknown */
	struct when first_packet[INTERFACES_MAX]; /* 1970 for none yet */
};

/* The watch of all interfaces begins at NOW, before which times are of another clock. */
void watch_restart(struct watch *watch, struct when now);
/* INTERFACE is a number that another interface had before. */
void watch_replace(struct watch *watch, uint16_t interface);
/* A flow was forgotten at MOMENT, or a packet of then counted to another flow. */
void watch_lose(struct watch *watch, struct when moment);
/* Whether who sends at MOMENT on INTERFACE, in no known flow, breaks a silence of SILENCE_NS (1). */
bool watch_is_silence(struct watch *watch, uint16_t interface, struct when moment,
		      int64_t silence_ns);

#endif
