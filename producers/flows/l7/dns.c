#include "producers/flows/l7/dns.h"

#include <string.h>

#include "producers/flows/cursor.h"

#define HEADER 12
#define SHORTEST (HEADER + 5) /* the root's name, type and class */
#define OPCODE_MAX 6
#define CLASS_ANY 255

/* False if the question at BYTES[LENGTH] is none; TRUE if it is one as far as it is there. */
static bool may_be_question(const uint8_t *bytes, size_t length)
{
	size_t at = 0;
	unsigned class;

	while (at < length && bytes[at] != 0) {
		if (bytes[at] > 63 || at + bytes[at] > 253)
			return false;
		at += bytes[at] + 1u;
	}
	if (at + 5 > length)
		return true;
	class = cursor_read16(bytes + at + 3);
	return cursor_read16(bytes + at + 1) > 0 && (class == 1 || class == 3 || class == 4 ||
						     class == CLASS_ANY - 1 || class == CLASS_ANY);
}

bool dns_begins(const uint8_t *bytes, size_t captured, size_t length, bool *response)
{
	unsigned flags;

	if (length < SHORTEST || captured < SHORTEST)
		return false;
	flags = cursor_read16(bytes + 2);
	*response = flags >> 15;
	if ((flags >> 11 & 15) > OPCODE_MAX || cursor_read16(bytes + 4) != 1)
		return false;
	/* A query has no answers, no response code, and at most OPT and TSIG or SIG. */
	if (!*response && (flags & 15 || cursor_read16(bytes + 6) > 0 ||
			   cursor_read16(bytes + 8) > 1 || cursor_read16(bytes + 10) > 2))
		return false;
	return may_be_question(bytes + HEADER, (captured < length ? captured : length) - HEADER);
}

/* What a query and its response have in common. */
static uint32_t identify(const uint8_t *bytes, size_t captured)
{
	uint32_t hash = UINT32_C(2166136261);
	size_t at = HEADER;

	/* The name and the type. Of a longer name its start; then its type is not compared. */
	while (at < captured && at < DNS_START && bytes[at] != 0)
		hash = (hash ^ bytes[at++]) * UINT32_C(16777619);
	if (at + 3 <= captured && at + 3 <= DNS_START)
		hash = (hash ^ cursor_read16(bytes + at + 1)) * UINT32_C(16777619);
	return (hash >> 16 ^ hash) << 16 | cursor_read16(bytes);
}

static void ask(struct dns *dns, struct exchange *exchange, uint32_t id, struct when time)
{
	struct exchange_item *item = exchange_find(exchange, id), *oldest = exchange->items;

	if (item != NULL) {
		exchange->retries++;
		dns->repeated++;
		return;
	}
	if (exchange->count == EXCHANGE_MAX) {
		for (unsigned i = 1; i < EXCHANGE_MAX; i++) {
			if (when_before(exchange->items[i].asked, oldest->asked))
				oldest = &exchange->items[i];
		}
		exchange_remove(exchange, oldest);
		exchange->unanswered++;
	}
	item = exchange_ask(exchange, id);
	item->asked = time;
	item->whole = true;
}

static void answer(struct dns *dns, struct exchange *exchange, uint32_t id, unsigned code,
		   struct when time)
{
	struct exchange_item *item = exchange_find(exchange, id);

	exchange_respond(exchange, item, code, time);
	if (item != NULL)
		exchange_remove(exchange, item);
	else if (dns->repeated > 0)
		dns->repeated--;
	else
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
}

enum parser_verdict dns_datagram(struct dns *dns, struct exchange *exchange, const uint8_t *bytes,
				 size_t captured, size_t length, struct when time)
{
	bool response;

	if (!dns->seen && !dns_begins(bytes, captured, length, &response))
		return PARSER_WRONG;
	dns->seen = true;
	if (length < HEADER) {
		exchange->uncertain[FLOW_L7_MALFORMED]++;
		return PARSER_GOOD;
	}
	if (captured < HEADER) {
		exchange->uncertain[FLOW_L7_CUT]++;
		return PARSER_GOOD;
	}
	if (bytes[2] & 0x80)
		answer(dns, exchange, identify(bytes, captured), bytes[3] & 15, time);
	else
		ask(dns, exchange, identify(bytes, captured), time);
	return PARSER_GOOD;
}

/* Reads a message's length and its start from PIECE. */
static enum parser_verdict read_start(struct dns *dns, struct exchange *exchange,
				      struct dns_side *side, struct stream_piece *piece)
{
	size_t wanted = 2, length = 0, take;

	if (side->length >= 2) {
		length = cursor_read16(side->start);
		wanted = 2 + (length < DNS_START ? length : DNS_START);
	}
	if (side->length >= 2 && length < HEADER) {
		if (!dns->seen)
			return PARSER_WRONG;
		exchange->uncertain[FLOW_L7_MALFORMED]++;
		return PARSER_STOPPED;
	}
	if (piece->bytes == NULL) {
		if (!dns->seen)
			return PARSER_WRONG;
		exchange->uncertain[parser_reason(piece)]++;
		return PARSER_STOPPED;
	}
	take = wanted - side->length < piece->length ? wanted - side->length : piece->length;
	memcpy(side->start + side->length, piece->bytes, take);
	side->length = (uint8_t)(side->length + take);
	parser_skip(piece, take);
	if (side->length < wanted || wanted == 2)
		return PARSER_GOOD;
	side->left = (uint32_t)(length + 2 - wanted);
	side->length = 0;
	return dns_datagram(dns, exchange, side->start + 2, wanted - 2, length, piece->time);
}

enum parser_verdict dns_read(struct dns *dns, struct exchange *exchange, bool server,
			     struct stream_piece *piece)
{
	struct dns_side *side = &dns->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (side->left > 0) {
			uint32_t skip =
				side->left < piece->length ? side->left : (uint32_t)piece->length;

			side->left -= skip;
			parser_skip(piece, skip);
		} else {
			verdict = read_start(dns, exchange, side, piece);
		}
	}
	return verdict;
}
