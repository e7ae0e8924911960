#include "sink/graph/history/edge_row.h"

#include <stddef.h>
#include <string.h>

#include "sink/graph/history/varint.h"

#define MASK_BYTES 3
#define COUNTS 12       /* the first members of struct measures, each a bit of the mask */
#define SCALE_MIN (-40) /* of a sum over everything that HISTOGRAM_SCALE_MIN can have */
#define HAS_RESPONSE (1u << 12)
#define HAS_HANDSHAKE (1u << 13)
#define HAS_RESPONSE_HISTOGRAM (1u << 14)
#define HAS_HANDSHAKE_HISTOGRAM (1u << 15)
/* Of one value, which is the sum, the minimum and the maximum. */
#define ONE_RESPONSE (1u << 16)
#define ONE_HANDSHAKE (1u << 17)

/* How a histogram is written. */
enum form { PAIRS, BYTES, TWO_BYTES, FOUR_BYTES };

static const size_t count_members[COUNTS] = {
	offsetof(struct measures, flows),
	offsetof(struct measures, provisional),
	offsetof(struct measures, refused),
	offsetof(struct measures, unanswered),
	offsetof(struct measures, reset),
	offsetof(struct measures, source_bytes),
	offsetof(struct measures, destination_bytes),
	offsetof(struct measures, source_packets),
	offsetof(struct measures, destination_packets),
	offsetof(struct measures, retransmissions_sent),
	offsetof(struct measures, retransmissions_received),
	offsetof(struct measures, requests),
};

static uint64_t *count_of(struct measures *measures, unsigned bit)
{
	return (uint64_t *)((char *)measures + count_members[bit]);
}

/* ---- Writing ---- */

static void write_durations(struct text *out, bool one, uint64_t count, uint64_t sum, uint64_t min,
			    uint64_t max)
{
	if (!one)
		varint_add(out, count);
	varint_add(out, sum);
	if (one)
		return;
	varint_add(out, min);
	varint_add(out, max - min);
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

static void write_histogram(struct text *out, const struct histogram *histogram)
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

static bool is_filled(const struct histogram *histogram)
{
	return histogram != NULL && histogram->total > 0;
}

static unsigned mask_of(const struct graph_edge *edge)
{
	struct measures m = edge->measures;
	unsigned mask = 0;

	for (unsigned bit = 0; bit < COUNTS; bit++)
		mask |= (unsigned)(*count_of(&m, bit) > 0) << bit;
	if (m.response_count > 0)
		mask |= HAS_RESPONSE;
	if (m.response_count == 1 && m.response_sum_ns == m.response_min_ns &&
	    m.response_sum_ns == m.response_max_ns)
		mask |= ONE_RESPONSE;
	if (m.handshake_count > 0)
		mask |= HAS_HANDSHAKE;
	if (m.handshake_count == 1 && m.handshake_sum_ns == m.handshake_min_ns &&
	    m.handshake_sum_ns == m.handshake_max_ns)
		mask |= ONE_HANDSHAKE;
	if (is_filled(edge->histogram))
		mask |= HAS_RESPONSE_HISTOGRAM;
	if (is_filled(edge->handshake))
		mask |= HAS_HANDSHAKE_HISTOGRAM;
	return mask;
}

void edge_row_write(struct text *out, const struct graph_edge *edge)
{
	struct measures m = edge->measures;
	unsigned mask = mask_of(edge);

	text_add(out, (const char[]){(char)mask, (char)(mask >> 8), (char)(mask >> 16)},
		 MASK_BYTES);
	for (unsigned bit = 0; bit < COUNTS; bit++) {
		if (mask >> bit & 1)
			varint_add(out, *count_of(&m, bit));
	}
	if (mask & HAS_RESPONSE)
		write_durations(out, mask & ONE_RESPONSE, m.response_count, m.response_sum_ns,
				m.response_min_ns, m.response_max_ns);
	if (mask & HAS_HANDSHAKE)
		write_durations(out, mask & ONE_HANDSHAKE, m.handshake_count, m.handshake_sum_ns,
				m.handshake_min_ns, m.handshake_max_ns);
	if (mask & HAS_RESPONSE_HISTOGRAM)
		write_histogram(out, edge->histogram);
	if (mask & HAS_HANDSHAKE_HISTOGRAM)
		write_histogram(out, edge->handshake);
}

/* ---- Reading ---- */

/* Adds durations to their count, sum, minimum and maximum. */
static void add_durations(struct varint_reader *reader, bool one, uint64_t *count, uint64_t *sum,
			  uint64_t *min, uint64_t *max)
{
	uint64_t more = one ? 1 : varint_next(reader), more_sum = varint_next(reader);
	uint64_t more_min = one ? more_sum : varint_next(reader);
	uint64_t more_max = one ? more_sum : more_min + varint_next(reader);

	reader->failed |= more == 0;
	measures_widen(*count, min, max, more_min, more_max);
	measures_add_count(count, more);
	measures_add_count(sum, more_sum);
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

/* Adds a histogram to *SUM; if that is made coarser, by way of COUNTS. */
static int add_histogram(struct varint_reader *reader, struct histogram **sum)
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

int edge_row_add(struct span row, struct graph_edge *sum)
{
	struct varint_reader reader = varint_read(row);
	const char *head = varint_next_bytes(&reader, MASK_BYTES).data;
	struct measures *m = &sum->measures;
	unsigned mask, counts;

	if (reader.failed)
		return -1;
	mask = (unsigned)(uint8_t)head[0] | (unsigned)(uint8_t)head[1] << 8 |
	       (unsigned)(uint8_t)head[2] << 16;
	counts = mask & ((1u << COUNTS) - 1);
	for (; counts != 0; counts &= counts - 1)
		measures_add_count(count_of(m, (unsigned)__builtin_ctz(counts)),
				   varint_next(&reader));
	if (mask & HAS_RESPONSE)
		add_durations(&reader, mask & ONE_RESPONSE, &m->response_count, &m->response_sum_ns,
			      &m->response_min_ns, &m->response_max_ns);
	if (mask & HAS_HANDSHAKE)
		add_durations(&reader, mask & ONE_HANDSHAKE, &m->handshake_count,
			      &m->handshake_sum_ns, &m->handshake_min_ns, &m->handshake_max_ns);
	if ((mask & HAS_RESPONSE_HISTOGRAM && add_histogram(&reader, &sum->histogram) < 0) ||
	    (mask & HAS_HANDSHAKE_HISTOGRAM && add_histogram(&reader, &sum->handshake) < 0))
		return -1;
	return varint_done(&reader) ? 0 : -1;
}
