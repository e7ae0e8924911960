/* http2.h - requests and responses of HTTP/2 in the clear (RFC 9113), and of gRPC on it. Pure.
 *
 * A request is a stream that the client opens. Its response begins with the first header block that
 * has a final status, and ends with the stream; a block after it holds trailers.
 *
 * (1) A reset stream without a response is unanswered, even if the server had sent one before it knew.
 *     Pushed streams are no responses.
 * (2) After a loss header blocks cannot be decoded any more (RFC 7541 2.3.2), so counting stops.
 */
#ifndef TENURE_FLOWS_L7_HTTP2_H
#define TENURE_FLOWS_L7_HTTP2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/hpack.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define HTTP2_PREFACE 24
#define HTTP2_HEADER 9

struct http2_side {
	struct hpack hpack;
	struct hpack_fields fields; /* of the header block */
	struct when begun;          /* the frame's first byte */
	struct when block_begun;    /* the header block's */
	uint32_t left;              /* of the frame */
	uint32_t padding;           /* at its end */
	uint32_t stream;
	uint32_t block_stream;
	uint8_t length; /* bytes of HEADER */
	uint8_t header[HTTP2_HEADER];
	uint8_t before;  /* bytes before the header block */
	bool padded;     /* the first of them is the length of PADDING */
	bool in_block;   /* a header block is not complete */
	bool block_ends; /* it ends its stream */
	bool block_is_push;
};

/* Set up by http2_begin(). */
struct http2 {
	uint32_t preface;          /* bytes that are to come */
	uint32_t last;             /* the highest stream of the client */
	uint32_t requests;         /* since http2_take() */
	uint32_t grpc;             /* those of them that were gRPC's */
	uint32_t cancelled;        /* streams whose response may still come (1) */
	struct http2_side side[2]; /* the client's, the server's */
};

/* True if BYTES may be the first of the client, or if SERVER of the server, which may speak first (RFC
 * 9113 3.4). */
bool http2_begins(const uint8_t *bytes, size_t length, bool server);

void http2_begin(struct http2 *http2);
/* The request that EXCHANGE has in order is stream 1 (RFC 7540 3.2). */
void http2_upgrade(struct http2 *http2, struct exchange *exchange);
enum parser_verdict http2_read(struct http2 *http2, struct exchange *exchange, bool server,
			       struct stream_piece *piece);
/* True if all requests since the last time were gRPC's, and there were some. */
bool http2_take(struct http2 *http2);

#endif
