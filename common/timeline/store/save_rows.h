/* save_rows.h - the rows that prove that a store has lost no save before its end.
 *
 * The first save writes the row 1, the second the row 2, and none is ever removed. A store that
 * lost its last saves is right: it ends earlier. One that lost another has a gap in these numbers.
 */
#ifndef TENURE_SAVE_ROWS_H
#define TENURE_SAVE_ROWS_H

#include <stdint.h>

#include "common/timeline/store/store.h"

/* 1: the rows 1 to *COUNT are there; 0: some are missing; -1 after logging. */
int save_rows_count(struct store *store, uint64_t *count);

#endif
