/* history_day.h - the numbers of a day's ends, and of the edges between them.
 *
 * The rows of a day name edges by these numbers. A day that is forgotten takes them with it, so what is
 * no longer there needs no place.
 *
 * (1) A number, once given, is written with the row that uses it first, and never changes.
 */
#ifndef TENURE_GRAPH_HISTORY_DAY_H
#define TENURE_GRAPH_HISTORY_DAY_H

#include <stdint.h>

#include "common/database/database.h"
#include "sink/graph/end_table.h"
#include "sink/graph/graph.h"

struct history_day {
	int32_t number; /* of the day, or HISTORY_TOTAL */
	struct end_table ends;
	struct graph edges; /* their indexes are the numbers; nothing is measured on them */
	size_t saved_ends, saved_edges;
};

#define HISTORY_DAY_REST INT64_MAX /* the edges that do not fit */

/* Reads the day NUMBER. NULL after logging. */
struct history_day *history_day_load(struct database *database, int32_t number, size_t ends_max,
				     size_t edges_max);
void history_day_free(struct history_day *day);

/* The number of EDGE between ends of ENDS, given now if it has none; HISTORY_DAY_REST if there is no
 * room; -1 if out of memory. */
int64_t history_day_edge(struct history_day *day, const struct end_table *ends,
			 const struct graph_edge *edge);
/* Puts the rows of new numbers into the batch. -1 if out of memory. */
int history_day_put(struct history_day *day, struct database *database);

#endif
