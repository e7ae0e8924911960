/* http_reply.h - the answer to an HTTP request, whole or in pieces. Pure. */
#ifndef TENURE_HTTP_REPLY_H
#define TENURE_HTTP_REPLY_H

#include <stdbool.h>

#include "common/base/text.h"

#define HTTP_ETAG_SIZE 24

enum http_stream_status {
	HTTP_STREAM_MORE,
	HTTP_STREAM_WAIT, /* for http_server_wake(); what was added is sent first */
	HTTP_STREAM_END,
	HTTP_STREAM_BROKEN
};

struct http_reply {
	unsigned status;
	const char *content_type;  /* static text */
	const char *cache_control; /* static text */
	const char *allow;         /* of a 405; static text */
	const char *policy;        /* Content-Security-Policy; static text or NULL */
	const char *encoding;      /* Content-Encoding; static text or NULL */
	bool untagged;    /* no entity tag: it is another one each time that somebody asks */
	bool by_encoding; /* the request's Accept-Encoding decides which answer it is */
	struct text body;
	/* If the answer comes in pieces, BODY is the first: NEXT adds the next one to OUT. END, which
	 * may be called at any time, frees STREAM. */
	enum http_stream_status (*next)(void *stream, struct text *out);
	void (*end)(void *stream);
	void *stream;
};

/* An empty answer: 200, JSON, no-store. Its body has at most LIMIT bytes. */
void http_reply_init(struct http_reply *reply, size_t limit);
/* Frees the body, and ends the stream. */
void http_reply_clear(struct http_reply *reply);

/* Replaces the answer by a problem (RFC 9457): STATUS, and a sentence that says what is wrong. */
void http_reply_problem(struct http_reply *reply, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes the entity tag of BODY, the hash of its bytes in quotes. */
void http_reply_etag(struct span body, char etag[static HTTP_ETAG_SIZE]);
/* Whether TAGS, the value of If-None-Match or If-Match or NULL, has ETAG; the second does not count those
 * that are WEAK (RFC 9110 13.1). */
bool http_reply_has_tag(const char *tags, const char *etag, bool weak);

#endif
