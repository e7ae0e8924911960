#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "sink/graph/history/history_internal.h"
#include "sink/graph/history/node_match.h"

#define SCANNED_MAX 16384 /* rows that a question looks at, the newest minutes first */
#define BYTES_MAX ((size_t)(HISTORY_SAMPLES_MAX + SAMPLE_SLOTS) * SAMPLE_SIZE_MAX)

/* ---- Writing ---- */

/* The first that took a place stays, so what is read twice changes nothing. */
int history_write_samples(struct history *history)
{
	struct sample_notes *notes = &history->samples;
	struct text old;
	int rc = 0;

	if (notes->count == 0)
		return 0;
	text_init(&old, HISTORY_ROW_MAX);
	for (size_t i = 0; i < notes->count && rc == 0; i++) {
		const struct sample_note *note = &notes->notes[i];
		struct history_key key = history_key_sample(note->minute, note->slot);
		int found = database_get(history->database, history_key_span(&key), &old);

		if (found == 0)
			database_put(history->database, history_key_span(&key),
				     (struct span){notes->rows.data + note->row, note->row_length});
		rc = found < 0 ? -1 : 0;
	}
	text_free(&old);
	if (rc < 0 || database_write(history->database, &history->unflushed) < 0)
		return -1;
	sample_notes_clear(notes);
	return 0;
}

int history_note_sample(struct history *history, const struct tagged_flow *flow, struct span record,
			const struct conversation_place *place, bool outside_addresses)
{
	int32_t minute = history_minute_of(flow->end);

	if (history_day_of(minute) < history->first_day)
		return 0;
	if (sample_notes_full(&history->samples) && history_write_samples(history) < 0)
		return -1;
	return sample_notes_add(&history->samples, minute, flow, record, place, outside_addresses) <
			       0
		       ? history_no_memory()
		       : 0;
}

/* ---- Questions ---- */

/* What a question has found so far. */
struct search {
	struct history *history;
	struct when from, to;
	enum node_level level;
	struct node_table nodes;
	struct node_match match;
	struct history_sample *samples;
	size_t count, capacity;
	size_t *records; /* where the record of each is in BYTES */
	size_t record_capacity;
	struct text bytes;
	size_t scanned;
};

/* Whether ROW is wanted; -1 if out of memory. */
static int is_wanted(struct search *search, const struct sample_row *row)
{
	struct node client = node_of(row->client, search->level);
	struct node server = node_of(row->server, search->level);
	bool turned = !row->directed && node_compare(&client, &server) > 0;
	int32_t first, second;

	if (when_before(row->end, search->from) || when_not_after(search->to, row->end))
		return 0;
	first = node_table_index(&search->nodes, turned ? &server : &client);
	second = node_table_index(&search->nodes, turned ? &client : &server);
	if (first < 0 || second < 0)
		return -1;
	return node_match_edge(&search->match, first, second);
}

static int add(struct search *search, const struct sample_row *row)
{
	size_t at = search->count;

	if (array_grow(&search->samples, &search->capacity, at + 1, sizeof(*search->samples)) < 0 ||
	    array_grow(&search->records, &search->record_capacity, at + 1,
		       sizeof(*search->records)) < 0)
		return -1;
	search->records[at] = search->bytes.length;
	search->samples[at] = (struct history_sample){.partition = row->place.partition,
						      .offset = row->place.offset,
						      .end = row->end,
						      .record = {NULL, row->record.length}};
	text_add(&search->bytes, row->record.data, row->record.length);
	search->count++;
	return search->bytes.failed ? -1 : 0;
}

/* Looks at the samples of MINUTE. -1 after logging. */
static int search_minute(struct search *search, int32_t minute)
{
	struct history_key prefix = history_key_samples(minute);
	struct span start = history_key_span(&prefix), key, value;
	struct database_scan *scan = database_scan_begin(search->history->database, start, start);
	struct sample_row row;
	int found;

	if (scan == NULL)
		return history_no_memory();
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		int wanted;

		search->scanned++;
		if (sample_row_read(value, &row) < 0) {
			found = history_damaged(search->history, "a sample");
			break;
		}
		wanted = is_wanted(search, &row);
		if (wanted < 0 || (wanted == 1 && add(search, &row) < 0)) {
			found = history_no_memory();
			break;
		}
	}
	database_scan_end(scan);
	return found;
}

static int newest_first(const void *left, const void *right)
{
	const struct history_sample *a = left, *b = right;

	if (a->end.ns != b->end.ns)
		return a->end.ns < b->end.ns ? 1 : -1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static int search_all(struct search *search, size_t limit)
{
	struct history_bounds bounds = history_bounds(search->history);
	struct when first = when_later(search->from, bounds.first);
	struct when last = when_earlier(search->to, bounds.last);
	int32_t minute;

	if (when_not_after(last, first))
		return 0;
	for (minute = history_minute_of(when_add(last, -1)); minute >= history_minute_of(first);
	     minute--) {
		if (search->count >= limit || search->scanned >= SCANNED_MAX)
			return 0;
		if (search_minute(search, minute) < 0)
			return -1;
	}
	return 0;
}

int history_samples(struct history *history, enum node_level level,
		    const struct history_filter *filter, struct when from, struct when to,
		    size_t limit, struct history_samples *out)
{
	struct search search = {.history = history, .from = from, .to = to, .level = level};
	int rc = history_write_samples(history);

	if (limit > HISTORY_SAMPLES_MAX)
		limit = HISTORY_SAMPLES_MAX;
	text_init(&search.bytes, BYTES_MAX);
	node_match_init(&search.match, filter == NULL ? NULL : filter->client,
			filter == NULL ? NULL : filter->server,
			filter == NULL ? NULL : filter->namespace, &search.nodes);
	if (rc == 0)
		rc = search_all(&search, limit);
	for (size_t i = 0; i < search.count; i++)
		search.samples[i].record.data = search.bytes.data + search.records[i];
	if (search.count > 0)
		qsort(search.samples, search.count, sizeof(*search.samples), newest_first);
	*out = (struct history_samples){search.samples, search.count < limit ? search.count : limit,
					search.bytes.data};
	search.bytes.data = NULL;
	free(search.records);
	node_match_free(&search.match);
	node_table_free(&search.nodes);
	if (rc < 0)
		history_samples_free(out);
	return rc;
}

void history_samples_free(struct history_samples *samples)
{
	free(samples->samples);
	free(samples->bytes);
	*samples = (struct history_samples){0};
}
