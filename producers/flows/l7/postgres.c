#include "producers/flows/l7/postgres.h"

#include <string.h>

#include "producers/flows/cursor.h"

#define SSL_REQUEST 80877103
#define GSS_REQUEST 80877104
#define CANCEL_REQUEST 80877102
#define VERSION 3
#define MINOR_MAX 2
#define STARTUP_SHORTEST 9
#define STARTUP_MAX 10000
#define LENGTH_MAX 0x40000000 /* of a message: 1 GiB */
#define TYPED_HEADER 5

enum { BY_QUERY, BY_SYNC }; /* kinds of requests */
enum { OK, ERROR };         /* statuses */

/* ---- What begins a connection ---- */

static bool is_startup(const uint8_t *bytes, size_t length)
{
	uint32_t size = cursor_read32(bytes), code = cursor_read32(bytes + 4);

	if (code == SSL_REQUEST || code == GSS_REQUEST)
		return size == 8 && length == 8;
	if (code >> 16 != VERSION || (code & 0xffff) > MINOR_MAX || size < STARTUP_SHORTEST ||
	    size > STARTUP_MAX || length > size)
		return false;
	/* The name of a parameter. */
	for (size_t i = 8; i < length && bytes[i] != 0; i++) {
		if (bytes[i] != '_' && bytes[i] != '.' && (bytes[i] < 'a' || bytes[i] > 'z'))
			return false;
	}
	return length > 8 && bytes[8] != 0;
}

/* Whether BYTES are whole messages of a client, of which the last asks for an answer. */
static bool is_requests(const uint8_t *bytes, size_t length)
{
	size_t at = 0, size = 0;
	uint8_t type = 0;
	bool runs = false;

	while (at + TYPED_HEADER <= length) {
		type = bytes[at];
		size = cursor_read32(bytes + at + 1);
		if (type == 0 || strchr("BCDEHPQS", type) == NULL || size < 4 ||
		    size > length - at - 1)
			return false;
		runs |= type == 'Q' || type == 'E';
		at += 1 + size;
	}
	if (at != length || !runs)
		return false;
	return type == 'S' ? size == 4 : type == 'Q' && size > 5 && bytes[length - 1] == 0;
}

bool postgres_begins(const uint8_t *bytes, size_t length, bool start)
{
	return length >= 8 && (is_startup(bytes, length) || (!start && is_requests(bytes, length)));
}

/* ---- Requests and responses ---- */

/* Until the server is ready nothing shows that this is the protocol. */
static enum parser_verdict fail(const struct postgres *postgres, struct exchange *exchange,
				enum flow_l7_reason reason)
{
	if (!postgres->ready)
		return PARSER_WRONG;
	if (reason != FLOW_L7_STOPPED) /* which PARSER_STOPPED counts */
		exchange->uncertain[reason]++;
	return PARSER_STOPPED;
}

static void respond(struct postgres *postgres, struct exchange *exchange, struct when end)
{
	if (exchange_waiting_next(exchange) == 0)
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
	exchange_respond(exchange, exchange_next(exchange), postgres->error ? ERROR : OK,
			 postgres->begun);
	exchange_answer_next(exchange, end);
	postgres->within = postgres->error = postgres->copying = false;
}

/* A message of the client, whose last byte was at TIME. */
static enum parser_verdict see_request(struct postgres *postgres, struct exchange *exchange,
				       uint8_t type, struct when time)
{
	switch (type) {
	case 'S':
		if (!postgres->copying)
			exchange_ask_next(exchange, BY_SYNC);
		postgres->copying = false;
		exchange_asked_next(exchange, time);
		return PARSER_GOOD;
	case 'Q':
	case 'F':
		exchange_ask_next(exchange, BY_QUERY);
		exchange_asked_next(exchange, time);
		return PARSER_GOOD;
	default: /* parts of a request, data to copy, passwords, Terminate */
		return strchr("BCDEHPXcdfp", type) != NULL
			       ? PARSER_GOOD
			       : fail(postgres, exchange, FLOW_L7_MALFORMED);
	}
}

/* The server begins to copy data in. */
static enum parser_verdict begin_copy(struct postgres *postgres, struct exchange *exchange)
{
	const struct exchange_item *item = exchange_next(exchange);

	if (item != NULL && item->kind == BY_QUERY)
		return PARSER_GOOD;
	/* Which of several Syncs it ignores is not known (3). */
	if (exchange_waiting_next(exchange) > 1)
		return fail(postgres, exchange, FLOW_L7_STOPPED);
	if (exchange_waiting_next(exchange) == 1)
		postgres->copying = true;
	return PARSER_GOOD;
}

/* A message of the server, whose last byte was at TIME. */
static enum parser_verdict see_response(struct postgres *postgres, struct exchange *exchange,
					uint8_t type, struct when time)
{
	switch (type) {
	case 'Z':
		if (postgres->ready)
			respond(postgres, exchange, time);
		postgres->ready = true;
		postgres->within = postgres->error = false;
		return PARSER_GOOD;
	case 'E':
		postgres->error = true;
		postgres->last = time;
		return PARSER_GOOD;
	case 'G':
		return begin_copy(postgres, exchange);
	case 'W':
		respond(postgres, exchange, time);
		return PARSER_OVER;
	default:
		return strchr("123ACDHIKNRSTVcdnstv", type) != NULL
			       ? PARSER_GOOD
			       : fail(postgres, exchange, FLOW_L7_MALFORMED);
	}
}

