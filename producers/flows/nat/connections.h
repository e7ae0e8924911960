/* connections.h - connections of conntrack in a table of fixed size, found by both of their tuples.
 *
 * Those that have ended stay for a while, in a queue, because their flows come later. Pure.
 *
 * (1) Nothing is allocated after connections_new().
 * (2) Without room the one that ended first makes room; if none has ended, the new one is refused.
 */
#ifndef TENURE_FLOWS_CONNECTIONS_H
#define TENURE_FLOWS_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/flow_key.h"

enum connection_state {
	CONNECTION_OPEN,      /* it goes on, as far as events say */
	CONNECTION_SUSPENDED, /* events were lost: it may have ended */
	CONNECTION_ENDED,
};

enum connection_side { CONNECTION_ORIGINAL, CONNECTION_REPLY, CONNECTION_SIDES };

struct connection {
	struct flow_key keys[CONNECTION_SIDES];
	bool reversed[CONNECTION_SIDES]; /* the tuple's source is the key's endpoint B */
	enum connection_state state;
	bool listed; /* its beginning was not reported, and its end may not be */
	uint32_t id, zone;
	struct when since;            /* nobody else had its tuples from then on */
	struct when previous;         /* by then the last other one with its tuples had begun */
	struct when began_min, there; /* it began between the two; at the second it was there */
	struct when until, over;      /* unless OPEN: there up to UNTIL, and not after OVER */

	/* Of the table. */
	struct when queued;
	uint32_t next[CONNECTION_SIDES];
	uint32_t earlier, later;
};

/* Where a search is. */
struct connections_cursor {
	uint32_t link;
	enum connection_side side; /* of the connection found: the tuple with the key */
	const struct flow_key *key;
};

struct connections;

/* SEED is of the keys' hash, random. Returns NULL if out of memory. */
struct connections *connections_new(size_t max, const uint64_t seed[static FLOW_KEY_SEED_WORDS]);
void connections_free(struct connections *table);

/* Whether the two tuples differ. */
bool connection_is_translated(const struct connection *connection);

/* Begins a search for KEY, which is borrowed; connections_next() returns NULL when there is no more. Nothing may be
 * added or forgotten meanwhile. */
struct connections_cursor connections_search(const struct connections *table,
					     const struct flow_key *key);
struct connection *connections_next(const struct connections *table,
				    struct connections_cursor *cursor);

/* Adds a copy of CONNECTION, which is open. Adds 1 to *FORGOTTEN if another one made room. False without room. */
bool connections_add(struct connections *table, const struct connection *connection,
		     uint64_t *forgotten);
/* Sets STATE; an open one is queued at NOW, and one that becomes open is not any more. */
void connections_set_state(struct connections *table, struct connection *connection,
			   enum connection_state state, struct when now);
/* Forgets those that were queued before BEFORE. */
void connections_forget(struct connections *table, struct when before);
/* One after another, open or not; NULL after the last. Begin with NULL. */
struct connection *connections_each(struct connections *table, struct connection *previous);

/* When somebody last BEGAN to have a tuple, was LISTED with it without being added, or ENDED to have it. If the hashes of two tuples collide that is the later of
 * both: not earlier than the truth. */
enum connections_note {
	CONNECTIONS_BEGAN,
	CONNECTIONS_LISTED,
	CONNECTIONS_ENDED,
	CONNECTIONS_NOTES,
};

struct when connections_noted(const struct connections *table, enum connections_note what,
			      const struct flow_key *key);
void connections_note(struct connections *table, enum connections_note what,
		      const struct flow_key *key, struct when at);

#endif
