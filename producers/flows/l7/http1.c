#include "producers/flows/l7/http1.h"

#include <string.h>

#include "producers/flows/l7/http1_line.h"

enum {
	START, /* between messages */
	START_LINE,
	HEADERS,
	BODY,
	CHUNK_SIZE,
	CHUNK,
	CHUNK_END, /* the end of line after a chunk */
	TRAILERS,
	TO_CLOSE, /* a body that ends with the connection */
	UNSEEN,   /* the rest of a body, which ends before the other side's next message (4) */
};

bool http1_begins(const uint8_t *bytes, size_t length, bool server)
{
	return server ? http1_line_may_be_status((const char *)bytes, length)
		      : http1_line_may_be_request((const char *)bytes, length);
}

/* ---- Messages ---- */

/* FLOW_L7_REASONS: the reason was counted. */
static enum parser_verdict lose(struct http1 *http1, struct http1_side *side,
				struct exchange *exchange, enum flow_l7_reason reason)
{
	if (!http1->seen)
		return PARSER_WRONG;
	if ((reason == FLOW_L7_CUT || reason == FLOW_L7_GAP) && side->state >= CHUNK_SIZE &&
	    exchange_waiting_next(exchange) == 1 && !http1->pipelined) {
		side->state = UNSEEN;
		return PARSER_GOOD;
	}
	if (reason < FLOW_L7_REASONS)
		exchange->uncertain[reason]++;
	exchange_forget_next(exchange);
	http1->unpaired |= http1->pipelined;
	return PARSER_LOST;
}

static void begin_message(struct http1_side *side)
{
	side->length = 0;
	side->has_length = side->coded = side->chunked = side->to_http2 = false;
	side->line_length = 0;
	side->state = START_LINE;
}

static void end_message(struct http1 *http1, struct exchange *exchange, bool server,
			struct when time)
{
	struct http1_side *side = &http1->side[server];

	side->state = START;
	if (!server) {
		exchange_asked_next(exchange, time);
	} else if (side->status >= 200) {
		exchange_answer_next(exchange, time);
		if (http1->side[0].state == UNSEEN)
			http1->side[0].state = START;
	}
}

/* The other side's message shows that the response has ended. */
static void end_unseen(struct http1 *http1, struct exchange *exchange)
{
	struct exchange_item *item = exchange_next(exchange);

	if (http1->side[1].state != UNSEEN)
		return;
	if (item != NULL)
		item->timed = false;
	end_message(http1, exchange, true, WHEN_MIN);
}

static void ask(struct http1 *http1, struct exchange *exchange)
{
	uint8_t method = http1->side[0].method;

	end_unseen(http1, exchange);
	http1->pipelined |= exchange_waiting_next(exchange) > 0;
	/* Without the method the response's end cannot be found. */
	if (method != HTTP1_METHOD_OTHER && exchange->count == EXCHANGE_MAX) {
		exchange_forget_next(exchange);
		http1->unpaired = true;
	}
	if (http1->unpaired)
		exchange->requests++;
	else
		exchange_ask_next(exchange, method);
}

static void respond(const struct http1_side *side, struct exchange *exchange)
{
	if (exchange_waiting_next(exchange) == 0)
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
	exchange_respond(exchange, exchange_next(exchange), side->status / 100 - 1u, side->begun);
}

/* The empty line after a request's headers, at TIME. */
static enum parser_verdict end_request_headers(struct http1 *http1, struct exchange *exchange,
					       struct when time)
{
	struct http1_side *side = &http1->side[0];

	if (side->chunked)
		side->state = CHUNK_SIZE;
	else if (side->coded) /* RFC 9112 6.3: its length cannot be found */
		return lose(http1, side, exchange, FLOW_L7_MALFORMED);
	else if (side->length > 0)
		side->state = BODY;
	else
		end_message(http1, exchange, false, time);
	return PARSER_GOOD;
}

