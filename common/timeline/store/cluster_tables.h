/* cluster_tables.h - the values of the rows of a cluster's tables. */
#ifndef TENURE_CLUSTER_TABLES_H
#define TENURE_CLUSTER_TABLES_H

#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/rows.h"

/* Adds the value of the row of ENTRY, a struct of TABLE: gap, unread_span, range_row or
 * node_port. */
void cluster_tables_add(struct text *value, enum row_table table, const void *entry);
/* Adds one row of TABLE to memory. 0, -1 if out of memory, 1 if it does not decode. */
int cluster_tables_read(struct cluster *cluster, enum row_table table, struct span key,
			struct span value);

#endif
