/* http_page.h - answers with files: those of the page, and the description of the answers. */
#ifndef TENURE_GRAPH_HTTP_PAGE_H
#define TENURE_GRAPH_HTTP_PAGE_H

#include "common/http/http_routes.h"

/* Routes' functions. */
void http_page_answer(void *user, const struct http_call *call, struct http_reply *reply);
void http_page_answer_openapi(void *user, const struct http_call *call, struct http_reply *reply);

#endif