/* The empty line after a response's headers, at TIME (RFC 9112 6.3). */
static enum parser_verdict end_response_headers(struct http1 *http1, struct exchange *exchange,
						struct when time)
{
	struct http1_side *side = &http1->side[1];
	const struct exchange_item *item = exchange_next(exchange);
	bool known = exchange_waiting_next(exchange) > 0;
	uint8_t kind = item != NULL ? item->kind : HTTP1_METHOD_OTHER;

	if (side->status == 101) {
		bool to_http2 = side->to_http2 && known;

		if (!to_http2)
			respond(side, exchange);
		return to_http2 ? PARSER_HTTP2 : PARSER_OVER;
	}
	if (side->status < 200) {
		side->state = START;
		return PARSER_GOOD;
	}
	respond(side, exchange);
	if (kind == HTTP1_METHOD_CONNECT && side->status < 300)
		return PARSER_OVER; /* RFC 9110 9.3.6: it is a tunnel from here */
	if (kind == HTTP1_METHOD_HEAD || side->status == 204 || side->status == 304 ||
	    (side->has_length && side->length == 0 && !side->coded)) {
		end_message(http1, exchange, true, time);
		return PARSER_GOOD;
	}
	if (!known)
		/* To HEAD, it would have no body. */
		return lose(http1, side, exchange, FLOW_L7_REASONS);
	if (side->chunked)
		side->state = CHUNK_SIZE;
	else if (side->has_length && !side->coded)
		side->state = BODY;
	else
		side->state = TO_CLOSE;
	side->last = time;
	return PARSER_GOOD;
}

static enum parser_verdict read_start_line(struct http1 *http1, struct exchange *exchange,
					   bool server, const struct http1_line *line)
{
	struct http1_side *side = &http1->side[server];

	if (server) {
		if (http1_line_status(line, &side->status) < 0)
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
	} else {
		if (http1_line_method(line, &side->method) < 0)
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
		ask(http1, exchange);
	}
	http1->seen = true;
	side->state = HEADERS;
	return PARSER_GOOD;
}

static enum parser_verdict read_header(struct http1 *http1, struct exchange *exchange, bool server,
				       const struct http1_line *line)
{
	struct http1_side *side = &http1->side[server];
	uint64_t length;

	switch (http1_line_header(line)) {
	case HTTP1_HEADER_CONTENT_LENGTH:
		if (http1_line_length(line, &length) < 0 ||
		    (side->has_length && length != side->length))
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
		side->length = length;
		side->has_length = true;
		break;
	case HTTP1_HEADER_TRANSFER_ENCODING:
		side->coded = true;
		side->chunked = http1_line_ends_with(line, "chunked");
		break;
	case HTTP1_HEADER_UPGRADE:
		side->to_http2 = http1_line_ends_with(line, "h2c");
		break;
	case HTTP1_HEADER_OTHER:
		break;
	}
	return PARSER_GOOD;
}

/* ---- Lines ---- */

static enum parser_verdict read_line(struct http1 *http1, struct exchange *exchange, bool server,
				     const struct http1_line *line, struct when time)
{
	struct http1_side *side = &http1->side[server];

	switch (side->state) {
	case START_LINE:
		if (line->length == 0 && !server) {
			side->state = START; /* RFC 9112 2.2: empty lines before a request */
			return PARSER_GOOD;
		}
		return read_start_line(http1, exchange, server, line);
	case HEADERS:
		if (line->length > 0)
			return read_header(http1, exchange, server, line);
		return server ? end_response_headers(http1, exchange, time)
			      : end_request_headers(http1, exchange, time);
	case CHUNK_SIZE:
		if (http1_line_chunk(line, &side->length) < 0)
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
		side->state = side->length > 0 ? CHUNK : TRAILERS;
		return PARSER_GOOD;
	case CHUNK_END:
		if (line->length > 0)
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
		side->state = CHUNK_SIZE;
		return PARSER_GOOD;
	default: /* TRAILERS */
		if (line->length == 0)
			end_message(http1, exchange, server, time);
		return PARSER_GOOD;
	}
}

