/* describe.h - numbers and edges in words for people. Pure. */
#ifndef TENURE_DESCRIBE_H
#define TENURE_DESCRIBE_H

#include <stdint.h>

#include "common/base/text.h"
#include "sink/graph/graph.h"

/* "2.05 KiB", "1.50 GiB": three significant digits. */
void describe_bytes(struct text *text, uint64_t bytes);
/* "850 ns", "12.3 ms", "1.24 s", "47.5 min": the same. */
void describe_duration(struct text *text, uint64_t ns);
/* "2 refused, 1 unanswered, 3 reset", or "-" if there are none. */
void describe_errors(struct text *text, const struct measures *measures);
/* An edge of a diagram: "12 flows, 3.05 KiB", then requests and errors, if any, each
 * after LINE_BREAK. */
void describe_edge(struct text *text, const struct graph_edge *edge, const char *line_break);

#endif
