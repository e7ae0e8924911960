#include "producers/flows/l7/mysql.h"

#include <string.h>

#include "producers/flows/l7/mysql_response.h"

/* Capabilities. */
#define COMPRESS 0x20u
#define PROTOCOL_41 0x200u
#define SSL 0x800u
#define DEPRECATE_EOF (1u << 24)
#define OPTIONAL_METADATA (1u << 25)
#define ZSTD (1u << 26)

#define SSL_REQUEST_SIZE 32
#define GREETING_SHORTEST 32
#define GREETING_MAX 512

bool mysql_begins(const uint8_t *bytes, size_t length, bool server)
{
	size_t size;

	if (length < MYSQL_HEADER + 2 || bytes[3] != 0)
		return false;
	size = mysql_number(bytes, 3);
	if (size != length - MYSQL_HEADER)
		return false;
	bytes += MYSQL_HEADER;
	if (server) {
		size_t at = 1;

		if (size < GREETING_SHORTEST || size > GREETING_MAX || bytes[0] != MYSQL_PROTOCOL ||
		    bytes[1] < '0' || bytes[1] > '9')
			return false;
		while (at < size && bytes[at] >= ' ' && bytes[at] <= '~')
			at++;
		return at < size && bytes[at] == 0;
	}
	/* An iteration count of one. */
	if (bytes[0] == MYSQL_EXECUTE)
		return size >= 10 && bytes[5] <= 7 && mysql_number(bytes + 6, 4) == 1;
	if (bytes[0] != MYSQL_QUERY)
		return false;
	for (size_t i = 1; i < size && i < MYSQL_START; i++) {
		if ((bytes[i] < ' ' || bytes[i] > '~') && (bytes[i] < '\t' || bytes[i] > '\r'))
			return false;
	}
	return true;
}

/* ---- Commands ---- */

static enum parser_verdict see_login(struct mysql *mysql, const struct mysql_side *side)
{
	uint32_t capabilities = mysql_number(side->start, 4);

	if (side->got < 4 || !(capabilities & PROTOCOL_41))
		return PARSER_WRONG;
	if (capabilities & SSL && side->size == SSL_REQUEST_SIZE)
		return PARSER_TLS;
	if (capabilities & (COMPRESS | ZSTD | OPTIONAL_METADATA))
		return PARSER_OVER;
	mysql->eof = capabilities & DEPRECATE_EOF ? MYSQL_EOF_OMITTED : MYSQL_EOF_SENT;
	mysql->phase = MYSQL_LOGIN;
	return PARSER_GOOD;
}

static bool is_command(uint8_t command)
{
	return (command > MYSQL_QUIT && command <= MYSQL_LAST && command != MYSQL_DAEMON) ||
	       command == MYSQL_BULK_EXECUTE;
}

/* A command, whose last byte was at TIME. */
static enum parser_verdict see_command(struct mysql *mysql, struct exchange *exchange,
				       struct when time)
{
	const struct mysql_side *side = &mysql->side[0];
	uint8_t command = side->start[0];

	if (side->got == 0)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	if (command == MYSQL_QUIT || command == MYSQL_CLOSE || command == MYSQL_SEND_LONG_DATA)
		return PARSER_GOOD;
	if (!is_command(command))
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	exchange_ask_next(exchange, command);
	exchange_asked_next(exchange, time);
	/* Without its command a response's end cannot be found. */
	if (command == MYSQL_BINLOG_DUMP || command == MYSQL_BINLOG_DUMP_GTID ||
	    command == MYSQL_TABLE_DUMP || exchange_waiting_next(exchange) > EXCHANGE_MAX)
		return mysql_fail(mysql, exchange, FLOW_L7_STOPPED);
	return PARSER_GOOD;
}

/* A packet of the client, whose last byte was at TIME. */
static enum parser_verdict see_request(struct mysql *mysql, struct exchange *exchange,
				       struct when time)
{
	const struct mysql_side *side = &mysql->side[0];

	if (mysql->phase == MYSQL_GREETING)
		return see_login(mysql, side);
	/* The rest of a login, or a file that the server asked for, which an empty packet ends. */
	if (mysql->sends_file)
		mysql->sends_file = side->size > 0;
	else if (mysql->phase == MYSQL_READY && side->number == 0)
		return see_command(mysql, exchange, time);
	return PARSER_GOOD;
}

/* ---- Packets ---- */

/* Adds a byte to a packet's header. */
static enum parser_verdict read_header(struct mysql *mysql, struct exchange *exchange, bool server,
				       struct stream_piece *piece)
{
	struct mysql_side *side = &mysql->side[server];

	if (piece->bytes == NULL)
		return mysql_fail(mysql, exchange, parser_reason(piece));
	/* The connection's start was not seen: it begins with a command. */
	if (!server && mysql->phase == MYSQL_GREETING && mysql->side[1].size == 0)
		mysql->phase = MYSQL_READY;
	if (server && side->length == 0 && !side->continued)
		mysql->packet_begun = piece->time;
	side->header[side->length++] = *piece->bytes;
	parser_skip(piece, 1);
	if (side->length < MYSQL_HEADER)
		return PARSER_GOOD;
	side->within = side->continued;
	side->left = mysql_number(side->header, 3);
	side->continued = side->left == MYSQL_PACKET_MAX;
	if (side->within)
		return PARSER_GOOD;
	side->number = side->header[3];
	side->size = side->left;
	side->got = 0;
	return PARSER_GOOD;
}

/* Reads what PIECE has of a packet after its header. */
static enum parser_verdict read_payload(struct mysql *mysql, struct exchange *exchange,
					struct mysql_side *side, struct stream_piece *piece)
{
	size_t length = side->left < piece->length ? side->left : piece->length;
	size_t room = side->within ? 0 : MYSQL_START - (size_t)side->got;

	if (piece->bytes == NULL && room > 0) {
		if (side->got == 0)
			return mysql_fail(mysql, exchange, parser_reason(piece));
		side->within = true; /* START has no more */
	}
	if (piece->bytes != NULL && room > 0) {
		if (room > length)
			room = length;
		memcpy(side->start + side->got, piece->bytes, room);
		side->got = (uint8_t)(side->got + room);
	}
	side->left -= (uint32_t)length;
	parser_skip(piece, length);
	return PARSER_GOOD;
}

enum parser_verdict mysql_read(struct mysql *mysql, struct exchange *exchange, bool server,
			       struct stream_piece *piece)
{
	struct mysql_side *side = &mysql->side[server];
	enum parser_verdict verdict = PARSER_GOOD;

	while (piece->length > 0 && verdict == PARSER_GOOD) {
		if (side->length < MYSQL_HEADER)
			verdict = read_header(mysql, exchange, server, piece);
		else
			verdict = read_payload(mysql, exchange, side, piece);
		if (verdict != PARSER_GOOD || side->length < MYSQL_HEADER || side->left > 0)
			continue;
		side->length = 0;
		if (side->continued)
			continue;
		verdict = server ? mysql_response(mysql, exchange, piece->time)
				 : see_request(mysql, exchange, piece->time);
	}
	return verdict;
}
