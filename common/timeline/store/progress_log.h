/* progress_log.h - the accepted PROGRESS records of a cluster.
 *
 * In the store, a row each ('k'), and one for each block of PROGRESS_BLOCK ('i'). In memory, 16
 * bytes for each block (8 MB for a year at one record a second), the newest block, and once
 * questions are asked at most PROGRESS_CACHED_BLOCKS others (17 MB: 12 days). Any other block is
 * one seek away.
 */
#ifndef TENURE_PROGRESS_LOG_H
#define TENURE_PROGRESS_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "common/timeline/rules/progress.h"
#include "common/timeline/store/store.h"

#define PROGRESS_BLOCK 64
#define PROGRESS_CACHED_BLOCKS 16384

struct progress_block {
	struct progress_entry list[PROGRESS_BLOCK];
	size_t count;
};

struct progress_log {
	uint32_t cluster;
	struct progress index;        /* the first entry of each block */
	uint64_t dropped;             /* blocks before them */
	struct progress_block newest; /* the last of them */
	struct progress_block
		*cache; /* by the number of the block; NULL before the first question */
};

/* All return -1 after logging. */

/* Reads the rows of LOG->cluster into LOG, which is empty. */
int progress_log_load(struct progress_log *log, struct store *store);
/* Adds an entry and puts its row; an entry whose known is not later than the last one's changes
 * nothing. */
int progress_log_add(struct progress_log *log, struct store *store, struct when known,
		     uint64_t offset);
/* Removes the first block if all of it is before OFFSET. */
int progress_log_drop(struct progress_log *log, struct store *store, uint64_t offset);
void progress_log_free(struct progress_log *log);

/* Finds the first entry with known >= MOMENT. Returns 1 or, if there is none, 0. */
int progress_log_find(struct progress_log *log, struct store *store, struct when moment,
		      struct progress_entry *entry);
/* Finds the known of the last entry whose offset is at most OFFSET; WHEN_MIN if there is none. */
int progress_log_known_at(struct progress_log *log, struct store *store, uint64_t offset,
			  struct when *known);
/* The last entry, or NULL. */
const struct progress_entry *progress_log_last(const struct progress_log *log);

#endif
