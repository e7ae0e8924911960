/* http_window.h - the graph of one window, for an answer. */
#ifndef TENURE_GRAPH_HTTP_WINDOW_H
#define TENURE_GRAPH_HTTP_WINDOW_H

#include "sink/graph/http/http_answer.h"

struct http_window {
	struct node_table nodes;
	struct graph graph;
	struct snapshot snapshot;
	size_t hidden; /* edges that are summed */
};

/* Fills *WINDOW with what QUESTION asks about FROM to TO, rounded (history.h). False with a problem in REPLY;
 * http_window_clear() frees it in any case. */
bool http_window_fill(struct graph_server *server, const struct question *question,
		      struct when from, struct when to, struct http_window *window,
		      struct http_reply *reply);
void http_window_clear(struct http_window *window);

#endif
