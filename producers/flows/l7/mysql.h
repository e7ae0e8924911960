/* mysql.h - commands and responses of MySQL and MariaDB (their client/server protocol). Pure.
 *
 * A command begins with packet number 0, and responses belong to commands in order. Where a response ends
 * depends on its command: one packet, a result set or several, the definitions of a prepared statement.
 *
 * (1) Logins, and the commands that have no response (quit, close a statement, send long data) are no
 *     requests.
 * (2) A response is an error if it ends with an ERR packet.
 * (3) Whether EOF packets are sent is what the client asked for; in a connection whose start was not seen
 *     a result set shows it. A prepared statement before that ends the count.
 * (4) Where the client goes on with TLS the connection is one of TLS. Compression, and what is sent to a
 *     replica, end the count.
 */
#ifndef TENURE_FLOWS_L7_MYSQL_H
#define TENURE_FLOWS_L7_MYSQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define MYSQL_HEADER 4 /* bytes: length, number */
#define MYSQL_START \
	24 /* bytes of a packet that are looked at: an OK packet's status is among them */

struct mysql_side {
	uint32_t left;  /* of the packet, after what is in START */
	uint32_t size;  /* of the packet */
	uint8_t length; /* bytes of HEADER */
	uint8_t got;    /* bytes of START */
	bool continued; /* the packet goes on with the next one */
	bool within;    /* it is the rest of one that did */
	uint8_t number; /* of the packet */
	uint8_t header[MYSQL_HEADER];
	uint8_t start[MYSQL_START];
};

/* Zero-initialised. */
struct mysql {
	struct mysql_side side[2]; /* the client's, the server's */
	struct when begun;         /* the response's first byte */
	struct when packet_begun;
	uint32_t definitions; /* that are to come */
	uint32_t columns;     /* of a prepared statement, after its parameters */
	uint8_t phase;        /* of the connection */
	uint8_t state;        /* of the response */
	uint8_t eof;          /* (3) */
	bool answering;       /* a response has begun */
	bool sends_file;      /* the client does, as the server asked (LOCAL INFILE) */
};

/* True if BYTES may be the server's first packet, or else a command. */
bool mysql_begins(const uint8_t *bytes, size_t length, bool server);

enum parser_verdict mysql_read(struct mysql *mysql, struct exchange *exchange, bool server,
			       struct stream_piece *piece);

#endif
