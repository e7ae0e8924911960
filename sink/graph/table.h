/* table.h - the graph as an aligned table for a terminal. */
#ifndef TENURE_TABLE_H
#define TENURE_TABLE_H

#include <stddef.h>

#include "common/base/text.h"
#include "sink/graph/view.h"

/* Adds one line for each edge, at most ROWS_MAX of them (0: all), with a heading
 * and a line of totals. -1 without memory. */
int table_format(const struct view *view, size_t rows_max, struct text *out);

#endif
