#include "producers/flows/l7/http2.h"

#include <string.h>

#include "producers/flows/cursor.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PUSH_PROMISE = 5, CONTINUATION = 9 };
enum { END_STREAM = 1, END_HEADERS = 4, PADDED = 8, PRIORITY = 32 };

bool http2_begins(const uint8_t *bytes, size_t length, bool server)
{
	static const uint8_t rest[] = {SETTINGS, 0, 0, 0, 0, 0};

	/* Settings have six bytes each, and few are defined. */
	if (server)
		return length >= HTTP2_HEADER && bytes[0] == 0 && bytes[1] == 0 && bytes[2] <= 96 &&
		       bytes[2] % 6 == 0 && memcmp(bytes + 3, rest, sizeof(rest)) == 0;
	return length >= 4 &&
	       memcmp(bytes, PREFACE, length < HTTP2_PREFACE ? length : HTTP2_PREFACE) == 0;
}

void http2_begin(struct http2 *http2)
{
	memset(http2, 0, sizeof(*http2));
	http2->preface = HTTP2_PREFACE;
	hpack_begin(&http2->side[0].hpack);
	hpack_begin(&http2->side[1].hpack);
}

void http2_upgrade(struct http2 *http2, struct exchange *exchange)
{
	struct exchange_item *item = exchange_next(exchange), first;

	if (item == NULL)
		return;
	first = *item;
	first.id = 1;
	exchange_forget_next(exchange);
	exchange->asked = exchange->answered = exchange->head = 0;
	exchange->items[exchange->count++] = first;
	http2->last = 1;
	http2->requests++;
}

bool http2_take(struct http2 *http2)
{
	bool grpc = http2->requests > 0 && http2->grpc == http2->requests;

	http2->requests = http2->grpc = 0;
	return grpc;
}

/* ---- Streams ---- */

static void end_request(struct exchange *exchange, uint32_t stream, struct when time)
{
	struct exchange_item *item = exchange_find(exchange, stream);

	if (item == NULL)
		return;
	item->asked = time;
	item->whole = true;
}

static void end_response(struct exchange *exchange, uint32_t stream, struct when time)
{
	struct exchange_item *item = exchange_find(exchange, stream);

	if (item == NULL)
		return;
	exchange_end(exchange, item, time);
	exchange_remove(exchange, item);
}

static void reset(struct http2 *http2, struct exchange *exchange, bool server, uint32_t stream)
{
	struct exchange_item *item = exchange_find(exchange, stream);

	if (item == NULL) {
		/* Whether a stream that is not remembered had a response is not known. */
		exchange->uncertain[FLOW_L7_UNMATCHED] += exchange->unlisted > 0;
		return;
	}
	exchange->unanswered += !item->begun;
	http2->cancelled += !server && !item->begun;
	exchange_remove(exchange, item);
}

static void see_request_block(struct http2 *http2, struct exchange *exchange, struct when time)
{
	struct http2_side *side = &http2->side[0];

	if (side->block_stream > http2->last) {
		http2->last = side->block_stream;
		http2->requests++;
		http2->grpc += side->fields.grpc;
		exchange_ask(exchange, side->block_stream);
	}
	if (side->block_ends)
		end_request(exchange, side->block_stream, time);
}

static void see_response_block(struct http2 *http2, struct exchange *exchange, struct when time)
{
	struct http2_side *side = &http2->side[1];
	struct exchange_item *item = exchange_find(exchange, side->block_stream);
	unsigned class = side->fields.status;

	if (side->block_stream % 2 == 0 || side->block_is_push)
		return;
	if (class > 1 && item == NULL && exchange->unlisted == 0 && http2->cancelled > 0) {
		http2->cancelled--;
	} else if (class > 1 && item != NULL && item->begun) {
		exchange->uncertain[FLOW_L7_MALFORMED]++; /* a second response */
	} else if (class > 1) {
		if (item == NULL && !exchange_answer_unlisted(exchange))
			exchange->uncertain[FLOW_L7_UNMATCHED]++;
		exchange_respond(exchange, item, class - 1, side->block_begun);
	}
	if (side->fields.grpc_code > 0)
		exchange->status[FLOW_L7_STATUS_GRPC + side->fields.grpc_code - 1]++;
	if (side->block_ends)
		end_response(exchange, side->block_stream, time);
}

/* ---- Frames ---- */

static enum parser_verdict fail(const struct http2 *http2, struct exchange *exchange,
				enum flow_l7_reason reason)
{
	if (http2->preface > 0)
		return PARSER_WRONG;
	exchange->uncertain[reason]++;
	return PARSER_STOPPED;
}

static void begin_block(struct http2_side *side, unsigned type, unsigned flags)
{
	if (type != CONTINUATION) {
		side->fields = (struct hpack_fields){0};
		side->block_begun = side->begun;
		side->block_stream = side->stream;
		side->block_ends = type == HEADERS && flags & END_STREAM;
		side->block_is_push = type == PUSH_PROMISE;
	}
	side->in_block = !(flags & END_HEADERS);
	side->padding = 0;
	side->padded = type != CONTINUATION && flags & PADDED;
	side->before = (uint8_t)(side->padded + (type == PUSH_PROMISE ? 4 : 0) +
				 (type == HEADERS && flags & PRIORITY ? 5 : 0));
}

