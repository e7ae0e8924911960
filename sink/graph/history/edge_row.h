/* edge_row.h - what was measured on one edge, as the bytes of a row. Pure.
 *
 * A mask of 24 bits, the lowest byte first, says which members are not 0; they follow as varints in the
 * order of struct measures, minimum and maximum as the minimum and the difference, and neither if there is
 * one value. Histograms come last: scale, offset, 4 times a number N and a form. Forms 1, 2 and 3 are N
 * buckets of 1, 2 and 4 bytes, the lowest byte first. Form 0 is a number of buckets of which N are not
 * empty, and for each of those how many empty ones are before it and its count. The shorter is written, so a
 * busy edge is read fast.
 *
 * Messages come after them (messages_row.h).
 */
#ifndef TENURE_GRAPH_HISTORY_EDGE_ROW_H
#define TENURE_GRAPH_HISTORY_EDGE_ROW_H

#include "common/base/span.h"
#include "common/base/text.h"
#include "sink/graph/graph.h"

void edge_row_write(struct text *out, const struct graph_edge *edge);
/* Adds what ROW says to SUM. 0; -1 if ROW is not one, or out of memory, and SUM has a part of it. */
int edge_row_add(struct span row, struct graph_edge *sum);

#endif
