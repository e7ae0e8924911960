/* savefile_frame.h - one frame of a capture file, as its record says. */
#ifndef TENURE_FLOWS_SAVEFILE_FRAME_H
#define TENURE_FLOWS_SAVEFILE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More of a frame is not looked at; libpcap's MAXIMUM_SNAPLEN. */
#define SAVEFILE_FRAME_MAX 262144

struct savefile_frame {
	int64_t seconds;     /* since 1970; 0 if the record has no time */
	int64_t nanoseconds; /* may be out of range in a damaged file */
	const uint8_t *bytes;
	size_t captured;    /* how many of them are there */
	size_t on_wire;     /* how long the frame was */
	uint32_t interface; /* its number in the section of the file */
	bool inbound;       /* the record says that the interface received it */
};

#endif
