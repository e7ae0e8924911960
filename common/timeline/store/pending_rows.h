/* pending_rows.h - rows that are not yet written. Pure.
 *
 * The rows of a record are added, then accepted together, and not found before. Of each key only the
 * last row is written, however often it changed before.
 */
#ifndef TENURE_PENDING_ROWS_H
#define TENURE_PENDING_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"

struct pending_row {
	struct span key;
	struct span value;
	bool removed; /* the row is to be removed */
};

/* Where such a row is. */
struct pending_entry {
	size_t key_at, key_length;
	size_t value_at, value_length;
	bool removed;
	bool replaced; /* a later row has its key */
};

struct pending_slot {
	uint32_t hash;  /* of the key */
	uint32_t entry; /* 1 + the number of its entry; 0: free */
};

struct pending_rows {
	struct text bytes; /* the keys and values */
	struct pending_entry *entries;
	size_t count, capacity;
	size_t accepted;            /* of the entries, the first */
	struct pending_slot *slots; /* by a key's hash */
	size_t slot_count;          /* a power of two, or 0 */
	struct pending_row *sorted;
	size_t sorted_capacity;
};

void pending_rows_init(struct pending_rows *rows);
void pending_rows_free(struct pending_rows *rows);

/* Adds a copy of ROW. -1 if out of memory. */
int pending_rows_add(struct pending_rows *rows, struct pending_row row);
/* Accepts what was added. -1 if out of memory; then nothing is accepted. */
int pending_rows_accept(struct pending_rows *rows);

/* Finds the accepted row KEY; it is borrowed until the next addition. */
bool pending_rows_find(const struct pending_rows *rows, struct span key, struct pending_row *row);
/* Returns the accepted rows, sorted by key, borrowed until the next call. *COUNT is set. NULL if out
 * of memory. */
const struct pending_row *pending_rows_sorted(struct pending_rows *rows, size_t *count);
/* The memory that the rows take. */
size_t pending_rows_bytes(const struct pending_rows *rows);
/* Removes the accepted rows. */
void pending_rows_clear(struct pending_rows *rows);

#endif
