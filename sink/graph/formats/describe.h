/* describe.h - errors and edges in words for people. Pure. */
#ifndef TENURE_DESCRIBE_H
#define TENURE_DESCRIBE_H

#include "common/base/text.h"
#include "common/base/when.h"
#include "sink/graph/graph.h"

/* The flows that ended in FROM <= event.end < TO: " from FROM to before TO", " from FROM on", " before TO" or, without
 * bounds, nothing. */
void describe_window(struct text *text, struct when from, struct when to);
/* "2 refused, 1 unanswered, 3 reset", or "-" if there are none. */
void describe_errors(struct text *text, const struct measures *measures);
/* An edge of a diagram: "12 flows, 3.05 KiB", then requests and errors, if any, each
 * after LINE_BREAK. */
void describe_edge(struct text *text, const struct graph_edge *edge, const char *line_break);

#endif
