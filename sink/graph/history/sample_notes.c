#include "sink/graph/history/sample_notes.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/hash.h"
#include "sink/graph/end.h"
#include "sink/graph/history/varint.h"

#define ROWS_MAX ((size_t)SAMPLE_NOTES_MAX * (SAMPLE_SIZE_MAX + 2 * END_SIZE + 64))

void sample_notes_init(struct sample_notes *notes)
{
	*notes = (struct sample_notes){0};
	text_init(&notes->rows, ROWS_MAX);
	for (size_t minute = 0; minute < SAMPLE_MINUTES; minute++) {
		for (size_t slot = 0; slot < SAMPLE_SLOTS; slot++)
			notes->taken[minute][slot] = INT32_MIN;
	}
}

void sample_notes_free(struct sample_notes *notes)
{
	free(notes->notes);
	text_free(&notes->rows);
	notes->notes = NULL;
	notes->count = notes->capacity = 0;
}

void sample_notes_clear(struct sample_notes *notes)
{
	notes->count = 0;
	text_clear(&notes->rows);
}

bool sample_notes_full(const struct sample_notes *notes)
{
	return notes->count >= SAMPLE_NOTES_MAX;
}

/* ---- Rows ---- */

static void add_bytes(struct text *out, struct span bytes)
{
	varint_add(out, bytes.length);
	text_add(out, bytes.data, bytes.length);
}

void sample_row_write(struct text *out, const struct sample_row *row)
{
	varint_add(out, (uint64_t)row->place.partition);
	varint_add(out, (uint64_t)row->place.offset);
	varint_add_signed(out, row->end.ns);
	varint_add(out, row->directed);
	add_bytes(out, row->client);
	add_bytes(out, row->server);
	add_bytes(out, row->record);
}

static struct span next_bytes(struct varint_reader *reader)
{
	uint64_t length = varint_next(reader);

	return varint_next_bytes(reader, (size_t)length);
}

int sample_row_read(struct span value, struct sample_row *row)
{
	struct varint_reader reader = varint_read(value);
	uint64_t partition = varint_next(&reader), offset = varint_next(&reader), directed;
	struct end end;

	row->end.ns = varint_next_signed(&reader);
	directed = varint_next(&reader);
	row->client = next_bytes(&reader);
	row->server = next_bytes(&reader);
	row->record = next_bytes(&reader);
	if (!varint_done(&reader) || partition > INT32_MAX || offset > INT64_MAX || directed > 1)
		return -1;
	if (end_unpack(row->client, &end) < 0 || end_unpack(row->server, &end) < 0)
		return -1;
	row->place.partition = (int32_t)partition;
	row->place.offset = (int64_t)offset;
	row->directed = directed == 1;
	return 0;
}

/* ---- What is kept ---- */

static uint64_t hash_end(uint64_t hash, const struct tagged_flow_end *end, bool outside_addresses)
{
	const char *service = end_service(end);

	hash = hash_bytes(hash, &end->kind, sizeof(end->kind));
	if (end->status != TAGGED_FLOW_KNOWN)
		return hash_text(hash, end->reason);
	if (end->kind == TAGGED_FLOW_OUTSIDE && outside_addresses)
		return hash_bytes(hash, &end->ip, sizeof(end->ip));
	hash = hash_text(hash_text(hash, end->cluster), end->namespace);
	if (service[0] != '\0')
		return hash_text(hash, service);
	if (end->workload[0] != '\0')
		return hash_text(hash, end->workload);
	return hash_text(hash, end->kind == TAGGED_FLOW_POD ? end->pod : end->node);
}

/* Whether the flow was refused, reset or not answered, or one of the requests that were read failed, as far as
 * this record shows. */
static bool has_failed(const struct tagged_flow *flow)
{
	if (((flow->source.tcp_flags | flow->destination.tcp_flags) & TCP_RST) != 0)
		return true;
	if (flow->messages.errors > 0 || flow->messages.unanswered > 0)
		return true;
	return flow->destination.has_packets && flow->destination.packets == 0;
}

static unsigned slot_of(int32_t minute, const struct tagged_flow *flow, bool outside_addresses)
{
	uint64_t hash = hash_bytes(HASH_START, &minute, sizeof(minute));
	const bool failed = has_failed(flow);

	hash = hash_end(hash, &flow->source, outside_addresses);
	hash = hash_end(hash, &flow->destination, outside_addresses);
	return (unsigned)(hash_bytes(hash, &failed, sizeof(failed)) % SAMPLE_SLOTS);
}

int sample_notes_add(struct sample_notes *notes, int32_t minute, const struct tagged_flow *flow,
		     struct span record, const struct conversation_place *place,
		     bool outside_addresses)
{
	char client[END_SIZE], server[END_SIZE];
	unsigned slot = slot_of(minute, flow, outside_addresses);
	int32_t *taken = &notes->taken[(uint32_t)minute % SAMPLE_MINUTES][slot];
	struct sample_row row = {
		.place = *place, .end = flow->end, .directed = flow->directed, .record = record};
	struct sample_note note = {.minute = minute, .slot = slot, .row = notes->rows.length};

	if (*taken == minute || sample_notes_full(notes) || record.length > SAMPLE_SIZE_MAX)
		return 0;
	if (array_grow(&notes->notes, &notes->capacity, notes->count + 1, sizeof(note)) < 0)
		return -1;
	row.client = (struct span){client, end_pack(&flow->source, outside_addresses, client)};
	row.server = (struct span){server, end_pack(&flow->destination, outside_addresses, server)};
	sample_row_write(&notes->rows, &row);
	note.row_length = notes->rows.length - note.row;
	if (notes->rows.failed)
		return -1;
	notes->notes[notes->count++] = note;
	*taken = minute;
	return 0;
}
