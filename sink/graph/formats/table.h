/* table.h - the graph as an aligned table for a terminal. */
#ifndef TENURE_TABLE_H
#define TENURE_TABLE_H

#include <stddef.h>

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

/* Adds a heading, one line for each edge, but at most ROWS_MAX of them (0: no limit), and
 * a line of totals. */
void table_format(const struct snapshot *snapshot, size_t rows_max, struct text *out);

#endif
