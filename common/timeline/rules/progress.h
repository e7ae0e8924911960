/* progress.h - finds entries of which both the instant and the offset rise. Pure.
 *
 * PROGRESS records are such entries, by known (store/progress_log.h), and so are the records of a
 * first listing, by received.
 */
#ifndef TENURE_PROGRESS_H
#define TENURE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

struct progress_entry {
	struct when known;
	uint64_t offset;
};

/* In memory, 16 bytes each. */
struct progress {
	struct progress_entry *list;
	size_t count, capacity;
};

/* Ignores an entry whose known is not later than the last one's. -1 if out of memory. */
int progress_add(struct progress *progress, struct when known, uint64_t offset);
void progress_free(struct progress *progress);

/* How many entries, the first ones, have a known before MOMENT. */
size_t progress_before(const struct progress_entry *list, size_t count, struct when moment);
/* How many have an offset of at most OFFSET. */
size_t progress_up_to(const struct progress_entry *list, size_t count, uint64_t offset);
/* The known of the last of these; WHEN_MIN if there is none. */
struct when progress_known_at(const struct progress *progress, uint64_t offset);

#endif
