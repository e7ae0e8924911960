/* intake.h - the frames of one capture become packets, or are counted under the reason why not. */
#ifndef TENURE_FLOWS_INTAKE_H
#define TENURE_FLOWS_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/packet.h"

#define INTAKE_BATCH 32 /* most packets between two calls of intake_begin() */

struct intake_frame {
	int64_t seconds; /* since 1970 */
	int64_t nanoseconds;
	const uint8_t *bytes;
	size_t captured;
	size_t on_wire;
};

/* Which packets of a frame are metered, where one carries another in a tunnel. */
enum intake_tunnels { INTAKE_INNER, INTAKE_OUTER, INTAKE_BOTH };

struct intake {
	enum intake_tunnels tunnels;
	uint64_t frames;
	uint64_t verdicts[PACKET_VERDICTS];
	uint64_t opened; /* tunnels: frames of which the inner packet is metered */
	uint64_t unopened[PACKET_VERDICTS]; /* and those of which it cannot be, with the reason */
	bool after_1970;                    /* a frame had such a time */
	/* Unless frames stay until a batch is complete, payloads are copied. */
	bool frames_stay;
	uint8_t *payloads; /* NULL if they are not wanted, or FRAMES_STAY */
	size_t payloads_size;
	size_t payloads_used;
	struct packet *packets;
	size_t count;
};

/* From now on payloads are kept, of INTAKE_BATCH frames of up to LONGEST bytes. Returns -1 if out of
 * memory. intake_clear() must be called then. */
int intake_keep_payloads(struct intake *intake, size_t longest);
void intake_clear(struct intake *intake);
/* Begins a batch, of at most INTAKE_BATCH packets: there is room for intake_packets() of each frame
 * at PACKETS. Payloads stay until the next one. */
void intake_begin(struct intake *intake, struct packet *packets);

/* The most packets that one frame gives. */
static inline size_t intake_packets(const struct intake *intake)
{
	return intake->tunnels == INTAKE_BOTH ? 2 : 1;
}

/* Decodes FRAME and adds its packets, the outermost first. Returns the first of them, after which the others follow up to the
 * last of all; NULL if there is none. */
struct packet *intake_add(struct intake *intake, enum packet_link link,
			  const struct intake_frame *frame);
/* Counts a frame that cannot be decoded. */
void intake_refuse(struct intake *intake, enum packet_verdict verdict);

#endif
