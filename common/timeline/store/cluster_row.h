/* cluster_row.h - the row of a cluster: its name, known, horizon and the use of its ranges; and one row for
 * each resource: its coverage, its open SYNC, the order of its revisions and its last listing.
 */
#ifndef TENURE_CLUSTER_ROW_H
#define TENURE_CLUSTER_ROW_H

#include <stdbool.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/timeline/store/cluster.h"

void cluster_row_add(struct text *value, const struct cluster *cluster);
/* False if ROW does not decode. */
bool cluster_row_read(struct cluster *cluster, struct span row);

void cluster_row_add_resource(struct text *value, const struct cluster *cluster, int resource);
/* False if ROW does not decode. */
bool cluster_row_read_resource(struct cluster *cluster, int resource, struct span row);

#endif
