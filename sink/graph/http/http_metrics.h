/* http_metrics.h - answers with metrics for Prometheus. */
#ifndef TENURE_GRAPH_HTTP_METRICS_H
#define TENURE_GRAPH_HTTP_METRICS_H

#include "common/http/http_routes.h"

/* A route's function; USER is the struct graph_server. */
void http_metrics_answer(void *user, const struct http_call *call, struct http_reply *reply);

#endif
