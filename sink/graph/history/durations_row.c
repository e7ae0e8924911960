#include "sink/graph/history/durations_row.h"

#include <stddef.h>
#include <string.h>

#define SCALE_MIN (-40) /* of a sum over everything that HISTOGRAM_SCALE_MIN can have */

/* How a histogram is written. */
enum form { PAIRS, BYTES, TWO_BYTES, FOUR_BYTES };

bool durations_row_is_one(const struct durations *durations)
{
	return durations->count == 1 && durations->sum_ns == durations->min_ns &&
	       durations->sum_ns == durations->max_ns;
}

void durations_row_write(struct text *out, bool one, const struct durations *durations)
{
	if (!one)
		varint_add(out, durations->count);
	varint_add(out, durations->sum_ns);
	if (one)
		return;
	varint_add(out, durations->min_ns);
	varint_add(out, durations->max_ns - durations->min_ns);
}

void durations_row_add(struct varint_reader *reader, bool one, struct durations *sum)
{
	struct durations more;

	more.count = one ? 1 : varint_next(reader);
	more.sum_ns = varint_next(reader);
	more.min_ns = one ? more.sum_ns : varint_next(reader);
	more.max_ns = one ? more.sum_ns : more.min_ns + varint_next(reader);
	reader->failed |= more.count == 0;
	durations_add(sum, &more);
}

bool histogram_row_is_filled(const struct histogram *histogram)
{
	return histogram != NULL && histogram->total > 0;
}

/* The form that is shortest for the COUNT buckets from COUNTS on, of which FILLED are not empty. */
static enum form choose_form(const uint64_t *counts, size_t count, size_t filled)
{
	enum form form = BYTES;
	size_t size = 1;
	uint64_t all = 0;

	for (size_t i = 0; i < count; i++)
		all |= counts[i];
	for (; form < FOUR_BYTES && all >> (8 * size) != 0; form++)
		size *= 2;
	return all > UINT32_MAX || count * size > filled * (1 + size) ? PAIRS : form;
}

static void write_pairs(struct text *out, const struct histogram *histogram)
{
	uint64_t empty = 0;

	for (size_t i = 0; i < histogram->used; i++) {
		if (histogram->counts[i] == 0) {
			empty++;
			continue;
		}
		varint_add(out, empty);
		varint_add(out, histogram->counts[i]);
		empty = 0;
	}
}

static void write_fixed(struct text *out, const struct histogram *histogram, size_t size)
{
	char bytes[HISTOGRAM_BUCKETS * sizeof(uint32_t)];
	size_t length = 0;

	for (size_t i = 0; i < histogram->used; i++) {
		for (size_t byte = 0; byte < size; byte++)
			bytes[length++] = (char)(histogram->counts[i] >> (8 * byte));
	}
	text_add(out, bytes, length);
}

void histogram_row_write(struct text *out, const struct histogram *histogram)
{
	size_t filled = 0;
	enum form form;

	for (size_t i = 0; i < histogram->used; i++)
		filled += histogram->counts[i] > 0;
	form = choose_form(histogram->counts, histogram->used, filled);
	varint_add_signed(out, histogram->scale);
	varint_add_signed(out, histogram->offset);
	varint_add(out, (form == PAIRS ? filled : histogram->used) << 2 | form);
	if (form == PAIRS)
		varint_add(out, histogram->used);
	if (form == PAIRS)
		write_pairs(out, histogram);
	else
		write_fixed(out, histogram, (size_t)1 << (form - BYTES));
}

/* Adds FILLED of the COUNT buckets of SUM. Returns the sum of what is added. */
static uint64_t add_pairs(struct varint_reader *reader, uint64_t filled, size_t count,
			  uint64_t *sum)
{
	uint64_t total = 0;

	for (size_t at = 0; filled > 0; filled--, at++) {
		uint64_t empty = varint_next(reader), more = varint_next(reader);

		if (empty >= count - at || reader->failed) {
			reader->failed = true;
			break;
		}
		at += empty;
		sum[at] += more;
		total += more;
	}
	return total;
}

/* The same, of COUNT buckets of a fixed size. */
static uint64_t add_fixed(struct varint_reader *reader, enum form form, size_t count, uint64_t *sum)
{
	size_t size = (size_t)1 << (form - BYTES);
	const uint8_t *bytes = (const uint8_t *)varint_next_bytes(reader, count * size).data;
	uint64_t total = 0;

	if (reader->failed)
		return 0;
	for (size_t i = 0; i < count; i++, bytes += size) {
		uint64_t more = bytes[0];

		if (form > BYTES)
			more |= (uint64_t)bytes[1] << 8;
		if (form == FOUR_BYTES)
			more |= (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24;
		sum[i] += more;
		total += more;
	}
	return total;
}

int histogram_row_add(struct varint_reader *reader, struct histogram **sum)
{
	int64_t scale = varint_next_signed(reader), offset = varint_next_signed(reader);
	uint64_t head = varint_next(reader), number = head >> 2;
	enum form form = (enum form)(head & 3);
	uint64_t count = form == PAIRS ? varint_next(reader) : number, total;
	uint64_t counts[HISTOGRAM_BUCKETS], *into = counts;
	bool direct;

	if (reader->failed || scale < SCALE_MIN || scale > HISTOGRAM_SCALE_MAX ||
	    offset < -HISTOGRAM_INDEX_MAX || offset > HISTOGRAM_INDEX_MAX || number == 0 ||
	    count == 0 || count > HISTOGRAM_BUCKETS)
		return -1;
	if (histogram_widen(sum, (int)scale, offset, count) < 0)
		return -1;
	/* If *SUM is made coarser, by way of COUNTS. */
	direct = (*sum)->scale == scale;
	if (direct)
		into = (*sum)->counts + (offset - (*sum)->offset);
	else
		memset(counts, 0, count * sizeof(counts[0]));
	total = form == PAIRS ? add_pairs(reader, number, count, into)
			      : add_fixed(reader, form, count, into);
	if (reader->failed)
		return -1;
	if (!direct)
		return histogram_add(sum, (int)scale, offset, counts, count);
	(*sum)->total += total;
	return 0;
}
