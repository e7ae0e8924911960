/* progress.h - from an instant to the first PROGRESS that knew it.
 *
 * (1) KNOWN rises from entry to entry, and so does the offset.
 *
 * All of them are in memory, 16 bytes each: at one a second 1.4 MB a day.
 */
#ifndef TENURE_PROGRESS_H
#define TENURE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

struct progress_entry {
	struct when known;
	uint64_t offset;
};

struct progress {
	struct progress_entry *list;
	size_t count, capacity;
};

/* An entry that is not later than the last one is left out. -1 when there is no memory. */
int progress_add(struct progress *progress, struct when known, uint64_t offset);
void progress_free(struct progress *progress);
/* The first entry with known >= MOMENT, or NULL. */
const struct progress_entry *progress_find(const struct progress *progress, struct when moment);
/* What the last entry with an offset up to OFFSET knew; WHEN_MIN when there is none. */
struct when progress_known_at(const struct progress *progress, uint64_t offset);

#endif
