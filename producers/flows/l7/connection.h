/* connection.h - one connection, or one UDP flow, whose protocol is known: its bytes in order, its
 * parser and its exchange. Pure.
 */
#ifndef TENURE_FLOWS_L7_CONNECTION_H
#define TENURE_FLOWS_L7_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/l7/dns.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/http1.h"
#include "producers/flows/l7/http2.h"
#include "producers/flows/l7/kafka.h"
#include "producers/flows/l7/mysql.h"
#include "producers/flows/l7/postgres.h"
#include "producers/flows/l7/redis.h"
#include "producers/flows/l7/slab.h"
#include "producers/flows/l7/stream.h"
#include "producers/flows/l7/tls.h"
#include "producers/flows/packet.h"

/* What the payload of a packet is part of. */
enum l7_payload {
	L7_MESSAGE,
	L7_UNTIMED,   /* a message, but what answers it may not be its response */
	L7_HANDSHAKE, /* no request and no response */
};

/* What all connections share. */
struct connection_room {
	struct slab held;   /* of the streams */
	struct slab times;  /* of the exchanges */
	struct slab http2;  /* struct http2 */
	unsigned protocols; /* those that are read: a bit for each enum flow_l7_protocol */
};

struct connection {
	struct stream streams[2]; /* by direction */
	struct connection_room *room;
	uint8_t protocol; /* enum flow_l7_protocol; FLOW_L7_NONE if it was none */
	uint8_t client;   /* the direction of the requests */
	bool over;        /* nothing more is read */
	bool lost[2];     /* by direction: the next message's start is looked for */
	bool closed[2];
	bool skipped; /* since the last slice: bytes of a direction that was lost */
	bool told;    /* a slice had messages */
	bool joined;  /* what came before the first bytes that are read is not */
	struct exchange exchange;
	union {
		struct http1 http1;
		uint32_t http2; /* its block in the room */
		struct dns dns;
		struct redis redis;
		struct kafka kafka;
		struct postgres postgres;
		struct mysql mysql;
		struct tls tls;
	} parser;
};

/* All that one connection can take, but for early segments, which wait in a room of their own. */
#define CONNECTION_BYTES 4096

_Static_assert(sizeof(struct connection) + sizeof(struct http2) +
			       2 * TIMES_BLOCKS_MAX * TIMES_BLOCK_SIZE <=
		       CONNECTION_BYTES,
	       "a connection stays small");

/* AT_START: the connection's start was captured, and what is read begins there. */
void connection_begin(struct connection *connection, struct connection_room *room,
		      enum flow_l7_protocol protocol, unsigned client, bool at_start);
/* As l7_add(). */
enum l7_payload connection_add(struct connection *connection, const struct packet *packet,
			       unsigned direction, const uint32_t *first);
/* As l7_take(). Returns how many times found no room. */
uint32_t connection_take(struct connection *connection, bool final, struct flow_l7 *taken);
/* True if its last slice has something to say although no packet came. */
bool connection_has_news(const struct connection *connection);
/* Gives its blocks back. */
void connection_end(struct connection *connection);

#endif
