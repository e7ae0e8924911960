/* forget_interfaces.h - removes what interfaces said before the horizon (retention.h). */
#ifndef TENURE_FORGET_INTERFACES_H
#define TENURE_FORGET_INTERFACES_H

#include "common/base/ip.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"

/* Removes the interfaces that carried IP and are past the horizon, and versions that others had replaced by then,
 * where no binding has ended since: what begins or ends later cannot depend on them. -1 after logging. */
int forget_interfaces(const struct cluster *cluster, struct store *store, const struct ip *ip);

#endif
