/* pcapng.h - the blocks of a capture file in the pcapng format (draft-ietf-opsawg-pcapng).
 *
 * libpcap stops where two interfaces of a file differ in link type or snap length, so blocks are
 * read here: sections of either byte order, interfaces with their names and clocks, and frames in
 * Enhanced, Simple and the old Packet Blocks. Other blocks are passed over.
 *
 * (1) Nothing outside the block is read, whatever its lengths claim.
 * (2) A section has at most PCAPNG_INTERFACES_MAX interfaces; frames of those beyond have none.
 */
#ifndef TENURE_FLOWS_PCAPNG_H
#define TENURE_FLOWS_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/savefile_frame.h"

#define PCAPNG_INTERFACES_MAX 1024
#define PCAPNG_NAME_SIZE 64
#define PCAPNG_HEADER 12                             /* bytes that say how long a block is */
#define PCAPNG_BLOCK_MAX (SAVEFILE_FRAME_MAX + 1024) /* more of a block is not looked at */

struct pcapng_interface {
	uint16_t link_type;
	uint8_t resolution;          /* if_tsresol */
	uint32_t snaplen;            /* 0: none */
	int64_t offset;              /* if_tsoffset, in seconds */
	char name[PCAPNG_NAME_SIZE]; /* if_name, or else its description or hardware; "" for none */
};

struct pcapng {
	bool begun;
	bool swapped; /* the other byte order */
	size_t count; /* interfaces of this section, even those beyond (2) */
	struct pcapng_interface interfaces[PCAPNG_INTERFACES_MAX];
};

enum pcapng_block {
	PCAPNG_DAMAGED,
	PCAPNG_OTHER,
	PCAPNG_SECTION,   /* the interfaces of the last one are gone */
	PCAPNG_INTERFACE, /* interface COUNT - 1 is new */
	PCAPNG_FRAME,
};

/* True if a file that begins with MAGIC is pcapng. */
bool pcapng_is_magic(const uint8_t magic[static 4]);

/* The whole length of the block that begins with HEADER, or 0 if it is damaged. */
uint32_t pcapng_length(struct pcapng *pcapng, const uint8_t header[static PCAPNG_HEADER]);

/* Reads a block, of whose LENGTH, as pcapng_length() gave it, PRESENT bytes are at BLOCK: all, or
 * PCAPNG_BLOCK_MAX. *FRAME is set with PCAPNG_FRAME, and points into BLOCK. */
enum pcapng_block pcapng_read(struct pcapng *pcapng, const uint8_t *block, size_t present,
			      uint32_t length, struct savefile_frame *frame);

#endif
