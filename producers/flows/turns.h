/* turns.h - requests and response times, without knowing the protocol.
 *
 * A request begins with the initiator's first payload, or its first after the responder's. Its
 * response time runs from its last payload to the responder's first. Pure acknowledgments in
 * between do not count. These are turns, not messages: pipelined or multiplexed requests that
 * overlap are one request, and a TLS handshake counts too.
 *
 * (1) Each request has a response time, or is counted under the reason why not, or is pending.
 * (2) A flow holds its latest few response times itself, the rest are in a pool of
 *     fixed size. A response time that finds no room (TURNS_NO_ROOM) is not part of any
 *     figure.
 */
#ifndef TENURE_FLOWS_TURNS_H
#define TENURE_FLOWS_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/flow.h"

#define TURNS_HELD 4        /* response times that a flow can have without the pool */
#define TURNS_BLOCK_SIZE 36 /* bytes in the pool for each flow */

/* Why a request has no response time. */
enum turns_untimed {
	TURNS_RETRANSMITTED, /* which copy arrived is not known */
	TURNS_DISORDER,      /* time ran backwards */
	TURNS_UNANSWERED,    /* the flow ended first */
	TURNS_NO_ROOM,       /* (2) */
	TURNS_UNTIMED,
};

#define TURNS_SIZE_MAX ((1u << 27) - 2)

struct turns_pool;

/* Zero-initialised. */
struct turns {
	struct when request_at; /* last payload of the pending request */
	uint64_t sum;           /* nanoseconds, like MIN and MAX */
	uint64_t min;
	uint64_t max;
	uint32_t requests;
	uint32_t samples;
	uint32_t blocks;           /* number of its first block in the pool, 0 for none */
	uint16_t held[TURNS_HELD]; /* buckets of the samples that are in no block, from 0 */
	uint8_t held_count;
	bool waiting;
	uint8_t tainted; /* 1 + the reason (1) why the pending request is not timed; 0 for none */
};

/* Has room for SIZE flows, up to TURNS_SIZE_MAX, with more than TURNS_HELD response times each, if those of
 * one flow are within a factor of four; a wider spread, or 65,535 in one bucket, takes the room of
 * several flows. Returns NULL if out of memory. */
struct turns_pool *turns_pool_new(size_t size);
void turns_pool_free(struct turns_pool *pool);
/* Requests without a response time. */
uint64_t turns_pool_untimed(const struct turns_pool *pool, enum turns_untimed reason);

/* The initiator, or else the responder, sent payload at TIME. */
void turns_payload(struct turns *turns, struct turns_pool *pool, bool by_initiator,
		   struct when time);
/* The pending request was sent again. */
void turns_taint(struct turns *turns);
/* The flow is over: nothing is pending any more. */
void turns_end(struct turns *turns, struct turns_pool *pool);

/* True if the next response time goes to the pool. */
static inline bool turns_are_full(const struct turns *turns)
{
	return turns->held_count == TURNS_HELD;
}

/* Fetches the memory that will be needed for it, and by turns_take(). */
void turns_prefetch(const struct turns *turns, const struct turns_pool *pool);

/* Moves the counts to *FLOW and starts from zero; a pending request stays pending. */
void turns_take(struct turns *turns, struct turns_pool *pool, struct flow *flow);

#endif
