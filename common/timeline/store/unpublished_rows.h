/* unpublished_rows.h - the rows of unpublished_log.h. */
#ifndef TENURE_UNPUBLISHED_ROWS_H
#define TENURE_UNPUBLISHED_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/timeline/rules/unpublished_pods.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

/* False if the row does not decode. */
bool unpublished_rows_read(struct span key, struct span value, struct unpublished_pod *row);
bool unpublished_rows_read_bounds(struct span key, struct span value, uint64_t *block,
				  struct unpublished_bounds *bounds);

/* 1 found, 0 not there; -1 after logging, as the others. */
int unpublished_rows_get(struct store *store, uint32_t cluster, uint64_t number,
			 struct unpublished_pod *row);
int unpublished_rows_put(struct store *store, uint32_t cluster, const struct unpublished_pod *row);
int unpublished_rows_put_bounds(struct store *store, uint32_t cluster, uint64_t block,
				const struct unpublished_bounds *bounds);

#endif
