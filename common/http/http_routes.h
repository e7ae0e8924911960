/* http_routes.h - which function answers a request. Pure. */
#ifndef TENURE_HTTP_ROUTES_H
#define TENURE_HTTP_ROUTES_H

#include <stdbool.h>

#include "common/base/span.h"
#include "common/http/http_reply.h"
#include "common/http/http_target.h"

/* What a route's function is given. It is borrowed until the function returns and, if that began a
 * stream, until the stream has ended. */
struct http_call {
	const struct http_target *target;
	struct span body; /* of a POST */
};

struct http_route {
	const char *
		path; /* "/v1/ip/{ip}/history": a word in braces stands for any, but not an empty one */
	const char *parameters;   /* " at port ": the names allowed in the query; NULL for none */
	const char *content_type; /* that a POST must have; NULL: the route answers GET and HEAD */
	void (*answer)(void *user, const struct http_call *call, struct http_reply *reply);
};

/* Finds the route of METHOD and TARGET. ROUTES ends with one that has no path. Returns NULL with the
 * problem in *REPLY if there is none, or if TARGET has a parameter that it does not take. */
const struct http_route *http_routes_find(const struct http_route *routes, const char *method,
					  const struct http_target *target,
					  struct http_reply *reply);

/* Whether CONTENT_TYPE, the header's value or NULL, is what ROUTE takes. */
bool http_routes_takes(const struct http_route *route, const char *content_type);

#endif
