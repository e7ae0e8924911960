/* http_openapi.h - the text of docs/openapi-graph.yaml, as it was when the program was built. */
#ifndef TENURE_GRAPH_HTTP_OPENAPI_H
#define TENURE_GRAPH_HTTP_OPENAPI_H

#include "common/base/span.h"

struct span http_openapi_text(void);

#endif
