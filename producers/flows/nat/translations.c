#include "producers/flows/nat/translations.h"

#include <stdlib.h>

#include "common/base/transport.h"
#include "producers/flows/nat/connections.h"
#include "producers/flows/packet.h"

struct translations {
	struct connections *connections;
	int64_t rest_ns, idle_ns;
	struct when drained;  /* all events sent by then were given */
	struct when complete; /* all events since then were given */
	struct when list_at;
	struct translations_stats stats;
};

struct translations *translations_new(size_t max, int64_t rest_ns, int64_t idle_ns,
				      const uint64_t seed[static FLOW_KEY_SEED_WORDS],
				      struct when now)
{
	struct translations *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	table->rest_ns = rest_ns;
	table->idle_ns = idle_ns;
	table->drained = table->complete = table->list_at = now;
	table->connections = connections_new(max, seed);
	if (table->connections != NULL)
		return table;
	free(table);
	return NULL;
}

void translations_free(struct translations *table)
{
	if (table == NULL)
		return;
	connections_free(table->connections);
	free(table);
}

/* ---- Events ---- */

/* Returns whether the tuple's source is the key's endpoint B. */
static bool key_of(const struct translations_tuple *tuple, uint8_t protocol, struct flow_key *key)
{
	struct packet packet = {
		.source = tuple->source,
		.destination = tuple->destination,
		.source_port = tuple->source_port,
		.destination_port = tuple->destination_port,
		.protocol = protocol,
	};

	return flow_key_from_packet(&packet, key) != 0;
}

static struct connection connection_of(const struct translations_connection *told)
{
	struct connection c = {.id = told->id, .zone = told->zone};

	c.reversed[CONNECTION_ORIGINAL] =
		key_of(&told->original, told->protocol, &c.keys[CONNECTION_ORIGINAL]);
	c.reversed[CONNECTION_REPLY] =
		key_of(&told->reply, told->protocol, &c.keys[CONNECTION_REPLY]);
	return c;
}

/* Notes WHAT for both tuples of C. */
static void note(struct translations *table, enum connections_note what, const struct connection *c,
		 struct when at)
{
	for (int side = 0; side < CONNECTION_SIDES; side++)
		connections_note(table->connections, what, &c->keys[side], at);
}

static struct when last(const struct translations *table, enum connections_note what,
			const struct connection *c)
{
	return when_later(
		connections_noted(table->connections, what, &c->keys[CONNECTION_ORIGINAL]),
		connections_noted(table->connections, what, &c->keys[CONNECTION_REPLY]));
}

static bool is_same(const struct connection *a, const struct connection *b)
{
	return a->id == b->id && a->zone == b->zone &&
	       flow_key_equal(&a->keys[CONNECTION_ORIGINAL], &b->keys[CONNECTION_ORIGINAL]) &&
	       flow_key_equal(&a->keys[CONNECTION_REPLY], &b->keys[CONNECTION_REPLY]);
}

/* The connection that C is told of, in STATE, or NULL. */
static struct connection *find_same(const struct translations *table, const struct connection *c,
				    enum connection_state state)
{
	struct connections_cursor cursor =
		connections_search(table->connections, &c->keys[CONNECTION_ORIGINAL]);
	struct connection *found;

	while ((found = connections_next(table->connections, &cursor)) != NULL) {
		if (found->state == state && is_same(found, c))
			return found;
	}
	return NULL;
}

/* An open connection in the zone of C that has one of its tuples, or NULL. */
static struct connection *find_rival(const struct translations *table, const struct connection *c)
{
	struct connection *found;

	for (int side = 0; side < CONNECTION_SIDES; side++) {
		struct connections_cursor cursor =
			connections_search(table->connections, &c->keys[side]);

		while ((found = connections_next(table->connections, &cursor)) != NULL) {
			if (found->state == CONNECTION_OPEN && found->zone == c->zone)
				return found;
		}
	}
	return NULL;
}

static void finish(struct translations *table, struct connection *c, enum connection_state state,
		   struct when until, struct when over, struct when now)
{
	connections_set_state(table->connections, c, state, now);
	c->until = until;
	c->over = over;
}

/* Adds C if there is room and it is to be kept: of zone 0 what is translated, of others all. */
static bool add(struct translations *table, const struct connection *c)
{
	if (c->zone == 0 && !connection_is_translated(c))
		return false;
	if (!connections_add(table->connections, c, &table->stats.forgotten)) {
		table->stats.full++;
		return false;
	}
	table->stats.tracked++;
	return true;
}

