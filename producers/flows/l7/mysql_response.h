/* mysql_response.h - where the responses of MySQL and MariaDB end (mysql.h). Pure. */
#ifndef TENURE_FLOWS_L7_MYSQL_RESPONSE_H
#define TENURE_FLOWS_L7_MYSQL_RESPONSE_H

#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/mysql.h"
#include "producers/flows/l7/parser.h"

enum { MYSQL_GREETING, MYSQL_LOGIN, MYSQL_READY }; /* phases of a connection */
/* Whether EOF packets are sent. */
enum { MYSQL_EOF_UNKNOWN, MYSQL_EOF_SENT, MYSQL_EOF_OMITTED };

/* Commands. */
enum {
	MYSQL_QUIT = 0x01,
	MYSQL_QUERY = 0x03,
	MYSQL_FIELD_LIST = 0x04,
	MYSQL_STATISTICS = 0x09,
	MYSQL_PROCESS_INFO = 0x0a,
	MYSQL_CHANGE_USER = 0x11,
	MYSQL_BINLOG_DUMP = 0x12,
	MYSQL_TABLE_DUMP = 0x13,
	MYSQL_PREPARE = 0x16,
	MYSQL_EXECUTE = 0x17,
	MYSQL_SEND_LONG_DATA = 0x18,
	MYSQL_CLOSE = 0x19,
	MYSQL_FETCH = 0x1c,
	MYSQL_DAEMON = 0x1d,
	MYSQL_BINLOG_DUMP_GTID = 0x1e,
	MYSQL_LAST = 0x1f,
	MYSQL_BULK_EXECUTE = 0xfa,
};

#define MYSQL_PROTOCOL 10          /* the first byte of the server's first packet */
#define MYSQL_PACKET_MAX 0xffffffu /* bytes; a longer one goes on in the next */

/* The number in LENGTH bytes, at most four, the lowest first. */
static inline uint32_t mysql_number(const uint8_t *bytes, unsigned length)
{
	uint32_t value = 0;

	while (length-- > 0)
		value = value << 8 | bytes[length];
	return value;
}

/* Counts REASON and gives up. Until a login was good nothing shows that this is the protocol. */
static inline enum parser_verdict mysql_fail(const struct mysql *mysql, struct exchange *exchange,
					     enum flow_l7_reason reason)
{
	if (mysql->phase != MYSQL_READY)
		return PARSER_WRONG;
	if (reason != FLOW_L7_STOPPED) /* which PARSER_STOPPED counts */
		exchange->uncertain[reason]++;
	return PARSER_STOPPED;
}

/* Reads a packet of the server, whose last byte was at TIME. */
enum parser_verdict mysql_response(struct mysql *mysql, struct exchange *exchange,
				   struct when time);

#endif
