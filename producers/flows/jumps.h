/* jumps.h - packets whose time is far from that of all others.
 *
 * A time may be wrong: of 1970 or 2100 in a damaged capture. A packet whose time is more than
 * JUMPS_STEP_NS from the latest is held back. If the packets after it are there too, or nothing
 * follows, the time is right: after a silence, or after the clock was set. If the next is near the
 * latest time, those held back are strays, and are dropped.
 *
 * (1) Packets come out in the order in which they went in.
 * (2) A jump is right once the packets of JUMPS_HELD frames in a row have it.
 */
#ifndef TENURE_FLOWS_JUMPS_H
#define TENURE_FLOWS_JUMPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/packet.h"

#define JUMPS_STEP_NS INT64_C(10000000000)
#define JUMPS_HELD 4                   /* frames */
#define JUMPS_PACKETS (2 * JUMPS_HELD) /* of them, where a frame has one and what it carries */
#define JUMPS_BATCH 64                 /* packets */
#define JUMPS_PAYLOAD \
	2048 /* bytes that are kept of one that is held back; the rest counts as not captured */

/* Zero-initialised. */
struct jumps {
	struct when latest; /* of those that came out; 1970 for none */
	uint64_t strays;    /* dropped */
	size_t held_count;
	size_t held_frames;
	struct packet held[JUMPS_PACKETS];
	uint8_t payloads[2][JUMPS_PACKETS]
			[JUMPS_PAYLOAD]; /* of HELD, in turn; see keep_payloads() */
	bool bank;
};

/* Takes the COUNT packets of PACKETS and puts those that come out in their place. Returns how many:
 * at most COUNT and those held back, which is at most JUMPS_BATCH. */
size_t jumps_pass(struct jumps *jumps, struct packet *packets, size_t count);

/* Nothing follows for now: puts the packets that were held back, at most JUMPS_PACKETS, in
 * PACKETS. Returns how many. */
size_t jumps_release(struct jumps *jumps, struct packet *packets);

#endif
