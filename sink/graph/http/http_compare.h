/* http_compare.h - answers with what has changed from one window to another. */
#ifndef TENURE_GRAPH_HTTP_COMPARE_H
#define TENURE_GRAPH_HTTP_COMPARE_H

#include "common/http/http_routes.h"

/* A route's function; USER is the struct graph_server. */
void http_compare_answer(void *user, const struct http_call *call, struct http_reply *reply);

#endif
