/* progress.h - finds the first PROGRESS whose known is at or after an instant. Pure.
 *
 * (1) Both known and offset rise from entry to entry.
 *
 * In memory, 16 bytes each: 1.4 MB a day at one per second.
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

/* Ignores an entry whose known is not later than the last one's. -1 if out of memory. */
int progress_add(struct progress *progress, struct when known, uint64_t offset);
void progress_free(struct progress *progress);
/* The first entry with known >= MOMENT, or NULL. */
const struct progress_entry *progress_find(const struct progress *progress, struct when moment);
/* The known of the last entry whose offset is at most OFFSET; WHEN_MIN if there is none. */
struct when progress_known_at(const struct progress *progress, uint64_t offset);

#endif
