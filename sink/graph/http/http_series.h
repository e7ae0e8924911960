/* http_series.h - answers with points in time: of an edge, of a node, and of everything. */
#ifndef TENURE_GRAPH_HTTP_SERIES_H
#define TENURE_GRAPH_HTTP_SERIES_H

#include "common/http/http_routes.h"

/* Routes' functions; USER is the struct graph_server. */
void http_series_answer(void *user, const struct http_call *call, struct http_reply *reply);
void http_series_answer_activity(void *user, const struct http_call *call,
				 struct http_reply *reply);

#endif
