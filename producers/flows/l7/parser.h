/* parser.h - what the parsers of protocols have in common.
 *
 * A parser reads the bytes of one connection, each direction in order, in pieces that end anywhere,
 * advances the piece over what it read and tells its exchange what it saw. It keeps no byte of a message longer than it needs to.
 *
 * (1) Bytes that were not captured (stream.h) are no loss where a length said how many come.
 */
#ifndef TENURE_FLOWS_L7_PARSER_H
#define TENURE_FLOWS_L7_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/stream.h"

enum parser_verdict {
	PARSER_GOOD,
	PARSER_LOST,    /* where the direction's next message begins is not known any more */
	PARSER_OVER,    /* what follows is not of this protocol: there is nothing more to count */
	PARSER_STOPPED, /* what follows may have requests, but they cannot be counted */
	PARSER_WRONG,   /* this was never the protocol */
	PARSER_HTTP2,   /* the connection goes on as HTTP/2 */
	PARSER_TLS,     /* it goes on as TLS */
};

/* Why the bytes of PIECE are missing. */
static inline enum flow_l7_reason parser_reason(const struct stream_piece *piece)
{
	return piece->missing == STREAM_CUT ? FLOW_L7_CUT : FLOW_L7_GAP;
}

/* Consumes LENGTH bytes of PIECE, at most all of them. */
static inline void parser_skip(struct stream_piece *piece, size_t length)
{
	if (piece->bytes != NULL)
		piece->bytes += length;
	piece->length -= length;
}

#endif
