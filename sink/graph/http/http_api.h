/* http_api.h - what the server answers over HTTP; docs/openapi-graph.yaml describes it. */
#ifndef TENURE_GRAPH_HTTP_API_H
#define TENURE_GRAPH_HTTP_API_H

#include "common/http/http_server.h"
#include "sink/graph/serve.h"

/* Serves SERVER at ADDRESS, the value of --listen. HOSTS are the values of --host. NULL after
 * logging. */
struct http_server *http_api_open(const char *address, struct graph_server *server,
				  const struct settings_list *hosts);

#endif
