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

size_t intake_add(struct intake *intake, enum packet_link link, const struct intake_frame *frame)
{
	struct packet *packet = &intake->packets[intake->count];
	enum packet_verdict verdict = PACKET_BAD_TIME;

	intake->frames++;
	if (is_good_time(intake, frame)) {
		packet->time.ns = frame->seconds * NS_PER_SECOND + frame->nanoseconds;
		verdict =
			packet_decode(link, frame->bytes, frame->captured, frame->on_wire, packet);
	}
	intake->verdicts[verdict]++;
	if (verdict != PACKET_OK)
		return 0;
	intake->count++;
	return 1;
}

void intake_refuse(struct intake *intake, enum packet_verdict verdict)
{
	intake->frames++;
	intake->verdicts[verdict]++;
}
