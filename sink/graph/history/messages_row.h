/* messages_row.h - the messages of one edge in a row of the history. Pure.
 *
 * The number of kinds. Then for each the length of the protocol's name, the name, a mask of 16 bits, the lowest
 * byte first, that says what follows: counts as varints in the order of struct messages_counts, durations and
 * histograms, as in edge_row.h.
 */
#ifndef TENURE_GRAPH_HISTORY_MESSAGES_ROW_H
#define TENURE_GRAPH_HISTORY_MESSAGES_ROW_H

#include "common/base/text.h"
#include "sink/graph/history/varint.h"
#include "sink/graph/messages.h"

/* MESSAGES has a kind. */
void messages_row_write(struct text *out, const struct messages *messages);
/* 0; -1 if it is not one, or out of memory. */
int messages_row_add(struct varint_reader *reader, struct messages **sum);

#endif
