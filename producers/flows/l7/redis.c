#include "producers/flows/l7/redis.h"

#include <string.h>
#include <strings.h>

#define NUMBER_MAX (INT64_C(1) << 40)

bool redis_begins(const uint8_t *bytes, size_t length)
{
	size_t at = 1;

	if (length >= 6 && strncasecmp((const char *)bytes, "PING\r\n", 6) == 0)
		return true;
	if (length < 5 || bytes[0] != '*')
		return false;
	while (at < length && bytes[at] >= '0' && bytes[at] <= '9')
		at++;
	return at > 1 && at < 8 && at + 3 <= length && bytes[1] != '0' &&
	       memcmp(bytes + at, "\r\n$", 3) == 0;
}

static enum parser_verdict fail(const struct redis *redis, struct exchange *exchange,
				enum flow_l7_reason reason)
{
	if (!redis->seen)
		return PARSER_WRONG;
	if (reason != FLOW_L7_STOPPED) /* which PARSER_STOPPED counts */
		exchange->uncertain[reason]++;
	return PARSER_STOPPED;
}

/* Whether replies stop following commands after the command WORD (1). */
static bool ends_replies(const char *word, size_t length)
{
	static const char *const words[] = {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE",
					    "MONITOR",   "SYNC",       "PSYNC"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == length && strncasecmp(words[i], word, length) == 0)
			return true;
	}
	return false;
}

static bool is_word(const struct redis_side *side, const char *word)
{
	return side->word_length == strlen(word) &&
	       strncasecmp(side->word, word, side->word_length) == 0;
}

static enum parser_verdict end_command(struct redis *redis, struct exchange *exchange,
				       struct when time)
{
	struct redis_side *side = &redis->side[0];

	redis->seen = true;
	side->within = false;
	exchange_ask_next(exchange, 0);
	exchange_asked_next(exchange, time);
	return PARSER_GOOD;
}

static enum parser_verdict end_reply(struct redis *redis, struct exchange *exchange,
				     struct when time)
{
	struct redis_side *side = &redis->side[1];

	side->within = false;
	if (side->push)
		return PARSER_GOOD;
	if (exchange_waiting_next(exchange) == 0)
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
	exchange_respond(exchange, exchange_next(exchange), side->error, side->begun);
	exchange_answer_next(exchange, time);
	return PARSER_GOOD;
}

/* A value is complete, and so may be those that contain it. */
static enum parser_verdict end_value(struct redis *redis, struct exchange *exchange, bool server,
				     struct when time)
{
	struct redis_side *side = &redis->side[server];

	while (side->depth > 0) {
		uint8_t bit;

		side->element++;
		if (--side->todo[side->depth - 1] > 0)
			return PARSER_GOOD;
		bit = (uint8_t)(1u << --side->depth);
		if (side->attributes & bit) {
			side->attributes &= (uint8_t)~bit;
			return PARSER_GOOD;
		}
	}
	return server ? end_reply(redis, exchange, time) : end_command(redis, exchange, time);
}

/* The number in the line after its first byte; -2 if there is none. */
static int64_t read_number(const char *line, size_t length)
{
	int64_t number = 0;
	size_t at = 1;

	if (length == 3 && line[1] == '-' && line[2] == '1')
		return -1;
	for (; at < length && line[at] >= '0' && line[at] <= '9' && number < NUMBER_MAX; at++)
		number = number * 10 + (line[at] - '0');
	return at > 1 && at == length ? number : -2;
}

static enum parser_verdict begin_elements(struct redis *redis, struct exchange *exchange,
					  bool server, int64_t count, struct when time)
{
	struct redis_side *side = &redis->side[server];

	if (count > UINT32_MAX)
		return fail(redis, exchange, FLOW_L7_MALFORMED);
	if (count <= 0)
		return end_value(redis, exchange, server, time);
	if (side->depth == REDIS_DEPTH_MAX)
		return fail(redis, exchange, FLOW_L7_STOPPED);
	side->todo[side->depth++] = (uint32_t)count;
	return PARSER_GOOD;
}

static enum parser_verdict read_inline(struct redis *redis, struct exchange *exchange,
				       const char *line, size_t length, struct when time)
{
	const char *space = memchr(line, ' ', length);
	size_t word = space != NULL ? (size_t)(space - line) : length;

	if (length == 0) { /* an empty line is no command */
		redis->side[0].within = false;
		return PARSER_GOOD;
	}
	end_command(redis, exchange, time);
	return ends_replies(line, word) || (word == 6 && strncasecmp(line, "CLIENT", 6) == 0)
		       ? fail(redis, exchange, FLOW_L7_STOPPED)
		       : PARSER_GOOD;
}

