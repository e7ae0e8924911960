/* http1.h - requests and responses of HTTP/1.0 and 1.1 (RFC 9112). Pure.
 *
 * Responses belong to requests in order. The length of a body is found as RFC 9112 6.3 says; its
 * bytes are not read, but for the sizes of chunks.
 *
 * (1) Of a line at most HTTP1_LINE_HEAD bytes are kept while it is incomplete, and of a header only what
 *     says where the message ends.
 * (2) Interim responses (1xx but 101) are not responses here.
 * (3) After a loss reading goes on at the next segment that begins with a message. Then a request
 *     and a response are paired only if the client has always waited for the response before it
 *     sent the next request.
 * (4) Bytes of a body in chunks that were not captured are no loss of messages while one request
 *     waits and the client has always waited: only when the message ended is not known.
 */
#ifndef TENURE_FLOWS_L7_HTTP1_H
#define TENURE_FLOWS_L7_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/http1_line.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define HTTP1_LINE_MAX 131072 /* bytes; no server takes longer ones */

/* Both zero-initialised. */
struct http1_side {
	uint64_t length;      /* of the body, or what is left of it or of a chunk */
	struct when begun;    /* the response's first byte */
	struct when last;     /* the latest byte of a body that ends with the connection */
	uint32_t line_length; /* of the line so far */
	uint16_t status;
	uint8_t state;
	uint8_t method;
	bool has_length;
	bool coded;   /* it has a transfer coding */
	bool chunked; /* the last of them is chunked */
	bool to_http2;
	char head[HTTP1_LINE_HEAD];
	char tail[HTTP1_LINE_TAIL];
};

struct http1 {
	struct http1_side side[2]; /* the client's, the server's */
	bool seen;                 /* a start line was good */
	bool pipelined;            /* a request did not wait for the response before it */
	bool unpaired;             /* (3) */
};

/* True if BYTES may be the start of a request, or if SERVER of a response. */
bool http1_begins(const uint8_t *bytes, size_t length, bool server);

enum parser_verdict http1_read(struct http1 *http1, struct exchange *exchange, bool server,
			       struct stream_piece *piece);
/* The direction was PARSER_LOST; PIECE begins a segment. True if a message begins there. */
bool http1_resume(struct http1 *http1, bool server, const struct stream_piece *piece);
/* PARSER_HTTP2 is not followed: the response that said so is one like others. */
void http1_end_with_upgrade(const struct http1 *http1, struct exchange *exchange);
/* The direction's bytes have ended. */
void http1_close(struct http1 *http1, struct exchange *exchange, bool server);

#endif
