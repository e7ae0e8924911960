/* http_metrics.h - answers with the metrics of the server, for Prometheus. */
#ifndef TENURE_LOOKUP_HTTP_METRICS_H
#define TENURE_LOOKUP_HTTP_METRICS_H

#include "common/http/http_routes.h"
#include "sink/lookup/serve.h"

/* Adds them to OUT. ROUTES are those of the server. */
void http_metrics_add(const struct lookup_server *server, const struct http_route *routes,
		      struct text *out);

#endif
