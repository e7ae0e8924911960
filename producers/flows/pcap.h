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
/* Reads what is before a frame: all but FRAME's BYTES. Returns -1 if it is damaged. */
int pcap_read(const struct pcap *pcap, const uint8_t *record, struct savefile_frame *frame);

#endif
