/* turns.h - requests and response times without knowing the protocol.
 *
 * A request begins when the initiator sends payload after the responder did, or
 * first of all. Its response time runs from the request's last payload to the
 * first payload of the responder; pure acknowledgments between do not matter.
 * This sees turns, not messages: pipelined or multiplexed requests that overlap
 * are one, a TLS handshake counts too.
 *
 * (1) A turn that saw a retransmission, or time running backwards, is a request
 *     without a response time.
 * (2) A flow holds its first few response times itself, the others live in a pool of
 *     fixed size; a sample for which it has no room is counted as lost and enters no
 *     figure.
 */
#ifndef TENURE_FLOWS_TURNS_H
#define TENURE_FLOWS_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow.h"

#define TURNS_FIRST 4 /* response times that a flow can have without the pool */

struct turns_pool;

/* Zero-initialised. */
struct turns {
	struct when request_at; /* last payload of the request that waits */
	uint64_t sum;           /* nanoseconds, as MIN and MAX */
	uint64_t min;
	uint64_t max;
	uint32_t requests;
	uint32_t samples;
	uint32_t blocks;             /* the pool's number for the first of them, 0 for none */
	uint16_t first[TURNS_FIRST]; /* buckets of the first samples, from 0 on */
	bool waiting;
	bool tainted; /* (1) */
};

/* Room for the response times of SIZE flows that have more than TURNS_FIRST and lie
 * within a factor of sixteen; a wider spread takes the room of several. NULL when
 * there is no memory. */
struct turns_pool *turns_pool_new(size_t size);
void turns_pool_free(struct turns_pool *pool);
uint64_t turns_pool_lost(const struct turns_pool *pool);

/* The initiator, or else the responder, sent payload at TIME. */
void turns_payload(struct turns *turns, struct turns_pool *pool, bool by_initiator,
		   struct when time);
void turns_taint(struct turns *turns);

/* Moves what was counted into *FLOW and starts from zero; a request that waits
 * goes on waiting. */
void turns_take(struct turns *turns, struct turns_pool *pool, struct flow *flow);

#endif
