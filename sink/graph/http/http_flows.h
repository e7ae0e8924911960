/* http_flows.h - flows of an edge, one by one: /v1/flows.
 *
 * Each is a tagged record as it was read, so it says what its ends are and what that rests on. Few are kept: these are samples
 * (history/sample_notes.h).
 */
#ifndef TENURE_GRAPH_HTTP_FLOWS_H
#define TENURE_GRAPH_HTTP_FLOWS_H

#include "common/http/http_routes.h"

void http_flows_answer(void *user, const struct http_call *call, struct http_reply *reply);

#endif
