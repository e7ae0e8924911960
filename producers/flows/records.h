/* records.h - the records of a capture file, pcap or pcapng: its frames and interfaces. */
#ifndef TENURE_FLOWS_RECORDS_H
#define TENURE_FLOWS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/byte_source.h"
#include "producers/flows/pcap.h"
#include "producers/flows/pcapng.h"
#include "producers/flows/savefile_frame.h"

enum records_kind {
	RECORDS_FRAME,
	RECORDS_INTERFACE, /* of pcapng: the last one is new */
	RECORDS_LATER, /* the next is not read before records_release(), or, if BRIEF, a pipe does not bring it now */
	RECORDS_END,
	RECORDS_DAMAGED, /* or incomplete: DAMAGE says how; nothing can be read after it */
};

struct records {
	struct byte_source *source;
	struct pcap pcap; /* unless PCAPNG */
	struct pcapng *pcapng;
	const char *damage;
	const uint8_t *at; /* what is there of the file */
	size_t left;
	size_t used;   /* before AT, which SOURCE has not passed over */
	uint64_t skip; /* bytes from AT to the next record */
	bool held;     /* the frames that were read stay */
	bool brief;    /* a pipe is not waited for */
};

enum records_format { RECORDS_PCAP, RECORDS_PCAPNG, RECORDS_NEITHER, RECORDS_NO_MEMORY };

/* Reads the file's beginning. *RECORDS is zero-initialised; it borrows SOURCE, and records_clear()
 * must be called whatever the outcome. */
enum records_format records_begin(struct records *records, struct byte_source *source);
void records_clear(struct records *records);

/* Sets *FRAME to the next frame, whose bytes stay until the next call, or with records_hold() until
 * records_release(). */
enum records_kind records_next(struct records *records, struct savefile_frame *frame);

static inline void records_hold(struct records *records)
{
	records->held = true;
}

static inline void records_release(struct records *records)
{
	records->held = false;
}

#endif
