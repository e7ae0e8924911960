/* The input: a capture file, pcap or pcapng. Each record is read from memory that ends where the
 * record does.
 *
 * A frame lies within its record, and is no longer than SAVEFILE_FRAME_MAX. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/pcap.h"
#include "producers/flows/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static uint8_t *copy(const uint8_t *bytes, size_t length)
{
	uint8_t *copied = malloc(length > 0 ? length : 1);

	require(copied != NULL);
	memcpy(copied, bytes, length);
	return copied;
}

static void read_pcap(const uint8_t *data, size_t size)
{
	struct pcap pcap;
	size_t at = PCAP_HEADER;

	if (pcap_begin(&pcap, data) < 0)
		return;
	while (size - at >= pcap.record) {
		uint8_t *record = copy(data + at, pcap.record);
		struct savefile_frame frame;
		int rc = pcap_read(&pcap, record, &frame);

		free(record);
		if (rc < 0)
			return;
		require(frame.captured <= SAVEFILE_FRAME_MAX && frame.seconds >= 0);
		at += pcap.record;
		if (frame.captured > size - at)
			return;
		at += frame.captured;
	}
}

static void check_frame(const struct savefile_frame *frame, const uint8_t *block, size_t present)
{
	require(frame->bytes >= block && frame->bytes <= block + present);
	require(frame->captured <= present - (size_t)(frame->bytes - block));
	require(frame->captured <= SAVEFILE_FRAME_MAX);
	require(frame->nanoseconds >= 0 && frame->nanoseconds < 1000000000);
}

static void read_pcapng(const uint8_t *data, size_t size)
{
	static struct pcapng pcapng;
	size_t at = 0;

	pcapng.begun = false;
	pcapng.swapped = false;
	pcapng.count = 0;
	while (size - at >= PCAPNG_HEADER) {
		uint32_t length = pcapng_length(&pcapng, data + at);
		size_t present = length < PCAPNG_BLOCK_MAX ? length : PCAPNG_BLOCK_MAX;
		struct savefile_frame frame;
		enum pcapng_block kind;
		uint8_t *block;

		if (length == 0 || size - at < present)
			return;
		block = copy(data + at, present);
		kind = pcapng_read(&pcapng, block, present, length, &frame);
		if (kind == PCAPNG_FRAME)
			check_frame(&frame, block, present);
		if (kind == PCAPNG_INTERFACE)
			require(memchr(pcapng.interfaces[pcapng.count - 1].name, 0,
				       PCAPNG_NAME_SIZE) != NULL);
		free(block);
		if (kind == PCAPNG_DAMAGED || size - at < length)
			return;
		at += length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < PCAP_HEADER)
		return 0;
	if (pcapng_is_magic(data))
		read_pcapng(data, size);
	else
		read_pcap(data, size);
	return 0;
}