/* ---- Messages ---- */

/* The first message of a client, which has no type. */
static enum parser_verdict begin_untyped(struct postgres *postgres, struct exchange *exchange)
{
	struct postgres_side *side = &postgres->side[0];
	uint32_t size = cursor_read32(side->header), code = cursor_read32(side->header + 4);

	if ((code == SSL_REQUEST || code == GSS_REQUEST) && size == 8) {
		postgres->asked_to_encrypt = true;
		side->length = 0;
		return PARSER_GOOD;
	}
	if (code >> 16 != VERSION || size < STARTUP_SHORTEST || size > STARTUP_MAX)
		return code == CANCEL_REQUEST ? PARSER_OVER
					      : fail(postgres, exchange, FLOW_L7_MALFORMED);
	side->left = size - 8;
	return PARSER_GOOD;
}

/* A message with a type. */
static enum parser_verdict begin_typed(struct postgres *postgres, struct exchange *exchange,
				       bool server, struct when time)
{
	struct postgres_side *side = &postgres->side[server];
	uint32_t size = cursor_read32(side->header + 1);

	if (size < 4 || size > LENGTH_MAX || side->header[0] == 0)
		return fail(postgres, exchange, FLOW_L7_MALFORMED);
	side->left = size - 4;
	/* Notices, notifications and parameters may come at any time. */
	if (server && !postgres->within && strchr("ANS", side->header[0]) == NULL) {
		postgres->within = true;
		postgres->begun = time;
	}
	return PARSER_GOOD;
}

/* Adds a byte to a message's header. */
static enum parser_verdict read_header(struct postgres *postgres, struct exchange *exchange,
				       bool server, struct stream_piece *piece)
{
	struct postgres_side *side = &postgres->side[server];

	if (piece->bytes == NULL)
		return fail(postgres, exchange, parser_reason(piece));
	/* The connection's start was not seen: its messages have types. */
	if (!server && !side->typed && side->length == 0 && *piece->bytes != 0)
		side->typed = postgres->ready = true;
	side->header[side->length++] = *piece->bytes;
	parser_skip(piece, 1);
	if (side->length < (server || side->typed ? TYPED_HEADER : POSTGRES_HEADER))
		return PARSER_GOOD;
	return server || side->typed ? begin_typed(postgres, exchange, server, piece->time)
				     : begin_untyped(postgres, exchange);
}

/* The message in HEADER is complete, at TIME. */
static enum parser_verdict end_message(struct postgres *postgres, struct exchange *exchange,
				       bool server, struct when time)
{
	struct postgres_side *side = &postgres->side[server];
	bool typed = server || side->typed;

	side->length = 0;
	if (!typed) {
		side->typed = true;
		return PARSER_GOOD;
	}
	return server ? see_response(postgres, exchange, side->header[0], time)
		      : see_request(postgres, exchange, side->header[0], time);
}

static bool is_header_whole(const struct postgres_side *side, bool server)
{
	return side->length == (server || side->typed ? TYPED_HEADER : POSTGRES_HEADER);
}

/* The server's answer to a request to encrypt, a single byte. */
static enum parser_verdict read_consent(struct postgres *postgres, struct stream_piece *piece)
{
	uint8_t consent;

	if (piece->bytes == NULL)
		return PARSER_WRONG;
	consent = *piece->bytes;
	postgres->asked_to_encrypt = false;
	if (consent == 'E') /* of a server that does not know it */
		return PARSER_GOOD;
	parser_skip(piece, 1);
	if (consent == 'S')
		return PARSER_TLS;
	if (consent == 'G')
		return PARSER_OVER;
	return consent == 'N' ? PARSER_GOOD : PARSER_WRONG;
}

enum parser_verdict postgres_read(struct postgres *postgres, struct exchange *exchange, bool server,
				  struct stream_piece *piece)
{
	struct postgres_side *side = &postgres->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (server && postgres->asked_to_encrypt) {
			verdict = read_consent(postgres, piece);
			continue;
		}
		if (side->left > 0) {
			size_t skip = side->left < piece->length ? side->left : piece->length;

			side->left -= (uint32_t)skip;
			parser_skip(piece, skip);
		} else {
			verdict = read_header(postgres, exchange, server, piece);
		}
		if (verdict == PARSER_GOOD && side->left == 0 && is_header_whole(side, server))
			verdict = end_message(postgres, exchange, server, piece->time);
	}
	return verdict;
}

void postgres_close(struct postgres *postgres, struct exchange *exchange, bool server)
{
	if (server && postgres->ready && postgres->error && exchange_waiting_next(exchange) > 0)
		respond(postgres, exchange, postgres->last);
}
