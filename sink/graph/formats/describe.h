/* describe.h - errors and edges in words for people. Pure. */
#ifndef TENURE_DESCRIBE_H
#define TENURE_DESCRIBE_H

#include "common/base/text.h"
#include "common/base/when.h"
#include "sink/graph/graph.h"

/* The flows that ended in FROM <= event.end < TO: " from FROM to before TO", " from FROM on", " before TO" or, without
 * bounds, nothing. */
void describe_window(struct text *text, struct when from, struct when to);
/* Flows that failed, then messages: "2 refused, 1 unanswered, 3 reset, 5 error responses, 1 request
 * unanswered, 7 client errors", or "-" if there are none. */
void describe_errors(struct text *text, const struct graph_edge *edge);
/* "9 requests (http)", "3 turns", or "9 requests (http), 3 turns". */
void describe_requests(struct text *text, const struct graph_edge *edge);
/* An edge of a diagram: "12 flows, 3.05 KiB", then "9 requests (http), p95 4.00 ms", "3 turns, p95 2.00 ms" and
 * errors, if any, each after LINE_BREAK. */
void describe_edge(struct text *text, const struct graph_edge *edge, const char *line_break);

#endif
