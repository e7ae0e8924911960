/* confirmed_rows.h - up to when a sequence of a meter's records has confirmed what they leave open
 * (docs/answers.md section 3, "Interfaces"), one row for each record that says more.
 *
 * (1) One record confirms all interfaces of its node, so no address is touched by it: a question looks
 *     here, as of its position.
 */
#ifndef TENURE_CONFIRMED_ROWS_H
#define TENURE_CONFIRMED_ROWS_H

#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"

/* All return -1 after logging. */

/* The record at OFFSET confirms SEQUENCE up to AT, the greatest so far. */
int confirmed_rows_put(const struct cluster *cluster, struct store *store, uint64_t sequence,
		       uint64_t offset, struct when at);
/* Sets *AT to what POSITION sees, WHEN_MIN if it is nothing. */
int confirmed_rows_find(const struct cluster *cluster, struct store *store, uint64_t sequence,
			uint64_t position, struct when *at);
/* Removes the rows up to OFFSET. Returns how many. */
int confirmed_rows_forget(const struct cluster *cluster, struct store *store, uint64_t sequence,
			  uint64_t offset);

#endif
