/* intake.h - the frames of one capture become packets, or are counted under the reason why not. */
#ifndef TENURE_FLOWS_INTAKE_H
#define TENURE_FLOWS_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/packet.h"

struct intake_frame {
	int64_t seconds; /* since 1970 */
	int64_t nanoseconds;
	const uint8_t *bytes;
	size_t captured;
	size_t on_wire;
};

struct intake {
	uint64_t frames;
	uint64_t verdicts[PACKET_VERDICTS];
	bool after_1970; /* a frame had such a time */
	/* Set by the caller: room for the packets of as many frames as it gives. */
	struct packet *packets;
	size_t count;
};

/* Decodes FRAME and adds its packet. Returns how many were added. */
size_t intake_add(struct intake *intake, enum packet_link link, const struct intake_frame *frame);
/* Counts a frame that cannot be decoded. */
void intake_refuse(struct intake *intake, enum packet_verdict verdict);

#endif
