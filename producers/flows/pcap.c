#include "producers/flows/pcap.h"

#include <string.h>

#define MICROSECONDS 0xa1b2c3d4
#define NANOSECONDS 0xa1b23c4d
#define LONG_RECORDS 0xa1b2cd34

static uint32_t read32(const struct pcap *pcap, const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, 4);
	return pcap->swapped ? __builtin_bswap32(value) : value;
}

int pcap_begin(struct pcap *pcap, const uint8_t bytes[static PCAP_HEADER])
{
	uint32_t magic;

	*pcap = (struct pcap){0};
	magic = read32(pcap, bytes);
	if (magic != MICROSECONDS && magic != NANOSECONDS && magic != LONG_RECORDS) {
		pcap->swapped = true;
		magic = read32(pcap, bytes);
	}
	if (magic != MICROSECONDS && magic != NANOSECONDS && magic != LONG_RECORDS)
		return -1;
	pcap->nanoseconds = magic == NANOSECONDS;
	pcap->record = magic == LONG_RECORDS ? 24 : 16;
	/* The upper half has flags. */
	pcap->link_type = (uint16_t)read32(pcap, bytes + 20);
	return 0;
}

/*  0         4          8          12      16
 *  +---------+----------+----------+--------+--------------------------+
 *  | seconds | fraction | captured | length | 8 more in long records   |
 *  +---------+----------+----------+--------+--------------------------+
 */
int pcap_read(const struct pcap *pcap, const uint8_t *record, struct savefile_frame *frame)
{
	*frame = (struct savefile_frame){
		.seconds = read32(pcap, record),
		.nanoseconds = (int64_t)read32(pcap, record + 4) * (pcap->nanoseconds ? 1 : 1000),
		.captured = read32(pcap, record + 8),
		.on_wire = read32(pcap, record + 12),
	};
	return frame->captured <= SAVEFILE_FRAME_MAX ? 0 : -1;
}
