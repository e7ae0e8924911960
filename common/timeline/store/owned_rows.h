/* owned_rows.h - which owners (ReplicaSets, Jobs) have pods that are not forgotten, by their uids.
 * An empty owner is none, and has no rows. All return -1 after logging. */
#ifndef TENURE_OWNED_ROWS_H
#define TENURE_OWNED_ROWS_H

#include "common/base/span.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"

int owned_rows_put(const struct cluster *cluster, struct store *store, struct span owner,
		   struct span pod);
int owned_rows_remove(const struct cluster *cluster, struct store *store, struct span owner,
		      struct span pod);
/* 1 if OWNER has a pod, 0 if not. */
int owned_rows_found(const struct cluster *cluster, struct store *store, struct span owner);

#endif
