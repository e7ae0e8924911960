/* conversations.h - the conversations whose further records may still come.
 *
 * Records are held until their conversation is settled, so that a late record of a
 * better observer replaces what was there. The caller decides up to which moment of
 * event time conversations are settled.
 *
 * (1) A flow is there once: of several revisions (tenure.revision) the highest, and
 *     of the same revision the first.
 *     So is a slice of one observer, by its times and counters: a capture may be read twice.
 * (2) At most LIMIT records are held. At the limit the quarter of the conversations
 *     that ended first is settled early, which is counted: a later record of theirs
 *     still counts, as a conversation of its own.
 * (3) At most CONVERSATIONS_OF_A_SOURCE conversations of one source address and
 *     port are held; beyond that the one that ended first is settled early.
 */
#ifndef TENURE_CONVERSATIONS_H
#define TENURE_CONVERSATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/conversation/conversation.h"

#define CONVERSATIONS_OF_A_SOURCE 1024 /* they are searched one by one */

struct conversations_stats {
	uint64_t repeated;   /* records whose revision, or a higher one, was already there */
	uint64_t superseded; /* records replaced by a higher revision */
	uint64_t early;      /* conversations settled early (2) (3) */
};

struct conversations;

/* NULL if out of memory. */
struct conversations *conversations_new(size_t limit);
void conversations_free(struct conversations *table);

/* Adds SLICE, the slice of FLOW, and owns it from now on, even after a failure. -1 if out
 * of memory. */
int conversations_add(struct conversations *table, const struct tagged_flow *flow,
		      struct conversation_slice *slice);
size_t conversations_limit(const struct conversations *table);
/* Records that are held. */
size_t conversations_held(const struct conversations *table);

/* Settles every conversation that ended before BEFORE, and of others the slices that did and are not
 * needed to recognise the next. -1 if out of memory. */
int conversations_settle(struct conversations *table, struct when before);
/* Removes the next settled conversation, which the caller then owns; NULL if there is none. */
struct conversation *conversations_next_settled(struct conversations *table);

/* Iterates over the conversations that are not settled: returns the one after PREVIOUS,
 * or the first if PREVIOUS is NULL; NULL at the end. */
struct conversation *conversations_next(const struct conversations *table,
					const struct conversation *previous);

/* The same of those that are settled and were not removed yet. */
struct conversation *conversations_settled(const struct conversations *table,
					   const struct conversation *previous);

struct conversations_stats conversations_stats(const struct conversations *table);

#endif
