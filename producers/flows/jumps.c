#include "producers/flows/jumps.h"

#include <stdlib.h>
#include <string.h>

static bool is_near(struct when a, struct when b)
{
	return llabs(when_since(a, b)) <= JUMPS_STEP_NS;
}

static bool is_first(const struct jumps *jumps)
{
	return jumps->latest.ns == 0;
}

/* The packets of an ordinary batch, which stays as it is. */
static bool pass_all(struct jumps *jumps, const struct packet *packets, size_t count)
{
	struct when latest = jumps->latest;

	if (jumps->held_count > 0 || is_first(jumps))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_near(packets[i].time, latest))
			return false;
		latest = when_later(latest, packets[i].time);
	}
	jumps->latest = latest;
	return true;
}

size_t jumps_release(struct jumps *jumps, struct packet *packets)
{
	size_t count = jumps->held_count;

	memcpy(packets, jumps->held, count * sizeof(packets[0]));
	if (count > 0)
		jumps->latest = packets[count - 1].time;
	jumps->held_count = jumps->held_frames = 0;
	return count;
}

/* Whether PACKET goes on where those held back are: they are near to each other or to the next one.
 * Packets that are rare are each far from the one before, but later. */
static bool goes_on(const struct jumps *jumps, const struct packet *packet)
{
	const struct packet *last = &jumps->held[jumps->held_count - 1];

	return is_near(packet->time, last->time) || when_before(last->time, packet->time);
}

static void drop_held(struct jumps *jumps)
{
	jumps->strays += jumps->held_count;
	jumps->held_count = jumps->held_frames = 0;
}

/* Adds PACKET, and those that it confirms, after the COUNT packets in OUT. */
static size_t pass_one(struct jumps *jumps, const struct packet *packet, struct packet *out,
		       size_t count)
{
	if (is_first(jumps) || is_near(packet->time, jumps->latest)) {
		drop_held(jumps);
		jumps->latest = when_later(jumps->latest, packet->time);
		out[count] = *packet;
		return count + 1;
	}
	/* Strays that contradict each other: the newest may be right. */
	if (jumps->held_count > 0 && !goes_on(jumps, packet))
		drop_held(jumps);
	jumps->held[jumps->held_count++] = *packet;
	jumps->held_frames += !packet->carries;
	if (jumps->held_frames == JUMPS_HELD || jumps->held_count == JUMPS_PACKETS)
		count += jumps_release(jumps, out + count);
	return count;
}

/* Copies the payloads of the packets that stay held back: the capture's own memory is used again. What
 * came out last may still be in the other bank. */
static void keep_payloads(struct jumps *jumps)
{
	jumps->bank = !jumps->bank;
	for (size_t i = 0; i < jumps->held_count; i++) {
		struct packet *packet = &jumps->held[i];
		uint8_t *copy = jumps->payloads[jumps->bank][i];

		if (packet->payload_captured > JUMPS_PAYLOAD)
			packet->payload_captured = JUMPS_PAYLOAD;
		if (packet->payload_captured == 0)
			continue;
		memcpy(copy, packet->payload_bytes, packet->payload_captured);
		packet->payload_bytes = copy;
	}
}

size_t jumps_pass(struct jumps *jumps, struct packet *packets, size_t count)
{
	struct packet in[JUMPS_BATCH];
	size_t kept = 0;

	if (pass_all(jumps, packets, count))
		return count;
	memcpy(in, packets, count * sizeof(in[0]));
	for (size_t i = 0; i < count; i++)
		kept = pass_one(jumps, &in[i], packets, kept);
	keep_payloads(jumps);
	return kept;
}