void translations_begin(struct translations *table, const struct translations_connection *told,
			struct when now)
{
	struct connection c = connection_of(told), *rival;
	struct when listed = last(table, CONNECTIONS_LISTED, &c);

	if (find_same(table, &c, CONNECTION_OPEN) != NULL)
		return; /* listed already */
	/* Whoever had a tuple ended, although nobody said so: conntrack does not report the end of
	 * connections that began before there was a listener (nf_conntrack_events 2). */
	if (!when_is_min(listed) && when_not_after(last(table, CONNECTIONS_ENDED, &c), listed))
		note(table, CONNECTIONS_ENDED, &c, now);
	while ((rival = find_rival(table, &c)) != NULL) {
		finish(table, rival, CONNECTION_ENDED, table->drained, now, now);
		note(table, CONNECTIONS_ENDED, rival, now);
	}
	c.since = when_later(last(table, CONNECTIONS_ENDED, &c), table->complete);
	c.previous = when_later(last(table, CONNECTIONS_BEGAN, &c), table->complete);
	c.began_min = table->drained;
	c.there = now;
	add(table, &c);
	note(table, CONNECTIONS_BEGAN, &c, now);
}

void translations_end(struct translations *table, const struct translations_connection *told,
		      struct when now)
{
	bool dated = !when_is_min(told->ended);
	struct connection c = connection_of(told), *found = find_same(table, &c, CONNECTION_OPEN);

	if (found == NULL && !when_is_min(told->began)) {
		found = find_same(table, &c, CONNECTION_SUSPENDED);
		if (found != NULL && when_before(found->there, told->began))
			found = NULL; /* another one */
	}
	if (found != NULL)
		finish(table, found, CONNECTION_ENDED, dated ? told->ended : table->drained,
		       dated ? told->ended : now, now);
	note(table, CONNECTIONS_ENDED, &c, dated ? told->ended : now);
}

void translations_list(struct translations *table, struct when now)
{
	table->list_at = now;
}

/* Adds the listed C, unless events said something newer: the list may be older than they are. */
static bool add_listed(struct translations *table, struct connection *c,
		       const struct translations_connection *told, struct when now)
{
	bool dated = !when_is_min(told->began);
	struct when other =
		when_later(last(table, CONNECTIONS_BEGAN, c), last(table, CONNECTIONS_ENDED, c));
	struct connection *found = find_same(table, c, CONNECTION_SUSPENDED);

	if (find_rival(table, c) != NULL ||
	    (when_not_after(table->list_at, other) && !(dated && when_before(other, told->began))))
		return false;
	/* One that is there now, and began before the other was there, was there in between. */
	if (found != NULL && dated && when_not_after(told->began, found->there)) {
		connections_set_state(table->connections, found, CONNECTION_OPEN, now);
		found->since = when_earlier(found->since, told->began);
		return true;
	}
	c->since = c->there = dated ? told->began : now;
	c->previous = WHEN_MAX;
	c->listed = true;
	c->began_min = dated ? when_add(told->began, -TRANSLATIONS_LAG_NS) : WHEN_MIN;
	return add(table, c);
}

void translations_listed(struct translations *table, const struct translations_connection *told,
			 struct when now)
{
	struct connection c = connection_of(told);

	if (find_same(table, &c, CONNECTION_OPEN) == NULL && !add_listed(table, &c, told, now))
		note(table, CONNECTIONS_LISTED, &c, now);
}

void translations_drained(struct translations *table, struct when now)
{
	table->drained = now;
	connections_forget(table->connections, when_add(now, -table->rest_ns));
}

/* What begins now may have followed an end that was lost. */
void translations_losing(struct translations *table)
{
	table->complete = WHEN_MAX;
}

void translations_lost(struct translations *table, struct when now)
{
	struct connection *c = NULL;

	table->stats.lost++;
	while ((c = connections_each(table->connections, c)) != NULL) {
		if (c->state == CONNECTION_OPEN)
			finish(table, c, CONNECTION_SUSPENDED, table->drained, WHEN_MAX, now);
	}
	table->complete = now;
}

/* ---- Flows ---- */

/* Whether FLOW may be of C, by its time. */
static bool may_be_of(const struct connection *c, const struct flow *flow)
{
	return when_not_after(c->began_min, flow->end) &&
	       (c->state == CONNECTION_OPEN || when_not_after(flow->start, c->over));
}

/* Whether somebody answered, which takes a connection; of TCP with a SYN, which a new one takes. */
static bool is_answered(const struct flow *flow)
{
	return flow->protocol == TRANSPORT_TCP ? (flow->destination.tcp_flags & TCP_SYN) != 0
					       : flow->destination.packets > 0;
}

