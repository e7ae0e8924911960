#include "sink/graph/history/edge_row.h"

#include <stddef.h>

#include "sink/graph/history/durations_row.h"
#include "sink/graph/history/messages_row.h"
#include "sink/graph/history/varint.h"

#define MASK_BYTES 3
#define COUNTS 14 /* the first members of struct measures, each a bit of the mask */
#define HAS_RESPONSE (1u << 14)
#define HAS_HANDSHAKE (1u << 15)
#define HAS_RESPONSE_HISTOGRAM (1u << 16)
#define HAS_HANDSHAKE_HISTOGRAM (1u << 17)
/* Of one value, which is the sum, the minimum and the maximum. */
#define ONE_RESPONSE (1u << 18)
#define ONE_HANDSHAKE (1u << 19)
#define HAS_MESSAGES (1u << 20)

static const size_t count_members[COUNTS] = {
	offsetof(struct measures, flows),
	offsetof(struct measures, provisional),
	offsetof(struct measures, refused),
	offsetof(struct measures, unanswered),
	offsetof(struct measures, reset),
	offsetof(struct measures, failed_read),
	offsetof(struct measures, source_bytes),
	offsetof(struct measures, destination_bytes),
	offsetof(struct measures, source_packets),
	offsetof(struct measures, destination_packets),
	offsetof(struct measures, retransmissions_sent),
	offsetof(struct measures, retransmissions_received),
	offsetof(struct measures, requests),
	offsetof(struct measures, set_aside),
};

static uint64_t *count_of(struct measures *measures, unsigned bit)
{
	return (uint64_t *)((char *)measures + count_members[bit]);
}

/* ---- Writing ---- */

static unsigned mask_of(const struct graph_edge *edge)
{
	struct measures m = edge->measures;
	unsigned mask = 0;

	for (unsigned bit = 0; bit < COUNTS; bit++)
		mask |= (unsigned)(*count_of(&m, bit) > 0) << bit;
	if (m.response.count > 0)
		mask |= HAS_RESPONSE;
	if (durations_row_is_one(&m.response))
		mask |= ONE_RESPONSE;
	if (m.handshake.count > 0)
		mask |= HAS_HANDSHAKE;
	if (durations_row_is_one(&m.handshake))
		mask |= ONE_HANDSHAKE;
	if (histogram_row_is_filled(edge->histogram))
		mask |= HAS_RESPONSE_HISTOGRAM;
	if (histogram_row_is_filled(edge->handshake))
		mask |= HAS_HANDSHAKE_HISTOGRAM;
	if (edge->messages != NULL && edge->messages->count > 0)
		mask |= HAS_MESSAGES;
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
		durations_row_write(out, mask & ONE_RESPONSE, &m.response);
	if (mask & HAS_HANDSHAKE)
		durations_row_write(out, mask & ONE_HANDSHAKE, &m.handshake);
	if (mask & HAS_RESPONSE_HISTOGRAM)
		histogram_row_write(out, edge->histogram);
	if (mask & HAS_HANDSHAKE_HISTOGRAM)
		histogram_row_write(out, edge->handshake);
	if (mask & HAS_MESSAGES)
		messages_row_write(out, edge->messages);
}

/* ---- Reading ---- */

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
		durations_row_add(&reader, mask & ONE_RESPONSE, &m->response);
	if (mask & HAS_HANDSHAKE)
		durations_row_add(&reader, mask & ONE_HANDSHAKE, &m->handshake);
	if ((mask & HAS_RESPONSE_HISTOGRAM && histogram_row_add(&reader, &sum->histogram) < 0) ||
	    (mask & HAS_HANDSHAKE_HISTOGRAM && histogram_row_add(&reader, &sum->handshake) < 0) ||
	    (mask & HAS_MESSAGES && messages_row_add(&reader, &sum->messages) < 0))
		return -1;
	return varint_done(&reader) ? 0 : -1;
}
