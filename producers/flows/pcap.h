/* pcap.h - the records of a capture file in the pcap format.
 *
 * The format is draft-ietf-opsawg-pcap, with the three other magic numbers that files have: seconds
 * and nanoseconds, and Linux's longer records of 1999. Seconds are unsigned: they end in 2106.
 */
#ifndef TENURE_FLOWS_PCAP_H
#define TENURE_FLOWS_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "producers/flows/savefile_frame.h"

#define PCAP_HEADER 24     /* bytes at the beginning of a file */
#define PCAP_RECORD_MAX 24 /* bytes before each frame, at most */

struct pcap {
	bool swapped; /* the other byte order */
	bool nanoseconds;
	size_t record; /* bytes before each frame */
	uint16_t link_type;
};

/* Reads the beginning of a file. Returns -1 if it is not pcap. */
int pcap_begin(struct pcap *pcap, const uint8_t bytes[static PCAP_HEADER]);

static inline uint32_t pcap_read32(const struct pcap *pcap, const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, 4);
	return pcap->swapped ? __builtin_bswap32(value) : value;
}

/* Reads what is before a frame: all but FRAME's BYTES. Returns -1 if it is damaged.
 *
 *  +---------+----------+----------+--------+--------------------------+
 *  | seconds | fraction | captured | length | 8 more in long records   |
 *  +---------+----------+----------+--------+--------------------------+
 */
static inline int pcap_read(const struct pcap *pcap, const uint8_t *record,
			    struct savefile_frame *frame)
{
	*frame = (struct savefile_frame){
		.seconds = pcap_read32(pcap, record),
		.nanoseconds =
			(int64_t)pcap_read32(pcap, record + 4) * (pcap->nanoseconds ? 1 : 1000),
		.captured = pcap_read32(pcap, record + 8),
		.on_wire = pcap_read32(pcap, record + 12),
	};
	return frame->captured <= SAVEFILE_FRAME_MAX ? 0 : -1;
}

#endif
