#include "producers/flows/l7/mysql_response.h"

#include <stdbool.h>

enum { FIRST, DEFINITIONS, DEFINITIONS_END, ROWS }; /* states of a response */
enum { OK, ERROR };                                 /* statuses */

/* First bytes of packets. */
#define OK_PACKET 0x00
#define INFILE_PACKET 0xfb
#define EOF_PACKET 0xfe
#define ERR_PACKET 0xff

#define MORE_RESULTS 0x08u /* of a status, like the next */
#define CURSOR_EXISTS 0x40u
#define EOF_SIZE 5 /* an OK packet in its place has seven bytes at least */

static enum parser_verdict end_response(struct mysql *mysql, struct exchange *exchange,
					unsigned status, struct when time)
{
	exchange_respond(exchange, exchange_next(exchange), status, mysql->begun);
	exchange_answer_next(exchange, time);
	mysql->answering = false;
	mysql->state = FIRST;
	return PARSER_GOOD;
}

/* The bytes that a number of a length of its own takes; 0 if it is none. */
static unsigned number_size(uint8_t first)
{
	if (first < INFILE_PACKET)
		return 1;
	return first == 0xfc ? 3 : first == 0xfd ? 4 : first == 0xfe ? 9 : 0;
}

/* The status flags of an OK or EOF packet; -1 if there are none. */
static int read_status(const struct mysql_side *side)
{
	unsigned at = 1;

	if (side->start[0] == EOF_PACKET && side->size == EOF_SIZE) {
		at = 3;
	} else {
		for (unsigned i = 0; i < 2; i++) {
			unsigned size = at < side->got ? number_size(side->start[at]) : 0;

			if (size == 0)
				return -1;
			at += size;
		}
	}
	return at + 2 <= side->got ? (int)mysql_number(side->start + at, 2) : -1;
}

/* An OK or EOF packet ends a result. */
static enum parser_verdict end_result(struct mysql *mysql, struct exchange *exchange,
				      struct when time)
{
	int status = read_status(&mysql->side[1]);

	if (status < 0)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	if (!((unsigned)status & MORE_RESULTS))
		return end_response(mysql, exchange, OK, time);
	mysql->state = FIRST;
	return PARSER_GOOD;
}

/* All definitions came: what follows is known, unless EOF packets are not. */
static enum parser_verdict end_definitions(struct mysql *mysql, struct exchange *exchange,
					   uint8_t command, struct when time)
{
	if (command != MYSQL_PREPARE) {
		mysql->state = mysql->eof == MYSQL_EOF_OMITTED ? ROWS : DEFINITIONS_END;
		return PARSER_GOOD;
	}
	if (mysql->eof == MYSQL_EOF_UNKNOWN)
		return mysql_fail(mysql, exchange, FLOW_L7_STOPPED);
	if (mysql->eof == MYSQL_EOF_SENT && mysql->state == DEFINITIONS) {
		mysql->state = DEFINITIONS_END;
		return PARSER_GOOD;
	}
	if (mysql->columns == 0)
		return end_response(mysql, exchange, OK, time);
	mysql->definitions = mysql->columns;
	mysql->columns = 0;
	mysql->state = DEFINITIONS;
	return PARSER_GOOD;
}

/* The OK packet of a prepared statement. */
static enum parser_verdict see_prepared(struct mysql *mysql, struct exchange *exchange,
					struct when time)
{
	const struct mysql_side *side = &mysql->side[1];
	uint32_t parameters = mysql_number(side->start + 7, 2),
		 columns = mysql_number(side->start + 5, 2);

	if (side->got < 9 || side->start[0] != OK_PACKET)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	if (parameters + columns == 0)
		return end_response(mysql, exchange, OK, time);
	mysql->state = DEFINITIONS;
	mysql->definitions = parameters > 0 ? parameters : columns;
	mysql->columns = parameters > 0 ? columns : 0;
	return PARSER_GOOD;
}

/* The number of columns, and perhaps whether their definitions follow (MariaDB caches them). */
static enum parser_verdict begin_result(struct mysql *mysql, struct exchange *exchange)
{
	const struct mysql_side *side = &mysql->side[1];
	unsigned size = number_size(side->start[0]);

	/* What follows the file is the response. */
	if (side->start[0] == INFILE_PACKET) {
		mysql->sends_file = true;
		return PARSER_GOOD;
	}
	if (size == 0 || size > 4 || side->size < size || side->size > size + 1 ||
	    side->got < side->size)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	mysql->definitions = size == 1 ? side->start[0] : mysql_number(side->start + 1, size - 1);
	mysql->state = DEFINITIONS;
	if (side->size == size || side->start[size] != 0)
		return PARSER_GOOD;
	if (mysql->eof != MYSQL_EOF_OMITTED)
		return mysql_fail(mysql, exchange, FLOW_L7_STOPPED);
	mysql->state = ROWS;
	return PARSER_GOOD;
}

