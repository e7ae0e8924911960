/* exchange.h - the requests and responses of one connection: their counts, their times and which
 * requests wait for a response. Pure.
 *
 * A protocol that answers in order uses the functions whose names end in next; one that numbers its
 * requests uses the others.
 *
 * (1) At most EXCHANGE_MAX waiting requests are remembered. One more is counted and answered like
 *     the others, but it has no times.
 * (2) A response has times only if its request ended before it began. Time never runs backwards in
 *     a figure.
 */
#ifndef TENURE_FLOWS_L7_EXCHANGE_H
#define TENURE_FLOWS_L7_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/flow.h"
#include "producers/flows/l7/slab.h"
#include "producers/flows/l7/times.h"

#define EXCHANGE_MAX 64

struct exchange_item {
	struct when asked; /* the request's last byte, if WHOLE */
	uint32_t id;       /* the protocol's, or the request's number on the connection */
	uint8_t kind;      /* the protocol's */
	bool whole;        /* the request has ended */
	bool begun;        /* the response has begun */
	bool timed;        /* it began after the request's end */
};

/* Zero-initialised but for BLOCKS, which is borrowed. */
struct exchange {
	struct slab *blocks; /* of the times */
	uint32_t requests;
	uint32_t responses;
	uint32_t retries;
	uint32_t unanswered;
	uint32_t one_way;  /* requests that ask for no response */
	uint32_t unlisted; /* by number: requests that wait and are not remembered (1) */
	uint32_t status[FLOW_L7_STATUSES];
	uint32_t uncertain[FLOW_L7_REASONS];
	struct times first_byte;
	struct times last_byte;
	uint32_t asked;    /* in order: requests so far */
	uint32_t answered; /* and those that were answered or forgotten */
	uint32_t count;    /* of ITEMS; in order they are a ring */
	uint32_t head;
	struct exchange_item items[EXCHANGE_MAX];
};

/* ---- In order ---- */

/* A request begins. */
void exchange_ask_next(struct exchange *exchange, uint8_t kind);
/* The latest request ends at TIME. */
void exchange_asked_next(struct exchange *exchange, struct when time);
/* Requests that wait. */
static inline uint32_t exchange_waiting_next(const struct exchange *exchange)
{
	return exchange->asked - exchange->answered;
}
/* The request whose response is next; NULL if there is none or it is not remembered (1). */
struct exchange_item *exchange_next(struct exchange *exchange);
/* The next request is answered, its response's last byte was at TIME. */
void exchange_answer_next(struct exchange *exchange, struct when time);
/* Which response belongs to which request is not known any more. */
void exchange_forget_next(struct exchange *exchange);

/* ---- By number ---- */

/* NULL if it is not remembered. */
struct exchange_item *exchange_find(struct exchange *exchange, uint32_t id);
/* A request begins. The item is not WHOLE. NULL if there is no room (1). */
struct exchange_item *exchange_ask(struct exchange *exchange, uint32_t id);
/* A response has no item. True if it may be one to a request that is not remembered, which is answered
 * then. */
bool exchange_answer_unlisted(struct exchange *exchange);
/* ITEM is answered, or will not be; it must not be used after this. */
void exchange_remove(struct exchange *exchange, struct exchange_item *item);

/* ---- Both ---- */

/* ITEM's response, whose status is number STATUS, began at TIME. ITEM may be NULL. */
void exchange_respond(struct exchange *exchange, struct exchange_item *item, unsigned status,
		      struct when time);
/* ITEM's response ended at TIME. */
void exchange_end(struct exchange *exchange, const struct exchange_item *item, struct when time);

/* Requests that wait for a response which has not begun. */
uint32_t exchange_unanswered(const struct exchange *exchange);
/* Moves counts and times to *L7, without its protocol, and starts from zero. FINAL: the connection
 * is over, and what waits is unanswered. */
void exchange_take(struct exchange *exchange, bool final, struct flow_l7 *l7);

#endif
