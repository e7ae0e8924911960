/* edge_row.h - what was measured on one edge, as the bytes of a row. Pure.
 *
 * A mask of 16 bits, the lower byte first, says which members are not 0; they follow as varints in the
 * order of struct measures, minimum and maximum as the minimum and the difference. Histograms come last:
 * scale, offset, how many buckets are not empty, and for each of them how many empty ones are before it
 * and its count.
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
