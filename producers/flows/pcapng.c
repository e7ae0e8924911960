#include "producers/flows/pcapng.h"

#include <endian.h>
#include <string.h>

#include "common/base/when.h"

#define SECTION_BLOCK 0x0a0d0d0a /* the same in both byte orders */
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define INTERFACE_BLOCK 1
#define PACKET_BLOCK 2 /* obsolete */
#define SIMPLE_BLOCK 3
#define ENHANCED_BLOCK 6

#define FLAGS_OPTION 2 /* epb_flags and pack_flags; the lowest two bits are the direction */
#define INBOUND 1

enum {
	END_OF_OPTIONS = 0,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	IF_TSOFFSET = 14,
	IF_HARDWARE = 15
};

static uint16_t read16(const struct pcapng *pcapng, const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, 2);
	return pcapng->swapped ? __builtin_bswap16(value) : value;
}

static uint32_t read32(const struct pcapng *pcapng, const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, 4);
	return pcapng->swapped ? __builtin_bswap32(value) : value;
}

bool pcapng_is_magic(const uint8_t magic[static 4])
{
	return memcmp(magic, "\n\r\r\n", 4) == 0;
}

uint32_t pcapng_length(struct pcapng *pcapng, const uint8_t header[static PCAPNG_HEADER])
{
	uint32_t length, least = 12;

	if (read32(pcapng, header) == SECTION_BLOCK) {
		pcapng->swapped = false;
		if (read32(pcapng, header + 8) != BYTE_ORDER_MAGIC)
			pcapng->swapped = true;
		if (read32(pcapng, header + 8) != BYTE_ORDER_MAGIC)
			return 0;
		least = 28;
	} else if (!pcapng->begun) {
		return 0;
	}
	length = read32(pcapng, header + 4);
	return length >= least && length % 4 == 0 ? length : 0;
}

/* Keeps the name that says most: the interface's, then its description, then its hardware. */
static void take_name(struct pcapng_interface *interface, unsigned *best, unsigned code,
		      const uint8_t *value, size_t length)
{
	if (*best != 0 && *best <= code)
		return;
	if (length >= PCAPNG_NAME_SIZE)
		length = PCAPNG_NAME_SIZE - 1;
	memcpy(interface->name, value, length);
	interface->name[length] = '\0';
	if (interface->name[0] != '\0')
		*best = code;
}

/* Reads the options of an interface in BYTES[LENGTH], as far as they are good. */
static void read_options(const struct pcapng *pcapng, const uint8_t *bytes, size_t length,
			 struct pcapng_interface *interface)
{
	unsigned best_name = 0;

	for (size_t at = 0; length - at >= 4;) {
		unsigned code = read16(pcapng, bytes + at);
		size_t size = read16(pcapng, bytes + at + 2);
		const uint8_t *value = bytes + at + 4;

		at += 4;
		if (code == END_OF_OPTIONS || size > length - at)
			return;
		if (code == IF_NAME || code == IF_DESCRIPTION || code == IF_HARDWARE)
			take_name(interface, &best_name, code, value, size);
		if (code == IF_TSRESOL && size >= 1)
			interface->resolution = value[0];
		if (code == IF_TSOFFSET && size >= 8) {
			uint64_t first = read32(pcapng, value), second = read32(pcapng, value + 4);
			/* One integer of 64 bits, in the section's byte order. */
			bool little = pcapng->swapped == (BYTE_ORDER == BIG_ENDIAN);

			interface->offset =
				(int64_t)(little ? second << 32 | first : first << 32 | second);
		}
		size = (size + 3) & ~(size_t)3;
		at += size < length - at ? size : length - at;
	}
}

/*  8           10         12         16
 *  +-----------+----------+----------+---------+--------+
 *  | link type | reserved | snap len | options | length |
 *  +-----------+----------+----------+---------+--------+
 */
static enum pcapng_block read_interface(struct pcapng *pcapng, const uint8_t *block, size_t end)
{
	struct pcapng_interface *interface;

	if (end < 16)
		return PCAPNG_DAMAGED;
	if (pcapng->count++ >= PCAPNG_INTERFACES_MAX)
		return PCAPNG_OTHER;
	interface = &pcapng->interfaces[pcapng->count - 1];
	*interface = (struct pcapng_interface){
		.link_type = read16(pcapng, block + 8),
		.snaplen = read32(pcapng, block + 12),
		.resolution = 6,
	};
	read_options(pcapng, block + 16, end - 16, interface);
	return PCAPNG_INTERFACE;
}

/* STAMP in units of the interface's resolution: a power of ten, or of two with the highest bit. */
static void set_time(const struct pcapng_interface *interface, uint64_t stamp,
		     struct savefile_frame *frame)
{
	unsigned power = interface->resolution & 0x7f;
	uint64_t units = 1, rest;

