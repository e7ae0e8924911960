#include "producers/flows/l7/kafka.h"

#include "producers/flows/cursor.h"

/* Where in a message its direction is. Those after HEADER are fields of Produce. */
enum {
	HEADER,
	REST,
	CLIENT_LENGTH,
	CLIENT,
	TAGS,
	TRANSACTION_LENGTH,
	COMPACT_LENGTH,
	TRANSACTION,
	ACKS,
};

enum { PRODUCE = 0, SASL_HANDSHAKE = 17, API_VERSIONS = 18 };

#define FIRST_WITH_TRANSACTION 3 /* versions of Produce */
#define FIRST_FLEXIBLE 9
#define REQUEST_SHORTEST 10      /* bytes after the size: a header without a client ID */
#define REQUEST_MAX (100u << 20) /* socket.request.max.bytes */
#define API_MAX 127              /* of what is recognised, like the next three */
#define VERSION_MAX 31
#define CLIENT_MAX 255
#define PLAIN_API_VERSIONS_MAX 512
#define UNMATCHED_MAX EXCHANGE_MAX
#define NO_STATUS FLOW_L7_STATUSES

bool kafka_begins(const uint8_t *bytes, size_t length)
{
	uint32_t size;
	unsigned client, key;

	if (length < 4 + REQUEST_SHORTEST)
		return false;
	size = cursor_read32(bytes);
	key = cursor_read16(bytes + 4);
	client = cursor_read16(bytes + 12);
	if (size < REQUEST_SHORTEST || size > REQUEST_MAX || key > API_MAX ||
	    cursor_read16(bytes + 6) > VERSION_MAX)
		return false;
	/* Without a client ID other protocols look alike, but for what a client asks first. */
	if (client == 0 || client == UINT16_MAX)
		return key == API_VERSIONS && size <= PLAIN_API_VERSIONS_MAX && length <= 4 + size;
	if (client > CLIENT_MAX || REQUEST_SHORTEST + client > size || length == 14)
		return false;
	for (size_t i = 14; i < length && i < 14 + client; i++) {
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	}
	return true;
}

static enum parser_verdict fail(const struct kafka *kafka, struct exchange *exchange,
				enum flow_l7_reason reason)
{
	if (!kafka->seen)
		return PARSER_WRONG;
	if (reason != FLOW_L7_STOPPED) /* which PARSER_STOPPED counts */
		exchange->uncertain[reason]++;
	return PARSER_STOPPED;
}

/* ---- Messages ---- */

static void ask(struct exchange *exchange, uint32_t id)
{
	if (exchange_find(exchange, id) == NULL) {
		exchange_ask(exchange, id);
		return;
	}
	/* Which of the two the response belongs to is not known. */
	exchange->requests++;
	exchange->unlisted++;
	exchange->uncertain[FLOW_L7_UNMATCHED]++;
}

static enum parser_verdict respond(struct kafka *kafka, struct exchange *exchange)
{
	struct kafka_side *side = &kafka->side[1];
	struct exchange_item *item = exchange_find(exchange, side->id);

	if (item != NULL) {
		kafka->seen = true;
	} else if (!exchange_answer_unlisted(exchange)) {
		if (!kafka->seen && ++kafka->unmatched > UNMATCHED_MAX)
			return PARSER_WRONG;
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
	}
	exchange_respond(exchange, item, NO_STATUS, side->begun);
	return PARSER_GOOD;
}

/* The message's last byte was at TIME. */
static enum parser_verdict end_message(struct kafka *kafka, struct exchange *exchange, bool server,
				       struct when time)
{
	struct kafka_side *side = &kafka->side[server];
	struct exchange_item *item = exchange_find(exchange, side->id);
	unsigned key = cursor_read16(side->header + 4), version = cursor_read16(side->header + 6);

	if (side->state > REST)
		return fail(kafka, exchange, FLOW_L7_MALFORMED);
	side->state = HEADER;
	side->length = 0;
	if (server && item != NULL && item->begun) {
		exchange_end(exchange, item, time);
		exchange_remove(exchange, item);
	} else if (!server && item != NULL && !item->whole) {
		item->asked = time;
		item->whole = true;
	}
	if (!server && key == SASL_HANDSHAKE && version == 0)
		return fail(kafka, exchange, FLOW_L7_STOPPED);
	return PARSER_GOOD;
}

/* The header is complete. */
static enum parser_verdict begin_message(struct kafka *kafka, struct exchange *exchange,
					 bool server)
{
	struct kafka_side *side = &kafka->side[server];
	uint32_t size = cursor_read32(side->header), header = side->length - 4u;

	if (size < (server ? header : REQUEST_SHORTEST) || size > KAFKA_SIZE_MAX)
		return fail(kafka, exchange, FLOW_L7_MALFORMED);
	side->left = size - header;
	side->id = cursor_read32(side->header + header);
	side->state = REST;
	side->length = 0;
	if (server)
		return respond(kafka, exchange);
	if (cursor_read16(side->header + 4) == PRODUCE)
		side->state = CLIENT_LENGTH;
	ask(exchange, side->id);
	return PARSER_GOOD;
}

