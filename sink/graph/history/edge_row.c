#include "sink/graph/history/edge_row.h"

#include <stdlib.h>

#include "sink/graph/history/varint.h"

#define COUNTS 12       /* the first members of struct measures, each a bit of the mask */
#define SCALE_MIN (-40) /* of a sum over everything that HISTOGRAM_SCALE_MIN can have */
#define HAS_RESPONSE (1u << 12)
#define HAS_HANDSHAKE (1u << 13)
#define HAS_RESPONSE_HISTOGRAM (1u << 14)
#define HAS_HANDSHAKE_HISTOGRAM (1u << 15)

static void list_counts(struct measures *m, uint64_t *counts[static COUNTS])
{
	uint64_t *const list[COUNTS] = {
		&m->flows,
		&m->provisional,
		&m->refused,
		&m->unanswered,
		&m->reset,
		&m->source_bytes,
		&m->destination_bytes,
		&m->source_packets,
		&m->destination_packets,
		&m->retransmissions_sent,
		&m->retransmissions_received,
		&m->requests,
	};

	for (size_t i = 0; i < COUNTS; i++)
		counts[i] = list[i];
}

static void write_durations(struct text *out, uint64_t count, uint64_t sum, uint64_t min,
			    uint64_t max)
{
	varint_add(out, count);
	varint_add(out, sum);
	varint_add(out, min);
	varint_add(out, max - min);
}

static void write_histogram(struct text *out, const struct histogram *histogram)
{
	uint64_t filled = 0, empty = 0;

	for (size_t i = 0; i < histogram->used; i++)
		filled += histogram->counts[i] > 0;
	varint_add_signed(out, histogram->scale);
	varint_add_signed(out, histogram->offset);
	varint_add(out, filled);
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

static bool is_filled(const struct histogram *histogram)
{
	return histogram != NULL && histogram->total > 0;
}

void edge_row_write(struct text *out, const struct graph_edge *edge)
{
	struct measures m = edge->measures;
	uint64_t *counts[COUNTS];
	unsigned mask = 0;

	list_counts(&m, counts);
	for (size_t i = 0; i < COUNTS; i++)
		mask |= (unsigned)(*counts[i] > 0) << i;
	if (m.response_count > 0)
		mask |= HAS_RESPONSE;
	if (m.handshake_count > 0)
		mask |= HAS_HANDSHAKE;
	if (is_filled(edge->histogram))
		mask |= HAS_RESPONSE_HISTOGRAM;
	if (is_filled(edge->handshake))
		mask |= HAS_HANDSHAKE_HISTOGRAM;
	text_add(out, (const char[]){(char)mask, (char)(mask >> 8)}, 2);
	for (size_t i = 0; i < COUNTS; i++) {
		if (*counts[i] > 0)
			varint_add(out, *counts[i]);
	}
	if (mask & HAS_RESPONSE)
		write_durations(out, m.response_count, m.response_sum_ns, m.response_min_ns,
				m.response_max_ns);
	if (mask & HAS_HANDSHAKE)
		write_durations(out, m.handshake_count, m.handshake_sum_ns, m.handshake_min_ns,
				m.handshake_max_ns);
	if (mask & HAS_RESPONSE_HISTOGRAM)
		write_histogram(out, edge->histogram);
	if (mask & HAS_HANDSHAKE_HISTOGRAM)
		write_histogram(out, edge->handshake);
}

static void read_durations(struct varint_reader *reader, uint64_t *count, uint64_t *sum,
			   uint64_t *min, uint64_t *max)
{
	*count = varint_next(reader);
	*sum = varint_next(reader);
	*min = varint_next(reader);
	*max = *min + varint_next(reader);
	reader->failed |= *count == 0;
}

/* Adds a histogram to *SUM, which is made if it is NULL. */
static int add_histogram(struct varint_reader *reader, struct histogram **sum)
{
	int64_t scale = varint_next_signed(reader), offset = varint_next_signed(reader);
	uint64_t filled = varint_next(reader), counts[HISTOGRAM_BUCKETS];
	size_t used = 0;

	if (*sum == NULL)
		*sum = calloc(1, sizeof(**sum));
	if (*sum == NULL || scale < SCALE_MIN || scale > HISTOGRAM_SCALE_MAX ||
	    offset < -HISTOGRAM_INDEX_MAX || offset > HISTOGRAM_INDEX_MAX)
		return -1;
	for (; filled > 0 && !reader->failed; filled--) {
		uint64_t empty = varint_next(reader);

		if (empty >= HISTOGRAM_BUCKETS - used)
			return -1;
		for (; empty > 0; empty--)
			counts[used++] = 0;
		counts[used++] = varint_next(reader);
		if (used == HISTOGRAM_BUCKETS && filled > 1)
			return -1;
	}
	if (reader->failed)
		return -1;
	histogram_add(*sum, (int)scale, offset, counts, used);
	return 0;
}

int edge_row_add(struct span row, struct graph_edge *sum)
{
	struct varint_reader reader = varint_read(row);
	struct span head = varint_next_bytes(&reader, 2);
	struct measures m = {0};
	uint64_t *counts[COUNTS];
	unsigned mask;

	if (reader.failed)
		return -1;
	mask = (unsigned)(uint8_t)head.data[0] | (unsigned)(uint8_t)head.data[1] << 8;
	list_counts(&m, counts);
	for (size_t i = 0; i < COUNTS; i++) {
		if (mask >> i & 1)
			*counts[i] = varint_next(&reader);
	}
	if (mask & HAS_RESPONSE)
		read_durations(&reader, &m.response_count, &m.response_sum_ns, &m.response_min_ns,
			       &m.response_max_ns);
	if (mask & HAS_HANDSHAKE)
		read_durations(&reader, &m.handshake_count, &m.handshake_sum_ns,
			       &m.handshake_min_ns, &m.handshake_max_ns);
	if ((mask & HAS_RESPONSE_HISTOGRAM && add_histogram(&reader, &sum->histogram) < 0) ||
	    (mask & HAS_HANDSHAKE_HISTOGRAM && add_histogram(&reader, &sum->handshake) < 0) ||
	    !varint_done(&reader))
		return -1;
	measures_add(&sum->measures, &m);
	return 0;
}
