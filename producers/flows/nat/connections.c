#include "producers/flows/nat/connections.h"

#include <stdlib.h>

/* Links are twice the connection's number and the side, plus 1; 0 is none. Numbers in the queue and
 * the list of what is free are plus 1 too. */
struct connections {
	size_t max, used; /* connections from USED on were never in use */
	uint64_t seed[FLOW_KEY_SEED_WORDS];
	uint32_t mask;
	uint32_t *chains;
	struct when *noted[CONNECTIONS_NOTES]; /* by hash, as the chains */
	struct connection *all;
	uint32_t free; /* linked by LATER */
	uint32_t first, last;
};

struct connections *connections_new(size_t max, const uint64_t seed[static FLOW_KEY_SEED_WORDS])
{
	struct connections *table = calloc(1, sizeof(*table));
	size_t chains = 16;
	bool has_all;

	if (table == NULL)
		return NULL;
	while (chains < 2 * max)
		chains *= 2;
	table->max = max;
	table->mask = (uint32_t)(chains - 1);
	for (size_t i = 0; i < FLOW_KEY_SEED_WORDS; i++)
		table->seed[i] = seed[i];
	table->chains = calloc(chains, sizeof(*table->chains));
	table->all = calloc(max, sizeof(*table->all));
	has_all = table->chains != NULL && table->all != NULL;
	for (int i = 0; i < CONNECTIONS_NOTES; i++) {
		table->noted[i] = malloc(chains * sizeof(*table->noted[i]));
		has_all = has_all && table->noted[i] != NULL;
	}
	if (has_all) {
		for (int i = 0; i < CONNECTIONS_NOTES; i++) {
			for (size_t j = 0; j < chains; j++)
				table->noted[i][j] = WHEN_MIN;
		}
		return table;
	}
	connections_free(table);
	return NULL;
}

void connections_free(struct connections *table)
{
	if (table == NULL)
		return;
	free(table->chains);
	for (int i = 0; i < CONNECTIONS_NOTES; i++)
		free(table->noted[i]);
	free(table->all);
	free(table);
}

bool connection_is_translated(const struct connection *connection)
{
	return !flow_key_equal(&connection->keys[CONNECTION_ORIGINAL],
			       &connection->keys[CONNECTION_REPLY]);
}

/* ---- Chains ---- */

static uint32_t place_of(const struct connections *table, const struct flow_key *key)
{
	return (uint32_t)flow_key_hash(key, table->seed) & table->mask;
}

static uint32_t link_of(const struct connections *table, const struct connection *c,
			enum connection_side side)
{
	return 2 * (uint32_t)(c - table->all) + (uint32_t)side + 1;
}

struct connections_cursor connections_search(const struct connections *table,
					     const struct flow_key *key)
{
	return (struct connections_cursor){table->chains[place_of(table, key)], CONNECTION_ORIGINAL,
					   key};
}

struct connection *connections_next(const struct connections *table,
				    struct connections_cursor *cursor)
{
	while (cursor->link != 0) {
		struct connection *found = &table->all[(cursor->link - 1) / 2];

		cursor->side = (cursor->link - 1) % 2 == 0 ? CONNECTION_ORIGINAL : CONNECTION_REPLY;
		cursor->link = found->next[cursor->side];
		if (flow_key_equal(&found->keys[cursor->side], cursor->key))
			return found;
	}
	return NULL;
}

static void chain(struct connections *table, struct connection *c, enum connection_side side)
{
	uint32_t *head = &table->chains[place_of(table, &c->keys[side])];

	c->next[side] = *head;
	*head = link_of(table, c, side);
}

static void unchain(struct connections *table, struct connection *c, enum connection_side side)
{
	uint32_t *at = &table->chains[place_of(table, &c->keys[side])];

	while (*at != link_of(table, c, side))
		at = &table->all[(*at - 1) / 2].next[(*at - 1) % 2];
	*at = c->next[side];
}

/* ---- The queue ---- */

static void enqueue(struct connections *table, struct connection *c, struct when now)
{
	uint32_t number = (uint32_t)(c - table->all) + 1;

	c->queued = now;
	c->later = 0;
	c->earlier = table->last;
	if (table->last != 0)
		table->all[table->last - 1].later = number;
	else
		table->first = number;
	table->last = number;
}

static void dequeue(struct connections *table, struct connection *c)
{
	if (c->earlier != 0)
		table->all[c->earlier - 1].later = c->later;
	else
		table->first = c->later;
	if (c->later != 0)
		table->all[c->later - 1].earlier = c->earlier;
	else
		table->last = c->earlier;
}

void connections_set_state(struct connections *table, struct connection *connection,
			   enum connection_state state, struct when now)
{
	if (connection->state == CONNECTION_OPEN && state != CONNECTION_OPEN)
		enqueue(table, connection, now);
	if (connection->state != CONNECTION_OPEN && state == CONNECTION_OPEN)
		dequeue(table, connection);
	connection->state = state;
}

static void forget_first(struct connections *table)
{
	struct connection *c = &table->all[table->first - 1];

	dequeue(table, c);
	unchain(table, c, CONNECTION_ORIGINAL);
	if (connection_is_translated(c))
		unchain(table, c, CONNECTION_REPLY);
	c->later = table->free;
	table->free = (uint32_t)(c - table->all) + 1;
}

void connections_forget(struct connections *table, struct when before)
{
	while (table->first != 0 && when_before(table->all[table->first - 1].queued, before))
		forget_first(table);
}

/* NULL if there is no room. */
static struct connection *take_room(struct connections *table, uint64_t *forgotten)
{
	struct connection *c;

	if (table->free == 0 && table->used < table->max)
		return &table->all[table->used++];
	if (table->free == 0 && table->first != 0) {
		++*forgotten;
		forget_first(table);
	}
	if (table->free == 0)
		return NULL;
	c = &table->all[table->free - 1];
	table->free = c->later;
	return c;
}

bool connections_add(struct connections *table, const struct connection *connection,
		     uint64_t *forgotten)
{
	struct connection *room = take_room(table, forgotten);

	if (room == NULL)
		return false;
	*room = *connection;
	chain(table, room, CONNECTION_ORIGINAL);
	if (connection_is_translated(room))
		chain(table, room, CONNECTION_REPLY);
	return true;
}

/* What was forgotten is not open. */
struct connection *connections_each(struct connections *table, struct connection *previous)
{
	struct connection *next = previous == NULL ? table->all : previous + 1;

	return next < table->all + table->used ? next : NULL;
}

struct when connections_noted(const struct connections *table, enum connections_note what,
			      const struct flow_key *key)
{
	return table->noted[what][place_of(table, key)];
}

void connections_note(struct connections *table, enum connections_note what,
		      const struct flow_key *key, struct when at)
{
	struct when *noted = &table->noted[what][place_of(table, key)];

	*noted = when_later(*noted, at);
}
