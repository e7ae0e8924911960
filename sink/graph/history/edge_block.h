/* edge_block.h - a row of the history: some edges of a window, by number. Pure.
 *
 * For each edge, in ascending order: how much larger its number is than the one before (than -1, for the
 * first), the length of what was measured on it, and that (edge_row.h).
 */
#ifndef TENURE_GRAPH_HISTORY_EDGE_BLOCK_H
#define TENURE_GRAPH_HISTORY_EDGE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "sink/graph/history/varint.h"

#define EDGE_BLOCK_EDGES 256 /* numbers N * 256 to N * 256 + 255 are in block N */

struct edge_block {
	struct varint_reader reader;
	int64_t number; /* of the edge that was read last */
};

struct edge_block edge_block_read(struct span block);
/* Reads the next edge: its number, and what was measured, borrowed. False at the end, or if BLOCK is not
 * one: edge_block_broken() tells. */
bool edge_block_next(struct edge_block *block, int64_t *number, struct span *row);
bool edge_block_broken(const struct edge_block *block);

/* Appends an edge; *LAST is the number of the one before, -1 at first. */
void edge_block_add(struct text *out, int64_t *last, int64_t number, struct span row);

#endif
