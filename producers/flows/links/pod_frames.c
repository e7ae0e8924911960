#include "producers/flows/links/pod_frames.h"

void pod_frames_other(struct pod_frames *frames, const uint8_t *bytes, size_t captured,
		      struct when time)
{
	struct arp_request request = {.time = time};
	enum direction_side side;

	/* One that waits would count as of its time, whatever the clock is by then. */
	if (!arp_read(bytes, captured, &request) || !sender_is_now(&frames->sender, time))
		return;
	side = direction_of(&frames->direction, bytes);
	if (side == DIRECTION_UNSURE && frames->direction.pod == 0)
		arp_wait(&frames->waiting, &request);
	else
		pod_frames_add(frames, side, &request.ip, time);
}

void pod_frames_settle(struct pod_frames *frames)
{
	const struct arp_request *request;

	if (frames->direction.pod == 0 || frames->waiting.count == 0)
		return;
	request = arp_take(&frames->waiting, frames->direction.pod);
	/* The clock may have been set back meanwhile. */
	if (request == NULL || when_before(frames->sender.until, request->time))
		return;
	links_packet(frames->sender.links, frames->sender.number, &request->ip, request->time);
	sender_learn(&frames->sender, &request->ip);
}
