/* kafka.h - requests and responses of Apache Kafka (its protocol guide: sizes, headers and Produce). Pure.
 *
 * A response belongs to the request that has its correlation ID.
 *
 * (1) Produce with acks=0 has no response: it is a request, and one way.
 * (2) A response has no status here. Its errors are at a place that differs between APIs and versions, one
 *     for each partition.
 * (3) After a loss, and after SaslHandshake version 0, whose tokens have no header, counting stops.
 */
#ifndef TENURE_FLOWS_L7_KAFKA_H
#define TENURE_FLOWS_L7_KAFKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define KAFKA_SIZE_MAX 0x7fffffff /* of a message */
#define KAFKA_HEADER 12           /* bytes of a request up to its correlation ID */

struct kafka_side {
	struct when begun; /* the message's first byte */
	uint32_t left;     /* of the message, after HEADER */
	uint32_t id;
	uint32_t skip;   /* of a field */
	uint32_t number; /* a field so far */
	uint8_t state;
	uint8_t length; /* bytes of HEADER, or of the field */
	uint8_t header[KAFKA_HEADER];
};

/* Zero-initialised. */
struct kafka {
	struct kafka_side side[2]; /* the client's, the server's */
	uint32_t unmatched;        /* responses before the first that belonged to a request */
	bool seen;                 /* there was one that did */
};

/* True if BYTES may be the start of a request. */
bool kafka_begins(const uint8_t *bytes, size_t length);

enum parser_verdict kafka_read(struct kafka *kafka, struct exchange *exchange, bool server,
			       struct stream_piece *piece);

#endif
