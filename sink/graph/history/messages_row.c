#include "sink/graph/history/messages_row.h"

#include <stddef.h>
#include <string.h>

#include "sink/graph/history/durations_row.h"
#include "sink/graph/measures.h"

#define MASK_BYTES 2
#define COUNTS 9 /* the members of struct messages_counts */
#define HAS_FIRST (1u << 9)
#define HAS_LAST (1u << 10)
#define HAS_FIRST_HISTOGRAM (1u << 11)
#define HAS_LAST_HISTOGRAM (1u << 12)
#define ONE_FIRST (1u << 13)
#define ONE_LAST (1u << 14)
#define FROM_SERVER (1u << 15)

static const size_t count_members[COUNTS] = {
	offsetof(struct messages_counts, records),  offsetof(struct messages_counts, incomplete),
	offsetof(struct messages_counts, requests), offsetof(struct messages_counts, responses),
	offsetof(struct messages_counts, retries),  offsetof(struct messages_counts, unanswered),
	offsetof(struct messages_counts, errors),   offsetof(struct messages_counts, client_errors),
	offsetof(struct messages_counts, turns),
};

static uint64_t *count_of(struct messages_counts *counts, unsigned bit)
{
	return (uint64_t *)((char *)counts + count_members[bit]);
}

/* ---- Writing ---- */

static unsigned mask_of(const struct messages_kind *kind)
{
	struct messages_counts counts = kind->counts;
	unsigned mask = kind->from_server ? FROM_SERVER : 0;

	for (unsigned bit = 0; bit < COUNTS; bit++)
		mask |= (unsigned)(*count_of(&counts, bit) > 0) << bit;
	mask |= kind->first_byte.count > 0 ? HAS_FIRST : 0;
	mask |= kind->last_byte.count > 0 ? HAS_LAST : 0;
	mask |= histogram_row_is_filled(kind->first_bytes) ? HAS_FIRST_HISTOGRAM : 0;
	mask |= histogram_row_is_filled(kind->last_bytes) ? HAS_LAST_HISTOGRAM : 0;
	mask |= durations_row_is_one(&kind->first_byte) ? ONE_FIRST : 0;
	mask |= durations_row_is_one(&kind->last_byte) ? ONE_LAST : 0;
	return mask;
}

static void write_kind(struct text *out, const struct messages_kind *kind)
{
	struct messages_counts counts = kind->counts;
	unsigned mask = mask_of(kind);
	size_t length = strlen(kind->protocol);

	varint_add(out, length);
	text_add(out, kind->protocol, length);
	text_add(out, (const char[]){(char)mask, (char)(mask >> 8)}, MASK_BYTES);
	for (unsigned bit = 0; bit < COUNTS; bit++) {
		if (mask >> bit & 1)
			varint_add(out, *count_of(&counts, bit));
	}
	if (mask & HAS_FIRST)
		durations_row_write(out, mask & ONE_FIRST, &kind->first_byte);
	if (mask & HAS_LAST)
		durations_row_write(out, mask & ONE_LAST, &kind->last_byte);
	if (mask & HAS_FIRST_HISTOGRAM)
		histogram_row_write(out, kind->first_bytes);
	if (mask & HAS_LAST_HISTOGRAM)
		histogram_row_write(out, kind->last_bytes);
}

void messages_row_write(struct text *out, const struct messages *messages)
{
	varint_add(out, messages->count);
	for (size_t i = 0; i < messages->count; i++)
		write_kind(out, &messages->kinds[i]);
}

/* ---- Reading ---- */

/* Adds the counts whose bits are in COUNTS. */
static void add_counts(struct varint_reader *reader, unsigned counts, struct messages_counts *sum)
{
	for (; counts != 0; counts &= counts - 1)
		measures_add_count(count_of(sum, (unsigned)__builtin_ctz(counts)),
				   varint_next(reader));
}

static int add_kind(struct varint_reader *reader, struct messages **messages)
{
	uint64_t length = varint_next(reader);
	char protocol[TAGGED_FLOW_PROTOCOL_SIZE] = "";
	struct messages_kind *sum;
	struct span name;
	const char *head;
	unsigned mask;

	if (reader->failed || length >= sizeof(protocol))
		return -1;
	name = varint_next_bytes(reader, length);
	head = varint_next_bytes(reader, MASK_BYTES).data;
	if (reader->failed || memchr(name.data, '\0', length) != NULL)
		return -1;
	memcpy(protocol, name.data, length);
	mask = (unsigned)(uint8_t)head[0] | (unsigned)(uint8_t)head[1] << 8;
	sum = messages_like(messages, protocol, mask & FROM_SERVER);
	if (sum == NULL)
		return -1;
	add_counts(reader, mask & ((1u << COUNTS) - 1), &sum->counts);
	if (mask & HAS_FIRST)
		durations_row_add(reader, mask & ONE_FIRST, &sum->first_byte);
	if (mask & HAS_LAST)
		durations_row_add(reader, mask & ONE_LAST, &sum->last_byte);
	if ((mask & HAS_FIRST_HISTOGRAM && histogram_row_add(reader, &sum->first_bytes) < 0) ||
	    (mask & HAS_LAST_HISTOGRAM && histogram_row_add(reader, &sum->last_bytes) < 0))
		return -1;
	return reader->failed ? -1 : 0;
}

int messages_row_add(struct varint_reader *reader, struct messages **messages)
{
	uint64_t count = varint_next(reader);

	if (reader->failed || count == 0 || count > MESSAGES_KINDS_MAX)
		return -1;
	for (uint64_t i = 0; i < count; i++) {
		if (add_kind(reader, messages) < 0)
			return -1;
	}
	return 0;
}