	if (interface->resolution & 0x80) {
		if (power > 63)
			return; /* all times are in the first second of 1970 */
		units <<= power;
	} else {
		if (power > 19)
			return;
		for (; power > 0; power--)
			units *= 10;
	}
	rest = stamp % units;
	frame->seconds = (int64_t)(stamp / units);
	if (__builtin_add_overflow(frame->seconds, interface->offset, &frame->seconds))
		frame->seconds = 0;
	frame->nanoseconds = (int64_t)((unsigned __int128)rest * (unsigned)NS_PER_SECOND / units);
}

/* Enhanced and old Packet Blocks; the old one has the interface and a count of drops in one word:
 *
 *  8           12          16         20         24       28
 *  +-----------+-----------+----------+----------+--------+-------+---------+--------+
 *  | interface | time high | time low | captured | length | frame | options | length |
 *  +-----------+-----------+----------+----------+--------+-------+---------+--------+
 */
static enum pcapng_block read_packet(const struct pcapng *pcapng, const uint8_t *block, size_t end,
				     bool old, struct savefile_frame *frame)
{
	uint64_t stamp;

	if (end < 28)
		return PCAPNG_DAMAGED;
	stamp = (uint64_t)read32(pcapng, block + 12) << 32 | read32(pcapng, block + 16);
	*frame = (struct savefile_frame){
		.bytes = block + 28,
		.captured = read32(pcapng, block + 20),
		.on_wire = read32(pcapng, block + 24),
		.interface = old ? read16(pcapng, block + 8) : read32(pcapng, block + 8),
	};
	if (frame->interface < pcapng->count && frame->interface < PCAPNG_INTERFACES_MAX)
		set_time(&pcapng->interfaces[frame->interface], stamp, frame);
	return PCAPNG_FRAME;
}

/* Whether the options from OPTIONS to END say that a packet came in. */
static bool is_inbound(const struct pcapng *pcapng, const uint8_t *options, const uint8_t *end)
{
	while (end - options >= 4) {
		unsigned code = read16(pcapng, options), size = read16(pcapng, options + 2);

		options += 4;
		if (code == END_OF_OPTIONS || size > end - options)
			return false;
		if (code == FLAGS_OPTION && size == 4)
			return (read32(pcapng, options) & 3) == INBOUND;
		size = (size + 3) & ~3u;
		options += size < end - options ? size : end - options;
	}
	return false;
}

/*  8        12
 *  +--------+-------+--------+
 *  | length | frame | length |   of the first interface, without a time
 *  +--------+-------+--------+
 */
static enum pcapng_block read_simple(const struct pcapng *pcapng, const uint8_t *block, size_t end,
				     uint32_t room, struct savefile_frame *frame)
{
	uint32_t snaplen = pcapng->count > 0 ? pcapng->interfaces[0].snaplen : 0;

	if (end < 12)
		return PCAPNG_DAMAGED;
	*frame = (struct savefile_frame){
		.bytes = block + 12,
		.on_wire = read32(pcapng, block + 8),
	};
	frame->captured = frame->on_wire < room - 12 ? frame->on_wire : room - 12;
	if (snaplen != 0 && frame->captured > snaplen)
		frame->captured = snaplen;
	return PCAPNG_FRAME;
}

enum pcapng_block pcapng_read(struct pcapng *pcapng, const uint8_t *block, size_t present,
			      uint32_t length, struct savefile_frame *frame)
{
	/* The body ends before the second length. */
	uint32_t room = length - 4;
	size_t end = present < room ? present : room;
	enum pcapng_block kind = PCAPNG_OTHER;

	if (present == length && read32(pcapng, block + room) != length)
		return PCAPNG_DAMAGED;
	switch (read32(pcapng, block)) {
	case SECTION_BLOCK:
		pcapng->begun = true;
		pcapng->count = 0;
		return PCAPNG_SECTION;
	case INTERFACE_BLOCK:
		return read_interface(pcapng, block, end);
	case PACKET_BLOCK:
		kind = read_packet(pcapng, block, end, true, frame);
		break;
	case ENHANCED_BLOCK:
		kind = read_packet(pcapng, block, end, false, frame);
		break;
	case SIMPLE_BLOCK:
		kind = read_simple(pcapng, block, end, room, frame);
		break;
	default:
		break;
	}
	if (kind != PCAPNG_FRAME)
		return kind;
	if (frame->captured > room - (size_t)(frame->bytes - block))
		return PCAPNG_DAMAGED;
	if (frame->captured > end - (size_t)(frame->bytes - block))
		frame->captured = end - (size_t)(frame->bytes - block);
	if (read32(pcapng, block) != SIMPLE_BLOCK) {
		size_t padded = (frame->captured + 3) & ~(size_t)3;

		if (padded <= end - (size_t)(frame->bytes - block))
			frame->inbound = is_inbound(pcapng, frame->bytes + padded, block + end);
	}
	if (frame->captured > SAVEFILE_FRAME_MAX)
		frame->captured = SAVEFILE_FRAME_MAX;
	return PCAPNG_FRAME;
}
