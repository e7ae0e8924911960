/* http_exchange.h - one request and its answer, and the memory that all of them share. Pure.
 *
 * (1) Bodies and answers together take at most the budget's bytes. A request that would exceed them, or one
 *     answer in pieces too many, is answered 503.
 */
#ifndef TENURE_HTTP_EXCHANGE_H
#define TENURE_HTTP_EXCHANGE_H

#include <sys/types.h>

#include "common/http/http_routes.h"

#define HTTP_STREAMS_MAX 64

struct http_budget {
	size_t body_max;               /* bytes of one request's body */
	size_t memory_max;             /* (1) */
	size_t held;                   /* bytes of bodies and answers */
	size_t streams;                /* answers in pieces */
	struct http_exchange *spare;   /* whose memory the next one uses, or NULL */
	struct http_exchange *waiting; /* streams that wait, the first of a list */
};

struct http_exchange {
	struct http_budget *budget;
	const struct http_route *route;   /* NULL: the problem is in the reply */
	enum http_target_outcome outcome; /* of reading the target */
	struct http_call call;
	struct http_reply reply;
	bool begun;       /* its headers have been read */
	bool busy;        /* (1) */
	bool waiting;     /* a stream that has nothing now */
	void *connection; /* the server's */
	/* The rest is private to http_exchange.c. */
	struct http_exchange *next_waiting;
	bool streaming, drained; /* drained: the stream has no more pieces */
	size_t held;             /* its share of the budget's */
	struct text body;        /* of the request */
	struct text piece;       /* of the answer, taken up to TAKEN */
	size_t taken;
	struct http_target target;
};

/* Begins an exchange with the request's TARGET. NULL if out of memory. */
struct http_exchange *http_exchange_begin(struct http_budget *budget, const char *target);
void http_exchange_end(struct http_exchange *exchange);
void http_budget_clear(struct http_budget *budget);

/* Adds a piece of the request's body, if its route takes one. */
void http_exchange_add(struct http_exchange *exchange, const char *bytes, size_t length);
/* Calls the route's function with USER. */
void http_exchange_answer(struct http_exchange *exchange, void *user);
/* Moves up to ROOM > 0 bytes of an answer in pieces to BYTES. Returns how many, 0 at the end or if it is
 * now WAITING, or -1 if the answer cannot be continued. */
ssize_t http_exchange_read(struct http_exchange *exchange, char *bytes, size_t room);
/* Takes a stream that waits out of the list; it may be read again. NULL if there is none. */
struct http_exchange *http_exchange_wake(struct http_budget *budget);

#endif
