/* http_graph.h - answers with graphs: of a window, and of one edge. */
#ifndef TENURE_GRAPH_HTTP_GRAPH_H
#define TENURE_GRAPH_HTTP_GRAPH_H

#include "common/http/http_routes.h"

/* Routes' functions; USER is the struct graph_server. */
void http_graph_answer(void *user, const struct http_call *call, struct http_reply *reply);
void http_graph_answer_edge(void *user, const struct http_call *call, struct http_reply *reply);

#endif