static unsigned type_of(const struct http2_side *side)
{
	return side->header[3];
}

static bool has_block(const struct http2_side *side)
{
	unsigned type = type_of(side);

	return type == HEADERS || type == PUSH_PROMISE || type == CONTINUATION;
}

/* The frame's payload has ended. */
static enum parser_verdict end_frame(struct http2 *http2, struct exchange *exchange, bool server,
				     struct when time)
{
	struct http2_side *side = &http2->side[server];
	unsigned flags = side->header[4];

	side->length = 0;
	if (type_of(side) == DATA && flags & END_STREAM) {
		if (server)
			end_response(exchange, side->stream, time);
		else
			end_request(exchange, side->stream, time);
	} else if (type_of(side) == RST_STREAM) {
		reset(http2, exchange, server, side->stream);
	} else if (has_block(side) && !side->in_block) {
		if (!hpack_is_between(&side->hpack))
			return fail(http2, exchange, FLOW_L7_MALFORMED);
		if (server)
			see_response_block(http2, exchange, time);
		else
			see_request_block(http2, exchange, time);
	}
	return PARSER_GOOD;
}

/* Adds a byte to a frame's header. */
static enum parser_verdict read_header(struct http2 *http2, struct exchange *exchange, bool server,
				       struct stream_piece *piece)
{
	struct http2_side *side = &http2->side[server];

	if (piece->bytes == NULL)
		return fail(http2, exchange, parser_reason(piece));
	if (side->length == 0)
		side->begun = piece->time;
	side->header[side->length++] = *piece->bytes;
	parser_skip(piece, 1);
	if (side->length < HTTP2_HEADER)
		return PARSER_GOOD;
	side->left = cursor_read32(side->header) >> 8;
	side->stream = cursor_read32(side->header + 5) & 0x7fffffff;
	/* RFC 9113 6.10: nothing comes between the frames of a header block. */
	if (side->in_block != (type_of(side) == CONTINUATION) ||
	    (side->in_block && side->stream != side->block_stream))
		return fail(http2, exchange, FLOW_L7_MALFORMED);
	if (has_block(side))
		begin_block(side, type_of(side), side->header[4]);
	return side->left == 0 ? end_frame(http2, exchange, server, piece->time) : PARSER_GOOD;
}

/* Reads what PIECE has of a frame with a header block. */
static enum parser_verdict read_block(struct http2 *http2, struct exchange *exchange,
				      struct http2_side *side, struct stream_piece *piece)
{
	size_t length = side->left < piece->length ? side->left : piece->length;

	if (side->left <= side->padding) {
		/* Padding is not read. */
	} else if (piece->bytes == NULL) {
		return fail(http2, exchange, parser_reason(piece));
	} else if (side->before > 0) {
		if (side->padded) {
			side->padding = *piece->bytes;
			side->padded = false;
		}
		side->before--;
		length = 1;
	} else {
		if (length > side->left - side->padding)
			length = side->left - side->padding;
		if (hpack_read(&side->hpack, piece->bytes, length, &side->fields) < 0)
			return fail(http2, exchange, FLOW_L7_MALFORMED);
	}
	side->left -= (uint32_t)length;
	parser_skip(piece, length);
	return PARSER_GOOD;
}

static enum parser_verdict read_payload(struct http2 *http2, struct exchange *exchange, bool server,
					struct stream_piece *piece)
{
	struct http2_side *side = &http2->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	if (has_block(side)) {
		verdict = read_block(http2, exchange, side, piece);
	} else {
		size_t length = side->left < piece->length ? side->left : piece->length;

		side->left -= (uint32_t)length;
		parser_skip(piece, length);
	}
	if (verdict != PARSER_GOOD || side->left > 0)
		return verdict;
	return end_frame(http2, exchange, server, piece->time);
}

static enum parser_verdict read_preface(struct http2 *http2, struct exchange *exchange,
					struct stream_piece *piece)
{
	size_t length = http2->preface < piece->length ? http2->preface : piece->length;

	if (piece->bytes == NULL ||
	    memcmp(piece->bytes, &PREFACE[HTTP2_PREFACE - http2->preface], length) != 0)
		return fail(http2, exchange, FLOW_L7_MALFORMED);
	http2->preface -= (uint32_t)length;
	parser_skip(piece, length);
	return PARSER_GOOD;
}

enum parser_verdict http2_read(struct http2 *http2, struct exchange *exchange, bool server,
			       struct stream_piece *piece)
{
	struct http2_side *side = &http2->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (!server && http2->preface > 0)
			verdict = read_preface(http2, exchange, piece);
		else if (side->length < HTTP2_HEADER)
			verdict = read_header(http2, exchange, server, piece);
		else
			verdict = read_payload(http2, exchange, server, piece);
	}
	return verdict;
}
