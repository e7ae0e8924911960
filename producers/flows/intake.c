#include "producers/flows/intake.h"

#include "common/base/when.h"

/* 2261-12-31: the last year that a struct when can hold. */
#define SECONDS_MAX INT64_C(9214646400)
#define SECONDS_OF_1970 INT64_C(31536000)

/* False in the first second of 1970, which means no time (a Simple Packet Block of pcapng), and in
 * all of 1970 once a packet was later: a clock that was not set yet. */
static bool is_good_time(struct intake *intake, const struct intake_frame *frame)
{
	if (frame->seconds < 1 || frame->seconds >= SECONDS_MAX || frame->nanoseconds < 0 ||
	    frame->nanoseconds >= NS_PER_SECOND)
		return false;
	if (frame->seconds >= SECONDS_OF_1970)
		intake->after_1970 = true;
	return frame->seconds >= SECONDS_OF_1970 || !intake->after_1970;
}

static enum packet_verdict decode(const struct intake *intake, enum packet_link link,
				  const struct intake_frame *frame, struct packet *packet)
{
	if (intake->tunnels == INTAKE_OUTER)
		return packet_decode_outer(link, frame->bytes, frame->captured, frame->on_wire,
					   packet);
	return packet_decode(link, frame->bytes, frame->captured, frame->on_wire, packet);
}

/* Puts the outermost packet of a frame whose inner one was added last before that. */
static size_t add_outer(struct intake *intake, enum packet_link link,
			const struct intake_frame *frame)
{
	struct packet *packet = &intake->packets[intake->count - 1];

	packet[1] = packet[0];
	packet_decode_outer(link, frame->bytes, frame->captured, frame->on_wire, packet);
	intake->verdicts[PACKET_OK]++;
	intake->count++;
	return 2;
}

size_t intake_add(struct intake *intake, enum packet_link link, const struct intake_frame *frame)
{
	struct packet *packet = &intake->packets[intake->count];
	enum packet_verdict verdict = PACKET_BAD_TIME;

	intake->frames++;
	if (is_good_time(intake, frame)) {
		packet->time.ns = frame->seconds * NS_PER_SECOND + frame->nanoseconds;
		verdict = decode(intake, link, frame, packet);
	}
	intake->verdicts[verdict]++;
	if (verdict != PACKET_OK)
		return 0;
	intake->count++;
	intake->unopened[packet->inner]++;
	if (packet->encapsulation.tunnel == TUNNEL_NONE)
		return 1;
	intake->opened++;
	return intake->tunnels == INTAKE_BOTH ? add_outer(intake, link, frame) : 1;
}

void intake_refuse(struct intake *intake, enum packet_verdict verdict)
{
	intake->frames++;
	intake->verdicts[verdict]++;
}
