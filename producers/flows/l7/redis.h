/* redis.h - commands and replies of the Redis protocol, RESP2 and RESP3, and inline commands. Pure.
 *
 * Replies belong to commands in order. Pushes of RESP3 are no replies.
 *
 * (1) Counting stops at a command after which replies do not follow commands: SUBSCRIBE, PSUBSCRIBE,
 *     SSUBSCRIBE, MONITOR, SYNC, PSYNC and CLIENT REPLY.
 * (2) Replies nested deeper than REDIS_DEPTH_MAX and streamed ones are not read; counting stops.
 */
#ifndef TENURE_FLOWS_L7_REDIS_H
#define TENURE_FLOWS_L7_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define REDIS_DEPTH_MAX 8
#define REDIS_LINE 32 /* bytes that are kept of a line */
#define REDIS_LINE_MAX 65536
#define REDIS_WORD 11 /* the longest name that matters has 10 letters */

struct redis_side {
	struct when begun;              /* the reply's first byte */
	uint64_t bulk_left;             /* of a string and its end of line */
	uint32_t todo[REDIS_DEPTH_MAX]; /* elements that are left at each depth */
	uint32_t line_length;
	uint32_t element;   /* of a command: its number */
	uint8_t attributes; /* a bit for each depth: it describes the reply that follows */
	uint8_t depth;
	uint8_t word_length;
	bool within; /* a message has begun */
	bool push;
	bool error;
	bool client_command; /* its first word was CLIENT */
	char line[REDIS_LINE];
	char word[REDIS_WORD];
};

/* Zero-initialised. */
struct redis {
	struct redis_side side[2]; /* the client's, the server's */
	bool seen;                 /* a command was complete */
};

/* True if BYTES may be the start of a command. */
bool redis_begins(const uint8_t *bytes, size_t length);

enum parser_verdict redis_read(struct redis *redis, struct exchange *exchange, bool server,
			       struct stream_piece *piece);

#endif
