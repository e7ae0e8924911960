/* http_routes.h - which function answers a request. Pure. */
#ifndef TENURE_HTTP_ROUTES_H
#define TENURE_HTTP_ROUTES_H

#include <stdbool.h>

#include "common/base/span.h"
#include "common/http/http_reply.h"
#include "common/http/http_target.h"
#include "common/program/settings.h"

/* What a route's function is given. It is borrowed until the function returns and, if that began a
 * stream, until the stream has ended. */
struct http_call {
	const struct http_target *target;
	struct span body; /* of a POST */
	bool gzip;        /* the client decodes it (http_accept.h) */
};

struct http_route {
	const char *
		path; /* "/v1/ip/{ip}/history": a word in braces stands for any, but not an empty one */
	const char *parameters;   /* " at port ": the names allowed in the query; NULL for none */
	const char *content_type; /* that a POST must have; NULL: the route answers GET and HEAD */
	void (*answer)(void *user, const struct http_call *call, struct http_reply *reply);
};

/* The head of a request. */
struct http_head {
	const char *method;
	const char *host, *content_type; /* the headers' values, or NULL */
	const struct http_target *target;
	enum http_target_outcome outcome; /* of reading TARGET */
};

/* Finds the route of HEAD. ROUTES ends with one that has no path; HOSTS is for http_host.h, and HTTP/1.0
 * needs no host. Returns NULL with the problem in *REPLY if there is none, or if the request is not what
 * the route takes. */
const struct http_route *http_routes_find(const struct http_route *routes,
					  const struct settings_list *hosts,
					  const struct http_head *head, struct http_reply *reply);

#endif
