/* table.h - the graph as an aligned table for a terminal. */
#ifndef TENURE_TABLE_H
#define TENURE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

enum table_column {
	TABLE_NAMES, /* the order of snapshot.h */
	TABLE_FLOWS,
	TABLE_SENT,
	TABLE_RECEIVED,
	TABLE_REQUESTS,
	TABLE_MEAN,
	TABLE_P50,
	TABLE_P95,
	TABLE_P99,
	TABLE_MAX,
	TABLE_RESENT,
	TABLE_ERRORS,
	TABLE_COLUMNS,
};
/* By enum table_column: "names", "flows", ...; ends with NULL. */
extern const char *const table_columns[];

struct table_view {
	enum table_column sort; /* the largest first */
	bool reverse;
	size_t rows;  /* at most; 0: no limit */
	size_t width; /* at most, if that is possible; 0: no limit */
};

/* Adds the window and how much of it is not known, a heading, a line for each edge, and a line of
 * totals. */
void table_format(const struct snapshot *snapshot, const struct table_view *view, struct text *out);

#endif
