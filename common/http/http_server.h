/* http_server.h - answers HTTP requests inside the caller's poll loop.
 *
 * The caller has a table of routes. http_server_turn() reads what has arrived and calls the routes'
 * functions; no thread is started.
 *
 * (1) GET and POST; HEAD is GET without its body. Anything else, a target that no route has, an
 *     unknown or repeated parameter, and a Host that is not ours (http_host.h) are refused here.
 * (2) No page of another site may read an answer: there are no CORS headers.
 * (3) A whole answer to a GET with status 200 has an ETag, the hash of its bytes; a request whose
 *     If-None-Match has it is answered 304, one whose If-Match has another 412.
 * (4) A request whose last byte has not arrived within HTTP_REQUEST_S of the connection's start, or
 *     of its last answer, loses its connection; the one that has waited longest loses it earlier if
 *     connections become scarce. An answer that its client does not read is given up after as long; then, one
 *     that is whole after HTTP_READ_S.
 * (5) Bodies and answers together take at most memory_max bytes; a request that would exceed them,
 *     or one stream too many, is answered 503 with Retry-After.
 */
#ifndef TENURE_HTTP_SERVER_H
#define TENURE_HTTP_SERVER_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/table_use.h"
#include "common/base/when.h"
#include "common/http/http_routes.h"
#include "common/program/settings.h"

#define HTTP_REQUEST_S 30
#define HTTP_READ_S 1
#define HTTP_CONNECTIONS_MAX 1024     /* of one server, unless its options say fewer */
#define HTTP_ROUTES_MAX 32            /* whose answers are counted apart */
#define HTTP_CLASSES 6                /* of statuses: 404 is in 4; there is none in 0 */
#define HTTP_HEADERS_MAX (16u * 1024) /* bytes of a request's first line and headers */

struct http_server_options {
	const struct http_route *routes; /* the last has no path */
	void *user;
	const struct settings_list *hosts; /* http_host.h */
	size_t body_max;                   /* bytes of one POST */
	size_t memory_max;                 /* (5) */
	unsigned connections_max;          /* 0: HTTP_CONNECTIONS_MAX */
};

struct http_server_stats {
	uint64_t requests;
	uint64_t refused;   /* answered with 4xx */
	uint64_t busy;      /* answered 503 (5) */
	uint64_t timed_out; /* connections that lost their place (4) */
};

struct http_server;

/* Serves on the socket FD, which it takes. What OPTIONS points to is borrowed. NULL after logging. */
struct http_server *http_server_open(int fd, const struct http_server_options *options);
void http_server_close(struct http_server *server);

/* What to wait for, and for how long at most; -1: no limit. */
struct pollfd http_server_fd(const struct http_server *server);
int http_server_timeout_ms(const struct http_server *server);
/* In the next turn, answers in pieces that wait are asked again whether they have something. */
void http_server_wake(struct http_server *server);
/* Does what there is to do, NOW. -1 after logging. */
int http_server_turn(struct http_server *server, struct when now);
/* The same in the pause of a wait (bus.h), until nothing is left to do, but for no longer than a few answers take: the
 * next turn is a while off, and an answer takes more than one. */
int http_server_pause(struct http_server *server);

struct http_server_stats http_server_stats(const struct http_server *server);
/* How many connections are open, as the table "http_connections". */
struct table_use http_server_connections(const struct http_server *server);

/* How many answers route AT of the options gave, by the class of their status. AT is below HTTP_ROUTES_MAX, or that for
 * requests that had no route. */
const uint64_t *http_server_answers(const struct http_server *server, size_t at);

#endif