/* Adds LENGTH bytes to the start of a line that is not complete yet. */
static void keep(struct http1_side *side, const char *bytes, size_t length)
{
	size_t room = side->line_length < HTTP1_LINE_HEAD ? HTTP1_LINE_HEAD - side->line_length : 0;

	memcpy(side->head + HTTP1_LINE_HEAD - room, bytes, length < room ? length : room);
	side->line_length += (uint32_t)length;
	if (length >= HTTP1_LINE_TAIL) {
		memcpy(side->tail, bytes + length - HTTP1_LINE_TAIL, HTTP1_LINE_TAIL);
	} else {
		memmove(side->tail, side->tail + length, HTTP1_LINE_TAIL - length);
		memcpy(side->tail + HTTP1_LINE_TAIL - length, bytes, length);
	}
}

/* Reads a line's bytes up to its end, if it is in PIECE. */
static enum parser_verdict read_line_bytes(struct http1 *http1, struct exchange *exchange,
					   bool server, struct stream_piece *piece)
{
	struct http1_side *side = &http1->side[server];
	const char *bytes = (const char *)piece->bytes, *end;
	struct http1_line line;
	size_t length;

	if (bytes == NULL)
		return lose(http1, side, exchange, parser_reason(piece));
	end = memchr(bytes, '\n', piece->length);
	length = end != NULL ? (size_t)(end - bytes) : piece->length;
	if (end != NULL && side->line_length == 0) {
		line = http1_line_whole(bytes, length);
	} else {
		keep(side, bytes, length);
		line = http1_line_parts(side->head, side->tail, side->line_length);
	}
	parser_skip(piece, length + (end != NULL));
	if (end == NULL) {
		if (side->line_length > HTTP1_LINE_MAX ||
		    (!http1->seen && side->state == START_LINE &&
		     !http1_begins((const uint8_t *)side->head, line.head_length, server)))
			return lose(http1, side, exchange, FLOW_L7_MALFORMED);
		return PARSER_GOOD;
	}
	side->line_length = 0;
	return read_line(http1, exchange, server, &line, piece->time);
}

/* ---- Bodies ---- */

static void read_body(struct http1 *http1, struct exchange *exchange, bool server,
		      struct stream_piece *piece)
{
	struct http1_side *side = &http1->side[server];
	size_t length = piece->length;

	side->last = piece->time;
	if (side->state != TO_CLOSE) {
		if (length > side->length)
			length = (size_t)side->length;
		side->length -= length;
	}
	parser_skip(piece, length);
	if (side->length > 0 || side->state == TO_CLOSE)
		return;
	if (side->state == CHUNK)
		side->state = CHUNK_END;
	else
		end_message(http1, exchange, server, piece->time);
}

enum parser_verdict http1_read(struct http1 *http1, struct exchange *exchange, bool server,
			       struct stream_piece *piece)
{
	struct http1_side *side = &http1->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD && side->state != UNSEEN) {
		if (side->state == START) {
			begin_message(side);
			side->begun = piece->time;
		}
		if (side->state == BODY || side->state == CHUNK || side->state == TO_CLOSE)
			read_body(http1, exchange, server, piece);
		else
			verdict = read_line_bytes(http1, exchange, server, piece);
	}
	return verdict;
}

bool http1_resume(struct http1 *http1, bool server, const struct stream_piece *piece)
{
	if (!http1_begins(piece->bytes, piece->length, server))
		return false;
	http1->side[server].state = START;
	return true;
}

void http1_end_with_upgrade(const struct http1 *http1, struct exchange *exchange)
{
	respond(&http1->side[1], exchange);
}

void http1_close(struct http1 *http1, struct exchange *exchange, bool server)
{
	struct http1_side *side = &http1->side[server];

	if (server)
		end_unseen(http1, exchange);
	if (server && side->state == TO_CLOSE)
		end_message(http1, exchange, true, side->last);
}
