#include "producers/flows/intake.h"

#include <stdlib.h>
#include <string.h>

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

int intake_keep_payloads(struct intake *intake, size_t longest)
{
	intake->payloads_size = INTAKE_BATCH * longest;
	intake->payloads = malloc(intake->payloads_size);
	return intake->payloads != NULL ? 0 : -1;
}

void intake_clear(struct intake *intake)
{
	free(intake->payloads);
}

void intake_begin(struct intake *intake, struct packet *packets)
{
	intake->packets = packets;
	intake->count = 0;
	intake->payloads_used = 0;
}

/* Copies PACKET's payload. Of one that finds no room less is captured, and nothing if it is not wanted:
 * the frame does not stay. */
static void keep_payload(struct intake *intake, struct packet *packet)
{
	size_t room = intake->payloads_size - intake->payloads_used;
	uint8_t *copy = intake->payloads + intake->payloads_used;

	if (packet->payload_captured > room)
		packet->payload_captured = (uint32_t)room;
	if (packet->payload_captured == 0)
		return;
	memcpy(copy, packet->payload_bytes, packet->payload_captured);
	packet->payload_bytes = copy;
	intake->payloads_used += packet->payload_captured;
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
static void add_outer(struct intake *intake, enum packet_link link,
		      const struct intake_frame *frame)
{
	struct packet *packet = &intake->packets[intake->count - 1];

	packet[1] = packet[0];
	packet_decode_outer(link, frame->bytes, frame->captured, frame->on_wire, packet);
	packet->carries = true;
	/* What the tunnel carries is read as the inner packet. */
	packet->payload_captured = 0;
	intake->verdicts[PACKET_OK]++;
	intake->count++;
}

struct packet *intake_add(struct intake *intake, enum packet_link link,
			  const struct intake_frame *frame)
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
		return NULL;
	if (!intake->frames_stay)
		keep_payload(intake, packet);
	intake->count++;
	intake->unopened[packet->inner]++;
	if (packet->encapsulation.tunnel == TUNNEL_NONE)
		return packet;
	intake->opened++;
	if (intake->tunnels == INTAKE_BOTH)
		add_outer(intake, link, frame);
	return packet;
}

void intake_refuse(struct intake *intake, enum packet_verdict verdict)
{
	intake->frames++;
	intake->verdicts[verdict]++;
}
