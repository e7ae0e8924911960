/* end_table.h - ends by number. Pure.
 *
 * (1) Equal ends have the same index until the table is cleared; indexes count from 0.
 * (2) The last of LIMIT places is END_FURTHER's, which is shared by all ends that do not fit. They are
 *     counted.
 */
#ifndef TENURE_END_TABLE_H
#define TENURE_END_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"

struct end_table {
	size_t limit;
	struct text bytes; /* the packed ends, one after another */
	size_t *ends;      /* where each ends in BYTES */
	size_t count, capacity;
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	size_t slot_count;
	uint64_t further; /* (2) */
};

/* LIMIT is at least 2. */
void end_table_init(struct end_table *table, size_t limit);
void end_table_free(struct end_table *table);
/* Removes every end and keeps the memory. */
void end_table_clear(struct end_table *table);

/* The index of PACKED (end.h), added if it is new; -1 if out of memory. */
int32_t end_table_index(struct end_table *table, struct span packed);
/* The end at INDEX, borrowed until the next addition. */
struct span end_table_at(const struct end_table *table, int32_t index);

#endif
