/* tenure_notes.h - who held an address, as the tags of records say. Pure.
 *
 * A tag carries the binding that it rests on, so it says since when its holder had the address, and
 * until when, if that has ended.
 *
 * (1) A tenure is its address, the beginning of the binding and its holder.
 * (2) At most TENURE_NOTES_MAX are there; tenure_notes_full() says when they should be saved.
 */
#ifndef TENURE_GRAPH_HISTORY_TENURE_NOTES_H
#define TENURE_GRAPH_HISTORY_TENURE_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/node.h"

#define TENURE_NOTES_MAX 65536

struct tenure_note {
	struct ip ip;
	struct when from, to; /* the binding */
	struct when first_seen, last_seen;
	uint64_t holder; /* a hash */
	size_t name;     /* where its names are in NAMES: kind, label, id and services, with NULs */
	size_t name_length;
};

/* Zero-initialised, but for NAMES. */
struct tenure_notes {
	struct tenure_note *notes;
	size_t count, capacity;
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	struct text names;
};

void tenure_notes_init(struct tenure_notes *notes);
void tenure_notes_free(struct tenure_notes *notes);
void tenure_notes_clear(struct tenure_notes *notes);
bool tenure_notes_full(const struct tenure_notes *notes);

/* Notes that END, of a record that ended at SEEN, says who held its address, if it does. -1 if out of
 * memory. */
int tenure_notes_add(struct tenure_notes *notes, const struct tagged_flow_end *end,
		     struct when seen);

/* A tenure as a row, and back. The texts of a tenure that was read are borrowed. */
struct tenure_row {
	struct when to, first_seen, last_seen;
	const char *kind, *label, *id, *services;
	struct span names; /* all four */
};
void tenure_row_write(struct text *out, const struct tenure_row *row);
/* -1 if VALUE is not one. */
int tenure_row_read(struct span value, struct tenure_row *row);

#endif
