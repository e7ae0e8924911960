/* forget.h - removes the rows of what ended before a cluster's horizon.
 *
 * Each returns 0, 1 if what it was called for must be asked again at the next horizon, or -1 after
 * logging.
 */
#ifndef TENURE_FORGET_H
#define TENURE_FORGET_H

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/record/kube_resource.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

/* Of the bindings of IP that are past the horizon all but the last one, because the address was
 * somebody's, and those that ended after another one, which is not, began; and the memberships that
 * are past it, but those of holders that stay. */
int forget_address(const struct cluster *cluster, struct store *store, const struct ip *ip);
/* The state and the names of the object, if it is gone. An owner stays as long as its pods. */
int forget_object(const struct cluster *cluster, struct store *store, enum kube_resource resource,
		  struct span uid);
/* The versions of NAME that another one replaced before the horizon. An owner that only they name
 * no longer has the pod. */
int forget_versions(const struct cluster *cluster, struct store *store, enum row_table table,
		    struct span name);

#endif
