/* numbered_rows.h - rows whose key is a table, a cluster and a number (row_key_numbered()). */
#ifndef TENURE_NUMBERED_ROWS_H
#define TENURE_NUMBERED_ROWS_H

#include <stdint.h>

#include "common/base/text.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

/* Both return -1 after logging. */

/* Puts the row NUMBER of TABLE, and frees VALUE. */
int numbered_rows_put(struct store *store, enum row_table table, uint32_t cluster, uint64_t number,
		      struct text *value);
int numbered_rows_remove(struct store *store, enum row_table table, uint32_t cluster,
			 uint64_t number);

#endif
