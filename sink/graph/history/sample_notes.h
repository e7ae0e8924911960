/* sample_notes.h - which records are kept whole, as samples of an edge. Pure.
 *
 * A sample is a tagged record as it was read: what was measured on one flow, and what its tags rest on.
 *
 * (1) Of each minute the first record is kept of each pair of services, workloads or whatever else the ends are, and the
 *     first that failed, or had a request that did. A pair has one of SAMPLE_SLOTS places; if two have the same, the first of them is kept. So a
 *     minute has at most SAMPLE_SLOTS samples.
 * (2) At most SAMPLE_NOTES_MAX are there; sample_notes_full() says when they should be saved.
 * (3) A record of more than SAMPLE_SIZE_MAX bytes is never kept.
 */
#ifndef TENURE_GRAPH_HISTORY_SAMPLE_NOTES_H
#define TENURE_GRAPH_HISTORY_SAMPLE_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/conversation/conversation_slice.h"

#define SAMPLE_SLOTS 512
#define SAMPLE_MINUTES \
	16 /* whose places are known to be taken, for records that are out of order */
#define SAMPLE_NOTES_MAX 2048
#define SAMPLE_SIZE_MAX 16384

struct sample_note {
	int32_t minute;
	unsigned slot;
	size_t row, row_length; /* where its row is in ROWS */
};

/* Zero-initialised, but by sample_notes_init(). */
struct sample_notes {
	struct sample_note *notes;
	size_t count, capacity;
	struct text rows;
	int32_t taken[SAMPLE_MINUTES]
		     [SAMPLE_SLOTS]; /* the minute in which a place was taken last */
};

void sample_notes_init(struct sample_notes *notes);
void sample_notes_free(struct sample_notes *notes);
/* Forgets what was saved, but not that its places are taken. */
void sample_notes_clear(struct sample_notes *notes);
bool sample_notes_full(const struct sample_notes *notes);

/* A sample as a row, and back. All spans are borrowed. */
struct sample_row {
	struct conversation_place place; /* where the record was read */
	struct when end;                 /* event.end */
	bool directed;
	struct span client, server; /* packed ends (end.h) */
	struct span record;
};
void sample_row_write(struct text *out, const struct sample_row *row);
/* -1 if VALUE is not one. */
int sample_row_read(struct span value, struct sample_row *row);

/* Notes RECORD, which ended in MINUTE and was read as FLOW at PLACE, if its place is free (1). The source of FLOW
 * is the client (direction.h). -1 if out of memory. */
int sample_notes_add(struct sample_notes *notes, int32_t minute, const struct tagged_flow *flow,
		     struct span record, const struct conversation_place *place,
		     bool outside_addresses);

#endif
