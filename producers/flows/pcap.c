#include "producers/flows/pcap.h"

#define MICROSECONDS 0xa1b2c3d4
#define NANOSECONDS 0xa1b23c4d
#define LONG_RECORDS 0xa1b2cd34

int pcap_begin(struct pcap *pcap, const uint8_t bytes[static PCAP_HEADER])
{
	uint32_t magic;

	*pcap = (struct pcap){0};
	magic = pcap_read32(pcap, bytes);
	if (magic != MICROSECONDS && magic != NANOSECONDS && magic != LONG_RECORDS) {
		pcap->swapped = true;
		magic = pcap_read32(pcap, bytes);
	}
	if (magic != MICROSECONDS && magic != NANOSECONDS && magic != LONG_RECORDS)
		return -1;
	pcap->nanoseconds = magic == NANOSECONDS;
	pcap->record = magic == LONG_RECORDS ? 24 : 16;
	/* The upper half has flags. */
	pcap->link_type = (uint16_t)pcap_read32(pcap, bytes + 20);
	return 0;
}
