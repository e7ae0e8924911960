/* fake_history.h - a history and a server in memory, in place of history.c and serve.c. */
#ifndef TENURE_FAKE_HISTORY_H
#define TENURE_FAKE_HISTORY_H

#include "common/http/http_exchange.h"
#include "sink/graph/serve.h"

/* What the next questions find, and what the last one asked. */
struct history {
	size_t edges; /* from node N to node N + 1, with N + 1 flows each */
	bool equal;   /* 7 flows each instead */
	bool covered, broken;
	struct when unsure_until;
	struct when covered_from; /* if COVERED */
	struct when from, to;
	enum node_level level;
	char client[64], server[64], namespace[64]; /* of the filter; "" for any */
	bool by_port;
	int64_t step_ns;
	char text[64];
	size_t limit;
};

#define FAKE_NOW ((struct when){INT64_C(1795506569) * NS_PER_SECOND})   /* 2026-11-24T07:49:29Z */
#define FAKE_FIRST ((struct when){INT64_C(1795500000) * NS_PER_SECOND}) /* 2026-11-24T06:00:00Z */

/* A server on HISTORY, whose watermark is FAKE_NOW. */
struct graph_server fake_server(struct history *history);
/* Asks ANSWER for TARGET; the reply is to be cleared. */
void fake_ask(struct graph_server *server,
	      void (*answer)(void *user, const struct http_call *call, struct http_reply *reply),
	      const char *target, struct http_reply *reply);
/* Asserts that the answer is STATUS with this body. */
void fake_expect(struct graph_server *server,
		 void (*answer)(void *user, const struct http_call *call, struct http_reply *reply),
		 const char *target, unsigned status, const char *body);

#endif
