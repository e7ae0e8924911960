/* durations_row.h - durations and histograms in the rows of the history (edge_row.h has the format). Pure. */
#ifndef TENURE_GRAPH_HISTORY_DURATIONS_ROW_H
#define TENURE_GRAPH_HISTORY_DURATIONS_ROW_H

#include <stdbool.h>

#include "common/base/text.h"
#include "sink/graph/durations.h"
#include "sink/graph/history/varint.h"

/* Whether it is one value: the sum, the minimum and the maximum. */
bool durations_row_is_one(const struct durations *durations);
void durations_row_write(struct text *out, bool one, const struct durations *durations);
/* Adds what the row says to SUM; READER fails if it says nothing good. */
void durations_row_add(struct varint_reader *reader, bool one, struct durations *sum);

bool histogram_row_is_filled(const struct histogram *histogram);
void histogram_row_write(struct text *out, const struct histogram *histogram);
/* 0; -1 if it is not one, or out of memory. */
int histogram_row_add(struct varint_reader *reader, struct histogram **sum);

#endif