/* The line LINE[LENGTH], or its start, without its end; TIME is of its end. */
static enum parser_verdict read_line(struct redis *redis, struct exchange *exchange, bool server,
				     const char *line, size_t length, struct when time)
{
	struct redis_side *side = &redis->side[server];
	char type = length > 0 ? line[0] : '\0';
	int64_t number;

	if (!server && side->depth == 0 && type != '*')
		return read_inline(redis, exchange, line, length, time);
	if (!server && type != '*' && type != '$')
		return fail(redis, exchange, FLOW_L7_MALFORMED);
	if (type == '\0')
		return fail(redis, exchange, FLOW_L7_MALFORMED);
	if (strchr("+-:_,#(", type) != NULL) {
		side->error |= type == '-' && side->depth == 0;
		return end_value(redis, exchange, server, time);
	}
	number = read_number(line, length);
	if (number == -2)
		return fail(redis, exchange,
			    length > 1 && line[1] == '?' ? FLOW_L7_STOPPED : FLOW_L7_MALFORMED);
	switch (type) {
	case '!':
		side->error |= side->depth == 0;
		/* fallthrough */
	case '$':
	case '=':
		if (number < 0)
			return end_value(redis, exchange, server, time);
		side->bulk_left = (uint64_t)number + 2;
		side->word_length = 0;
		return PARSER_GOOD;
	case '>':
		side->push |= side->depth == 0;
		/* fallthrough */
	case '*':
	case '~':
		if (!server && side->depth == 0)
			side->element = 0;
		return begin_elements(redis, exchange, server, number, time);
	case '|':
		if (number > 0 && side->depth < REDIS_DEPTH_MAX)
			side->attributes |= (uint8_t)(1u << side->depth);
		/* fallthrough */
	case '%':
		if (type == '|' && number <= 0)
			return PARSER_GOOD;
		return begin_elements(redis, exchange, server, 2 * number, time);
	default:
		return fail(redis, exchange, FLOW_L7_MALFORMED);
	}
}

static enum parser_verdict read_line_bytes(struct redis *redis, struct exchange *exchange,
					   bool server, struct stream_piece *piece)
{
	struct redis_side *side = &redis->side[server];
	const char *bytes = (const char *)piece->bytes, *line = bytes, *end;
	size_t length, room;

	if (bytes == NULL)
		return fail(redis, exchange, parser_reason(piece));
	if (!side->within) {
		side->within = true;
		side->begun = piece->time;
		side->push = side->error = side->client_command = false;
	}
	end = memchr(bytes, '\n', piece->length);
	length = end != NULL ? (size_t)(end - bytes) : piece->length;
	if (end == NULL || side->line_length > 0) {
		room = side->line_length < REDIS_LINE ? REDIS_LINE - side->line_length : 0;
		memcpy(side->line + REDIS_LINE - room, bytes, length < room ? length : room);
		side->line_length += (uint32_t)length;
		line = side->line;
	}
	parser_skip(piece, length + (end != NULL));
	if (end == NULL)
		return side->line_length > REDIS_LINE_MAX ? fail(redis, exchange, FLOW_L7_MALFORMED)
							  : PARSER_GOOD;
	if (line == side->line) {
		length = side->line_length < REDIS_LINE ? side->line_length : REDIS_LINE;
		side->line_length = 0;
	}
	if (length > 0 && line[length - 1] == '\r')
		length--;
	return read_line(redis, exchange, server, line, length, piece->time);
}

/* Keeps the first bytes of a command's first two words. */
static void keep_word(struct redis_side *side, const uint8_t *bytes, size_t length)
{
	while (length > 0 && side->word_length < REDIS_WORD) {
		side->word[side->word_length++] = (char)*bytes++;
		length--;
	}
}

static enum parser_verdict read_bulk(struct redis *redis, struct exchange *exchange, bool server,
				     struct stream_piece *piece)
{
	struct redis_side *side = &redis->side[server];
	size_t length = side->bulk_left < piece->length ? (size_t)side->bulk_left : piece->length;
	size_t text = side->bulk_left - 2 < length ? (size_t)(side->bulk_left - 2) : length;
	bool stops = false;

	if (side->bulk_left < 2)
		text = 0;
	if (!server && side->depth == 1 && side->element < 2) {
		if (piece->bytes == NULL && side->element == 0)
			return fail(redis, exchange, parser_reason(piece));
		if (piece->bytes != NULL)
			keep_word(side, piece->bytes, text);
	}
	side->bulk_left -= length;
	parser_skip(piece, length);
	if (side->bulk_left > 0)
		return PARSER_GOOD;
	if (!server && side->depth == 1 && side->element == 0) {
		stops = ends_replies(side->word, side->word_length);
		side->client_command = is_word(side, "CLIENT");
	} else if (!server && side->depth == 1 && side->element == 1) {
		stops = side->client_command && is_word(side, "REPLY");
	}
	if (stops) {
		end_command(redis, exchange, piece->time);
		return fail(redis, exchange, FLOW_L7_STOPPED);
	}
	return end_value(redis, exchange, server, piece->time);
}

enum parser_verdict redis_read(struct redis *redis, struct exchange *exchange, bool server,
			       struct stream_piece *piece)
{
	struct redis_side *side = &redis->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (side->bulk_left > 0)
			verdict = read_bulk(redis, exchange, server, piece);
		else
			verdict = read_line_bytes(redis, exchange, server, piece);
	}
	return verdict;
}
