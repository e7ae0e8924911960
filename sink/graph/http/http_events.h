/* http_events.h - server-sent events: the page is told that there is something new.
 *
 *     event: graph
 *     data: {"watermark":"2026-11-24T07:49:44.771Z"}
 *
 * (1) The first event comes immediately; then one comes when the watermark has moved, at most once in
 *     HTTP_EVENTS_NS, in which the server is asked to wake its streams (http_server_wake()).
 * (2) After HTTP_EVENTS_QUIET_NS without an event comes a comment, so that a connection that is lost is
 *     noticed.
 */
#ifndef TENURE_GRAPH_HTTP_EVENTS_H
#define TENURE_GRAPH_HTTP_EVENTS_H

#include "common/base/when.h"
#include "common/http/http_routes.h"

#define HTTP_EVENTS_NS NS_PER_SECOND
#define HTTP_EVENTS_QUIET_NS (15 * NS_PER_SECOND)

/* A route's function; USER is the struct graph_server. */
void http_events_answer(void *user, const struct http_call *call, struct http_reply *reply);

#endif
