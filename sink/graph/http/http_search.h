/* http_search.h - answers with what has a name: search, and who held an address. */
#ifndef TENURE_GRAPH_HTTP_SEARCH_H
#define TENURE_GRAPH_HTTP_SEARCH_H

#include "common/http/http_routes.h"

/* Routes' functions; USER is the struct graph_server. */
void http_search_answer(void *user, const struct http_call *call, struct http_reply *reply);
void http_search_answer_address(void *user, const struct http_call *call, struct http_reply *reply);

#endif
