/* forget_interfaces.h - removes what interfaces said before the horizon (retention.h). */
#ifndef TENURE_FORGET_INTERFACES_H
#define TENURE_FORGET_INTERFACES_H

#include "common/base/ip.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"

/* Removes the interfaces that carried IP and are past the horizon, and versions that others had replaced by then,
 * where no binding has ended since: what begins or ends later cannot depend on them. -1 after logging. */
int forget_interfaces(const struct cluster *cluster, struct store *store, const struct ip *ip);

/* The next two return as forget.h says. */
/* The rows of SEQUENCE up to OFFSET: they confirm nothing that may still be asked for. Adds to *ROWS the other rows that this
 * took as long as. */
int forget_confirmed(const struct cluster *cluster, struct store *store, uint64_t sequence,
		     uint64_t offset, int *rows);
/* The state of RUN, if what its records told is past: so is what they left open, and if the meter goes on, that is
 * another sequence. */
int forget_run(const struct cluster *cluster, struct store *store, uint64_t run);

#endif