/* Whether C, which may have begun by the end of FLOW, did. The flow may be of packets that conntrack refused, and the
 * connection of later ones. */
static bool began_in_time(const struct translations *table, const struct connection *c,
			  const struct flow *flow)
{
	if (when_not_after(c->there, flow->end))
		return true;
	/* Nobody sent a packet between the two. */
	if (flow->end_reason == FLOW_IDLE_TIMEOUT &&
	    when_since(c->there, flow->end) < table->idle_ns)
		return true;
	return is_answered(flow);
}

/* Whether what follows FLOW begins with a SYN. */
static bool is_closed(const struct flow *flow)
{
	uint8_t either = flow->source.tcp_flags | flow->destination.tcp_flags;
	uint8_t both = flow->source.tcp_flags & flow->destination.tcp_flags;

	return flow->protocol == TRANSPORT_TCP && flow->end_reason == FLOW_END_OF_FLOW &&
	       ((either & TCP_RST) != 0 || (both & TCP_FIN) != 0);
}

/* Whether FLOW, whose tuple somebody else had when it came, began C. */
static bool takes_over(const struct connection *c, const struct flow *flow)
{
	return flow->protocol == TRANSPORT_TCP && flow->initiator == FLOW_BY_SYN &&
	       flow->slice == 0 && is_answered(flow) && when_before(c->previous, flow->start) &&
	       when_since(c->there, flow->start) <= TRANSLATIONS_SYN_NS;
}

/* Whether its time proves that FLOW, which may be of C, is (translations.h). */
static bool is_of(const struct translations *table, const struct connection *c,
		  const struct flow *flow)
{
	bool open = c->state == CONNECTION_OPEN;
	bool goes_on = open && flow->end_reason == FLOW_ACTIVE_TIMEOUT;
	struct when until = open ? table->drained : c->until;
	struct when last = goes_on || is_closed(flow) ? flow->start : flow->end;

	/* A packet that is of no connection may come after an end that was not reported; an answer not. */
	if (c->listed && (flow->source.packets == 0 || flow->destination.packets == 0))
		return false;
	if (!began_in_time(table, c, flow) || !when_not_after(flow->end, until) ||
	    when_since(until, last) < TRANSLATIONS_LAG_NS)
		return false;
	return when_before(c->since, flow->start) || takes_over(c, flow);
}

static struct flow_address address_of(const struct connection *c, enum connection_side side, bool b)
{
	return (struct flow_address){flow_key_ip(&c->keys[side], b),
				     flow_key_port(&c->keys[side], b)};
}

/* Says what the ends of FLOW, whose tuple is that of SIDE of C, were on the other side. REVERSED: its source is
 * the key's endpoint B. */
static void translate(const struct connection *c, enum connection_side side, bool reversed,
		      struct flow_translation *translation)
{
	bool is_original = side == CONNECTION_ORIGINAL;
	enum connection_side other = is_original ? CONNECTION_REPLY : CONNECTION_ORIGINAL;
	/* A tuple's source is the destination of the other. */
	struct flow_address source = address_of(c, other, !c->reversed[other]);
	struct flow_address destination = address_of(c, other, c->reversed[other]);
	bool swapped = reversed != c->reversed[side];

	translation->when = is_original ? FLOW_TRANSLATED_LATER : FLOW_TRANSLATED_EARLIER;
	translation->source = swapped ? destination : source;
	translation->destination = swapped ? source : destination;
}

void translations_find(struct translations *table, struct flow *flow)
{
	const struct translations_tuple tuple = {flow->source.ip, flow->destination.ip,
						 flow->source.port, flow->destination.port};
	unsigned possible = 0, certain = 0;
	struct connections_cursor cursor;
	struct connection *c;
	struct flow_key key;
	bool reversed = key_of(&tuple, flow->protocol, &key), elsewhere = false;

	cursor = connections_search(table->connections, &key);
	while ((c = connections_next(table->connections, &cursor)) != NULL) {
		if (!may_be_of(c, flow))
			continue;
		elsewhere |= c->zone != 0;
		possible += c->zone == 0;
		if (c->zone != 0 || !is_of(table, c, flow))
			continue;
		certain++;
		translate(c, cursor.side, reversed, &flow->translation);
	}
	if (certain == 1 && !elsewhere) {
		table->stats.found++;
		return;
	}
	flow->translation.when = FLOW_TRANSLATED_UNKNOWN;
	table->stats.unsure += possible > 0;
}

struct translations_stats translations_get_stats(const struct translations *table)
{
	return table->stats;
}