/* The first packet of a response, or of one of its results. */
static enum parser_verdict see_first(struct mysql *mysql, struct exchange *exchange,
				     uint8_t command, struct when time)
{
	const struct mysql_side *side = &mysql->side[1];
	uint8_t first = side->start[0];

	switch (command) {
	case MYSQL_QUERY:
	case MYSQL_EXECUTE:
	case MYSQL_BULK_EXECUTE:
	case MYSQL_PROCESS_INFO:
		return first == OK_PACKET ? end_result(mysql, exchange, time)
					  : begin_result(mysql, exchange);
	case MYSQL_PREPARE:
		return see_prepared(mysql, exchange, time);
	case MYSQL_FETCH:
	case MYSQL_FIELD_LIST:
		mysql->state = ROWS;
		return first == EOF_PACKET ? end_result(mysql, exchange, time) : PARSER_GOOD;
	case MYSQL_CHANGE_USER: /* until the login is good */
		return first == OK_PACKET ? end_response(mysql, exchange, OK, time) : PARSER_GOOD;
	default:
		return end_response(mysql, exchange, OK, time);
	}
}

/* A packet after the definitions: their EOF, or it shows that there is none (3). */
static enum parser_verdict see_definitions_end(struct mysql *mysql, struct exchange *exchange,
					       uint8_t command, struct when time)
{
	const struct mysql_side *side = &mysql->side[1];
	bool eof = side->start[0] == EOF_PACKET;

	if (eof && side->size == EOF_SIZE) {
		int status = read_status(side);

		mysql->eof = MYSQL_EOF_SENT;
		if (command == MYSQL_PREPARE)
			return end_definitions(mysql, exchange, command, time);
		if (status < 0)
			return mysql_fail(mysql, exchange, FLOW_L7_CUT);
		mysql->state = ROWS;
		/* Its rows are fetched by commands of their own. */
		return (unsigned)status & CURSOR_EXISTS ? end_response(mysql, exchange, OK, time)
							: PARSER_GOOD;
	}
	if (mysql->eof != MYSQL_EOF_UNKNOWN)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	mysql->eof = MYSQL_EOF_OMITTED;
	mysql->state = ROWS;
	return eof ? end_result(mysql, exchange, time) : PARSER_GOOD;
}

static enum parser_verdict see_greeting(struct mysql *mysql, const struct mysql_side *side)
{
	if (mysql->phase == MYSQL_GREETING)
		return side->got > 0 && side->start[0] == MYSQL_PROTOCOL ? PARSER_GOOD
									 : PARSER_WRONG;
	if (side->got == 0 || side->start[0] == ERR_PACKET)
		return PARSER_OVER;
	if (side->start[0] == OK_PACKET)
		mysql->phase = MYSQL_READY;
	return PARSER_GOOD;
}

enum parser_verdict mysql_response(struct mysql *mysql, struct exchange *exchange, struct when time)
{
	const struct mysql_side *side = &mysql->side[1];
	const struct exchange_item *item = exchange_next(exchange);
	uint8_t first = side->start[0];

	if (mysql->phase != MYSQL_READY)
		return see_greeting(mysql, side);
	if (item == NULL) {
		/* Number 0: why the server closes the connection. */
		exchange->uncertain[FLOW_L7_UNMATCHED] += side->number != 0;
		return PARSER_GOOD;
	}
	if (side->got == 0)
		return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
	/* MariaDB says how far it is. */
	if (first == ERR_PACKET && side->got >= 3 && mysql_number(side->start + 1, 2) == 0xffff)
		return PARSER_GOOD;
	if (!mysql->answering)
		mysql->begun = mysql->packet_begun;
	mysql->answering = true;
	if (first == ERR_PACKET)
		return end_response(mysql, exchange, ERROR, time);
	switch (mysql->state) {
	case FIRST:
		return see_first(mysql, exchange, item->kind, time);
	case DEFINITIONS:
		return --mysql->definitions > 0
			       ? PARSER_GOOD
			       : end_definitions(mysql, exchange, item->kind, time);
	case DEFINITIONS_END:
		return see_definitions_end(mysql, exchange, item->kind, time);
	default: /* ROWS */
		/* EOF packets are sent although the client said that it wants none. */
		if (first == EOF_PACKET && side->size == EOF_SIZE &&
		    mysql->eof == MYSQL_EOF_OMITTED && item->kind == MYSQL_QUERY)
			return mysql_fail(mysql, exchange, FLOW_L7_MALFORMED);
		return first == EOF_PACKET && side->size < MYSQL_PACKET_MAX
			       ? end_result(mysql, exchange, time)
			       : PARSER_GOOD;
	}
}
