/* row_cache.h - the newest rows that were asked for, in memory. Pure.
 *
 * A row is kept once it was asked for, also that it is not there, and changes here with every write.
 * Two generations of ROW_CACHE_BYTES / 2 bytes: what the older one has was not asked for since the
 * younger one began, and goes when that is full.
 */
#ifndef TENURE_ROW_CACHE_H
#define TENURE_ROW_CACHE_H

#include "common/timeline/store/pending_rows.h"

#define ROW_CACHE_BYTES (128u << 20) /* about 150,000 pods */

struct row_cache {
	struct pending_rows young, old;
};

void row_cache_init(struct row_cache *cache);
void row_cache_free(struct row_cache *cache);
void row_cache_clear(struct row_cache *cache);

/* Finds the row KEY; it is borrowed until the next change. ROW->removed: it is known not to be there. */
bool row_cache_find(struct row_cache *cache, struct span key, struct pending_row *row);
/* Keeps ROW. Without memory it forgets everything. */
void row_cache_keep(struct row_cache *cache, struct pending_row row);
/* Keeps ROW if there is already one with its key. */
void row_cache_write(struct row_cache *cache, struct pending_row row);

#endif
