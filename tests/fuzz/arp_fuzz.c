/* Any frames, one after the other, keep the table of requests within its limit, and what is read of one is in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/arp.h"

#define FRAME 42

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arp_waiting waiting = {0};
	struct arp_request request = {0};
	const struct arp_request *taken;

	for (size_t at = 0; at < size; at += FRAME) {
		size_t captured = size - at < FRAME ? size - at : FRAME;
		uint8_t *frame = malloc(captured);

		if (frame == NULL)
			abort();
		memcpy(frame, data + at, captured);
		if (arp_read(frame, captured, &request)) {
			if (memcmp(request.ip.bytes + 12, frame + 28, 4) != 0)
				abort();
			arp_wait(&waiting, &request);
		}
		free(frame);
		if (waiting.count > ARP_WAITING_MAX)
			abort();
	}
	taken = arp_take(&waiting, request.mac);
	if (waiting.count != 0 || (taken != NULL && taken->mac != request.mac))
		abort();
	return 0;
}