/* ---- Produce ---- */

/* Adds a byte to a number of two bytes. True once it is there. */
static bool add_byte(struct kafka_side *side, uint8_t byte)
{
	side->number = side->length == 0 ? byte : side->number << 8 | byte;
	side->length ^= 1;
	return side->length == 0;
}

static void begin_text(struct kafka_side *side, uint8_t state, uint32_t length)
{
	side->skip = length;
	side->state = (uint8_t)(length > 0 ? state : state + 1);
}

static unsigned after_client(unsigned version)
{
	if (version >= FIRST_FLEXIBLE)
		return TAGS;
	return version >= FIRST_WITH_TRANSACTION ? TRANSACTION_LENGTH : ACKS;
}

static void end_acks(struct kafka_side *side, struct exchange *exchange)
{
	struct exchange_item *item = exchange_find(exchange, side->id);

	side->state = REST;
	if (side->number != 0)
		return;
	exchange->one_way++;
	if (item != NULL)
		exchange_remove(exchange, item);
	else if (exchange->unlisted > 0)
		exchange->unlisted--;
}

/* Reads a byte of a field. -1 if it is none. */
static int read_field(struct kafka_side *side, struct exchange *exchange, uint8_t byte)
{
	unsigned version = cursor_read16(side->header + 6);

	switch (side->state) {
	case CLIENT_LENGTH:
		if (!add_byte(side, byte))
			return 0;
		side->skip = side->number == UINT16_MAX ? 0 : side->number;
		side->state = side->skip > 0 ? CLIENT : (uint8_t)after_client(version);
		return 0;
	case TAGS: /* of the header; none is defined */
		side->state = COMPACT_LENGTH;
		return byte == 0 ? 0 : -1;
	case TRANSACTION_LENGTH:
		if (add_byte(side, byte))
			begin_text(side, TRANSACTION,
				   side->number == UINT16_MAX ? 0 : side->number);
		return 0;
	case COMPACT_LENGTH: /* a varint of the length plus one, 0 for none */
		side->number = (side->length == 0 ? 0 : side->number) | (uint32_t)(byte & 0x7f)
										<< 7 * side->length;
		if (byte & 0x80)
			return ++side->length > 3 ? -1 : 0;
		side->length = 0;
		begin_text(side, TRANSACTION, side->number > 0 ? side->number - 1 : 0);
		return 0;
	default: /* ACKS */
		if (add_byte(side, byte))
			end_acks(side, exchange);
		return 0;
	}
}

/* Reads what PIECE has of a message after its header. */
static enum parser_verdict read_body(struct kafka *kafka, struct exchange *exchange,
				     struct kafka_side *side, struct stream_piece *piece)
{
	bool text = side->state == CLIENT || side->state == TRANSACTION;
	size_t length = side->left < piece->length ? side->left : piece->length;

	if (text && side->skip < length)
		length = side->skip;
	if (side->state != REST && !text) {
		if (piece->bytes == NULL)
			return fail(kafka, exchange, parser_reason(piece));
		if (read_field(side, exchange, *piece->bytes) < 0)
			return fail(kafka, exchange, FLOW_L7_MALFORMED);
		length = 1;
	}
	side->left -= (uint32_t)length;
	parser_skip(piece, length);
	if (!text)
		return PARSER_GOOD;
	side->skip -= (uint32_t)length;
	if (side->skip == 0)
		side->state = side->state == CLIENT
				      ? (uint8_t)after_client(cursor_read16(side->header + 6))
				      : ACKS;
	return PARSER_GOOD;
}

/* Adds a byte to a message's header. */
static enum parser_verdict read_header(struct kafka *kafka, struct exchange *exchange, bool server,
				       struct stream_piece *piece)
{
	struct kafka_side *side = &kafka->side[server];

	if (piece->bytes == NULL)
		return fail(kafka, exchange, parser_reason(piece));
	if (side->length == 0)
		side->begun = piece->time;
	side->header[side->length++] = *piece->bytes;
	parser_skip(piece, 1);
	/* A response has no API and version before its ID. */
	if (side->length < (server ? KAFKA_HEADER - 4 : KAFKA_HEADER))
		return PARSER_GOOD;
	return begin_message(kafka, exchange, server);
}

enum parser_verdict kafka_read(struct kafka *kafka, struct exchange *exchange, bool server,
			       struct stream_piece *piece)
{
	struct kafka_side *side = &kafka->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (side->state == HEADER)
			verdict = read_header(kafka, exchange, server, piece);
		else
			verdict = read_body(kafka, exchange, side, piece);
		if (verdict == PARSER_GOOD && side->state != HEADER && side->left == 0)
			verdict = end_message(kafka, exchange, server, piece->time);
	}
	return verdict;
}
