#include "producers/flows/records.h"

#include <stdlib.h>

#define WAIT_MS 100

/* Points AT to the next record. Returns how much is there: LENGTH bytes, or fewer at the end; or 0 and
 * *LATER if frames that are held would not stay, or if a pipe does not bring them now. */
static size_t look(struct records *records, size_t length, bool *later)
{
	if (records->skip + length > records->left) {
		*later = records->held;
		if (records->held)
			return 0;
		if (records->brief &&
		    !byte_source_has(records->source, records->used + records->skip + length,
				     WAIT_MS)) {
			*later = true;
			records->left = 0;
			return 0;
		}
		byte_source_skip(records->source, records->used + records->skip);
		records->left = byte_source_peek(records->source, &records->at, length);
		records->used = 0;
	} else {
		records->at += records->skip;
		records->used += records->skip;
		records->left -= records->skip;
	}
	records->skip = 0;
	return records->left;
}

static enum records_kind damaged(struct records *records, const char *what)
{
	const char *error = byte_source_error(records->source);

	records->damage = error != NULL ? error : what;
	return RECORDS_DAMAGED;
}

/* LENGTH bytes of a record are there, but more belong to it. */
static enum records_kind incomplete(struct records *records, size_t length, const char *what)
{
	if (length == 0 && byte_source_error(records->source) == NULL)
		return RECORDS_END;
	return damaged(records, what);
}

static enum records_kind next_pcap(struct records *records, struct savefile_frame *frame)
{
	size_t head = records->pcap.record, length;
	bool later = false;

	length = look(records, head, &later);
	if (later)
		return RECORDS_LATER;
	if (length < head)
		return incomplete(records, length, "the file ends inside a record");
	if (pcap_read(&records->pcap, records->at, frame) < 0)
		return damaged(records, "a frame of more than 262144 bytes");
	if (length < head + frame->captured)
		length = look(records, head + frame->captured, &later);
	if (later)
		return RECORDS_LATER;
	if (length < head + frame->captured)
		return damaged(records, "the file ends inside a frame");
	frame->bytes = records->at + head;
	records->skip = head + frame->captured;
	return RECORDS_FRAME;
}

/* Reads one block. */
static enum records_kind next_block(struct records *records, struct savefile_frame *frame,
				    enum pcapng_block *kind)
{
	bool later = false;
	size_t length = look(records, PCAPNG_HEADER, &later), wanted;
	uint32_t whole;

	if (later)
		return RECORDS_LATER;
	if (length < PCAPNG_HEADER)
		return incomplete(records, length, "the file ends inside a block");
	whole = pcapng_length(records->pcapng, records->at);
	if (whole == 0)
		return damaged(records, "a block of impossible length");
	wanted = whole < PCAPNG_BLOCK_MAX ? whole : PCAPNG_BLOCK_MAX;
	length = look(records, wanted, &later);
	if (later)
		return RECORDS_LATER;
	if (length < wanted)
		return damaged(records, "the file ends inside a block");
	*kind = pcapng_read(records->pcapng, records->at, wanted, whole, frame);
	if (*kind == PCAPNG_DAMAGED)
		return damaged(records, "a block contradicts its length");
	records->skip = whole;
	return *kind == PCAPNG_INTERFACE ? RECORDS_INTERFACE : RECORDS_FRAME;
}

enum records_kind records_next(struct records *records, struct savefile_frame *frame)
{
	enum pcapng_block block = PCAPNG_OTHER;
	enum records_kind kind;

	if (records->pcapng == NULL)
		return next_pcap(records, frame);
	do
		kind = next_block(records, frame, &block);
	while (kind == RECORDS_FRAME && block != PCAPNG_FRAME);
	return kind;
}

enum records_format records_begin(struct records *records, struct byte_source *source)
{
	bool later = false;

	records->source = source;
	if (look(records, PCAP_HEADER, &later) < PCAP_HEADER)
		return RECORDS_NEITHER;
	if (pcapng_is_magic(records->at)) {
		records->pcapng = calloc(1, sizeof(*records->pcapng));
		return records->pcapng != NULL ? RECORDS_PCAPNG : RECORDS_NO_MEMORY;
	}
	records->skip = PCAP_HEADER;
	return pcap_begin(&records->pcap, records->at) == 0 ? RECORDS_PCAP : RECORDS_NEITHER;
}

void records_clear(struct records *records)
{
	free(records->pcapng);
}
