/* conversations.h - the conversations that may still hear of another observer.
 *
 * Records are held until nothing more is to be expected of their conversation, so
 * that a better observer's late record replaces what was there. Whoever owns the
 * table says until which moment of event time conversations are over.
 *
 * (1) A flow is there once: of several answers (tenure.revision) the highest, and
 *     of the same answer given twice the first.
 * (2) At most LIMIT records are held. When it is met, the conversations that ended
 *     first, a quarter of all, are settled early, which is counted: a record of
 *     theirs that comes later still counts as a conversation of its own.
 * (3) At most CONVERSATIONS_OF_A_SOURCE conversations of one source address and
 *     port are held; beyond that the one that ended first is settled early.
 */
#ifndef TENURE_CONVERSATIONS_H
#define TENURE_CONVERSATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/conversation.h"

#define CONVERSATIONS_OF_A_SOURCE 1024 /* they are searched one by one */

struct conversations_stats {
	uint64_t repeated;   /* answers that were there already, or a higher revision of them */
	uint64_t superseded; /* answers replaced by a higher revision */
	uint64_t early;      /* conversations settled early (2) (3) */
};

struct conversations;

struct conversations *conversations_new(size_t limit);
void conversations_free(struct conversations *table);

/* Takes SLICE, the slice of FLOW, in any case. -1 without memory. */
int conversations_add(struct conversations *table, const struct tagged_flow *flow,
		      struct conversation_slice *slice);

/* Settles every conversation that ended before BEFORE. */
void conversations_settle(struct conversations *table, struct when before);
/* The next settled conversation, the caller's from now on; NULL when there is none. */
struct conversation *conversations_next_settled(struct conversations *table);

/* The conversations that are not settled, oldest entry first: the one after
 * PREVIOUS, or the first after NULL. */
struct conversation *conversations_next(const struct conversations *table,
					const struct conversation *previous);

struct conversations_stats conversations_stats(const struct conversations *table);

#endif
