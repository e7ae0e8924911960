/* postgres.h - requests and responses of PostgreSQL's protocol 3 (its manual, Frontend/Backend Protocol).
 * Pure.
 *
 * A request is what the server answers with one ReadyForQuery: Query, FunctionCall, or the messages of
 * the extended protocol up to Sync. Responses belong to requests in order.
 *
 * (1) What comes before the first ReadyForQuery is no request: authentication, parameters.
 * (2) A response is an error if it has an ErrorResponse. One after which the server closes the
 *     connection answers the request that waits.
 * (3) A Sync while the server copies data in is ignored by the server, so it is no request of its own.
 * (4) Where both sides go on with TLS the connection is one of TLS. A stream of replication, encryption
 *     by GSSAPI and a request to cancel another one end the count.
 */
#ifndef TENURE_FLOWS_L7_POSTGRES_H
#define TENURE_FLOWS_L7_POSTGRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define POSTGRES_HEADER 8 /* bytes: length and code of the first message, or type and length */

struct postgres_side {
	uint32_t left;  /* of the message */
	uint8_t length; /* bytes of HEADER */
	uint8_t header[POSTGRES_HEADER];
	bool typed; /* messages have a type */
};

/* Zero-initialised. */
struct postgres {
	struct postgres_side side[2]; /* the client's, the server's */
	struct when begun;            /* the response's first byte */
	struct when last;             /* of the latest ErrorResponse */
	bool asked_to_encrypt;        /* the server's next byte says whether it does */
	bool ready;                   /* the first ReadyForQuery was seen (1) */
	bool within;                  /* the response has begun */
	bool error;                   /* (2) */
	bool copying;                 /* (3) */
};

/* True if BYTES may be the start of a connection or, unless it is the START, a segment with whole
 * requests of one whose start was not seen. */
bool postgres_begins(const uint8_t *bytes, size_t length, bool start);

enum parser_verdict postgres_read(struct postgres *postgres, struct exchange *exchange, bool server,
				  struct stream_piece *piece);
/* The direction's bytes have ended. */
void postgres_close(struct postgres *postgres, struct exchange *exchange, bool server);

#endif
