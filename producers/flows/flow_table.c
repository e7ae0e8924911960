#include "producers/flows/flow_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/closed.h"
#include "producers/flows/due.h"
#include "producers/flows/eviction.h"
#include "producers/flows/flow_entry.h"
#include "producers/flows/flow_index.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/repeats.h"
#include "producers/flows/turns.h"
#include "producers/flows/wheel.h"

struct aimed {
	struct flow_key key;
	uint64_t hash;
	uint32_t tag; /* its low half */
	unsigned direction;
};

struct flow_table {
	struct flow_table_options options;
	struct flow_table_stats stats;
	struct when clock;     /* the latest time, 1970 at the start */
	struct when unwatched; /* a flow that had packets until then may have been forgotten */
	struct when first_packet[INTERFACES_MAX]; /* of each interface; 1970 for none yet */
	struct flow_index index;
	struct wheel *wheel; /* holds every entry that is not in DUE */
	struct eviction *eviction;
	struct turns_pool *pool;
	struct l7 *l7; /* NULL if no protocol is wanted */
	struct closed *closed;
	struct repeats repeats;
	bool forced; /* the flows in DUE have a forced end */
	struct due due;
	struct aimed aimed[FLOW_TABLE_BATCH];
};

struct flow_table *flow_table_new(const struct flow_table_options *options)
{
	struct flow_table *table = calloc(1, sizeof(*table));
	size_t max = options->max_flows;

	if (table == NULL)
		return NULL;
	table->options = *options;
	table->wheel = wheel_new(max);
	table->eviction = eviction_new(max, flow_table_idle_ns(options));
	table->pool = turns_pool_new(max);
	if (options->l7_protocols != 0)
		table->l7 = l7_new(options->l7_protocols, max);
	table->closed = closed_new(max);
	table->due.flows = malloc(max * sizeof(*table->due.flows));
	if (flow_index_init(&table->index, max) == 0 && table->wheel != NULL &&
	    table->eviction != NULL && table->pool != NULL &&
	    (table->l7 != NULL || options->l7_protocols == 0) && table->closed != NULL &&
	    table->due.flows != NULL)
		return table;
	flow_table_free(table);
	return NULL;
}

void flow_table_free(struct flow_table *table)
{
	if (table == NULL)
		return;
	free(table->due.flows);
	closed_free(table->closed);
	turns_pool_free(table->pool);
	l7_free(table->l7);
	eviction_free(table->eviction);
	wheel_free(table->wheel);
	flow_index_clear(&table->index);
	free(table);
}

static void free_entry(struct flow_table *table, uint32_t number)
{
	struct flow_entry *entry = &table->index.entries[number];
	uint32_t tag = (uint32_t)flow_key_hash(&entry->key, table->options.seed);

	flow_entry_finish(entry, table->pool, table->l7);
	if (flow_key_protocol(&entry->key) == TRANSPORT_TCP && tcp_closed(&entry->tcp))
		closed_add(table->closed, &entry->key, tag, entry->last, entry->tcp.next);
	wheel_remove(table->wheel, number);
	eviction_remove(table->eviction, number);
	flow_index_remove(&table->index, number, tag);
}

static struct flow_end end_of(const struct flow_table *table, uint32_t number)
{
	return flow_entry_end(&table->index.entries[number], &table->options);
}

static void file_entry(struct flow_table *table, uint32_t number)
{
	wheel_remove(table->wheel, number);
	wheel_file(table->wheel, number, end_of(table, number).at);
}

/* Moves the slice of ENTRY to *FLOW. */
static void take(struct flow_table *table, struct flow_entry *entry, enum flow_end_reason reason,
		 struct flow *flow)
{
	table->stats.segments_unsure += tcp_unsure(&entry->tcp);
	flow_entry_take(entry, table->pool, table->l7, reason, flow);
	flow->sample = table->options.sample;
}

/* Ends flow NUMBER, or only its slice. False when the slice had no packets. */
static bool end_entry(struct flow_table *table, uint32_t number, enum flow_end_reason reason,
		      struct flow *flow)
{
	struct flow_entry *entry = &table->index.entries[number];
	bool used = flow_entry_used(entry);

	if (used)
		take(table, entry, reason, flow);
	if (reason == FLOW_ACTIVE_TIMEOUT)
		file_entry(table, number);
	else
		free_entry(table, number);
	return used;
}

static void add_due(struct flow_table *table, uint32_t number, struct when at)
{
	due_add(&table->due, (struct due_flow){at, table->index.entries[number].sequence, number});
}

/* Ends the next flow of those in DUE. */
static bool take_due(struct flow_table *table, struct flow *flow)
{
	uint32_t number, later;

	while ((number = due_take(&table->due, &later)) != DUE_NONE) {
		enum flow_end_reason reason = end_of(table, number).reason;

		flow_index_prefetch(&table->index, later);
		/* A connection that only lingers was closed, whatever ends it now. */
		if (table->forced && reason != FLOW_END_OF_FLOW)
			reason = FLOW_FORCED_END;
		if (end_entry(table, number, reason, flow))
			return true;
	}
	return false;
}

/* Ends the flows in DUE in their order (1). */
static bool take_first_due(struct flow_table *table, bool forced, struct flow *flow)
{
	table->forced = forced;
	due_sort(&table->due);
	return take_due(table, flow);
}

bool flow_table_expire(struct flow_table *table, struct when now, struct flow *flow)
{
	uint32_t number;

	if (table->due.count > 0 && take_due(table, flow))
		return true;
	if (when_before(table->clock, now)) {
		table->clock = now;
	} else if (when_before(now, when_add(table->clock, -FLOW_TABLE_STEP_NS))) {
		if (flow_table_drain(table, flow))
			return true;
		table->stats.clock_steps++;
		table->clock = now;
		table->unwatched = now;
		memset(table->first_packet, 0, sizeof(table->first_packet));
		wheel_set(table->wheel, now);
		eviction_reset(table->eviction);
	}
	if (!wheel_moves(table->wheel, now))
		return false;
	while ((number = wheel_take(table->wheel, now)) != WHEEL_NONE) {
		struct when at = end_of(table, number).at;

		if (when_not_after(at, now))
			add_due(table, number, at);
		else
			wheel_file(table->wheel, number, at);
	}
	return take_first_due(table, false, flow);
}

bool flow_table_drain(struct flow_table *table, struct flow *flow)
{
	uint32_t number;

	if (take_due(table, flow))
		return true;
	while ((number = wheel_first(table->wheel)) != WHEEL_NONE) {
		wheel_remove(table->wheel, number);
		add_due(table, number, table->index.entries[number].last);
	}
	return take_first_due(table, true, flow);
}

/* Makes room for one flow. A connection that only lingers was closed, whatever ends it now. */
static bool evict(struct flow_table *table, struct flow *flow)
{
	const struct flow_entry *entries = table->index.entries;
	uint32_t number;
	bool closed;

	while (number = eviction_first(table->eviction),
	       !entries[number].embryonic &&
		       eviction_is_stale(table->eviction, entries[number].last))
		eviction_file(table->eviction, number, entries[number].last);
	closed = end_of(table, number).reason == FLOW_END_OF_FLOW;
	table->stats.evictions++;
	table->unwatched = table->clock;
	return end_entry(table, number, closed ? FLOW_END_OF_FLOW : FLOW_LACK_OF_RESOURCES, flow);
}

/* ---- Packets ---- */

void flow_table_aim(struct flow_table *table, const struct packet *packets, size_t count)
{
	const struct flow_index *index = &table->index;

	for (size_t i = 0; i < count; i++) {
		struct aimed *aimed = &table->aimed[i];

		aimed->direction = flow_key_from_packet(&packets[i], &aimed->key);
		aimed->hash = flow_key_hash(&aimed->key, table->options.seed);
		aimed->tag = (uint32_t)aimed->hash;
		__builtin_prefetch(&index->slots[aimed->tag & index->mask]);
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t number = index->slots[table->aimed[i].tag & index->mask].number;

		if (number != 0)
			flow_index_prefetch(index, number - 1);
	}
}

static void begin_flow(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		       const struct packet *packet)
{
	struct when *since = &table->first_packet[packet->interface];
	bool watched;

	if (since->ns == 0)
		*since = packet->time;
	watched = when_since(packet->time, when_later(*since, table->unwatched)) >=
		  table->options.idle_datagram_ns;
	flow_entry_begin(&table->index.entries[number], &aimed->key, aimed->direction, packet,
			 table->stats.flows++, watched);
}

static bool add_new(struct flow_table *table, const struct aimed *aimed,
		    const struct packet *packet, struct flow *flow)
{
	bool ended = table->index.count == table->index.size && evict(table, flow);
	uint32_t number = flow_index_add(&table->index, aimed->tag);

	begin_flow(table, number, aimed, packet);
	flow_entry_count(&table->index.entries[number], table->pool, table->l7, aimed->direction,
			 packet);
	file_entry(table, number);
	eviction_add(table->eviction, number);
	return ended;
}

/* Adds a packet that is in no flow: it begins one unless it is late. */
static bool add_absent(struct flow_table *table, const struct aimed *aimed,
		       const struct packet *packet, struct flow *flow)
{
	if (!closed_is_late(table->closed, &aimed->key, aimed->tag, packet, aimed->direction))
		return add_new(table, aimed, packet, flow);
	table->stats.late_segments++;
	return false;
}

static bool add_known(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		      const struct packet *packet, struct flow *flow)
{
	struct flow_entry *entry = &table->index.entries[number];
	struct flow_end end = flow_entry_end(entry, &table->options);
	bool was_closed = tcp_closed(&entry->tcp), was_embryonic = entry->embryonic;
	bool ended = false;
	bool over = when_not_after(end.at, packet->time);
	bool reopened = packet->protocol == TRANSPORT_TCP &&
			tcp_begins_another(&entry->tcp, packet, aimed->direction);

	if (was_closed && over && !reopened) {
		ended = end_entry(table, number, end.reason, flow);
		return add_absent(table, aimed, packet, flow) || ended;
	}
	if (reopened && (!over || end.reason == FLOW_ACTIVE_TIMEOUT))
		end.reason = FLOW_END_OF_FLOW;
	if (reopened || over) {
		ended = flow_entry_used(entry);
		if (ended)
			take(table, entry, end.reason, flow);
		if (end.reason != FLOW_ACTIVE_TIMEOUT) {
			flow_entry_finish(entry, table->pool, table->l7);
			begin_flow(table, number, aimed, packet);
		}
	}
	flow_entry_count(entry, table->pool, table->l7, aimed->direction, packet);
	if (entry->embryonic && !was_embryonic) {
		eviction_remove(table->eviction, number);
		eviction_add(table->eviction, number);
	} else if (was_embryonic && !entry->embryonic) {
		eviction_file(table->eviction, number, entry->last);
	}
	/* Only these can make the end come earlier. */
	if (reopened || over || (!was_closed && tcp_closed(&entry->tcp)))
		file_entry(table, number);
	return ended;
}

/* A TCP segment with new bytes need not be compared. */
static enum repeats_verdict compare(struct flow_table *table, uint32_t number,
				    const struct aimed *aimed, const struct packet *packet)
{
	uint64_t hash = repeats_hash(aimed->hash, aimed->direction, packet);
	enum repeats_verdict verdict = REPEATS_FIRST;

	if (number != FLOW_INDEX_NONE &&
	    !(packet->protocol == TRANSPORT_TCP &&
	      tcp_is_news(&table->index.entries[number].tcp, packet, aimed->direction)))
		verdict = repeats_find(&table->repeats, hash, packet);
	if (verdict != REPEATS_COPY)
		repeats_add(&table->repeats, hash, packet);
	return verdict;
}

/* Whether PACKET is not counted, because it was counted before. */
static bool is_copy(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		    const struct packet *packet)
{
	struct flow_table_stats *stats = &table->stats;
	enum repeats_verdict verdict;

	if (packet->cooked || table->options.mirrored) {
		verdict = compare(table, number, aimed, packet);
		stats->repeats_unsure += verdict == REPEATS_UNSURE;
		stats->repeated += verdict == REPEATS_COPY;
		return verdict == REPEATS_COPY;
	}
	if (stats->compared < FLOW_TABLE_COMPARED) {
		stats->compared++;
		stats->copies_counted += compare(table, number, aimed, packet) == REPEATS_COPY;
	}
	return false;
}

bool flow_table_add(struct flow_table *table, const struct packet *packet, size_t at,
		    struct flow *flow)
{
	const struct aimed *aimed = &table->aimed[at];
	uint32_t number;

	if (table->options.sample > 1 && !flow_key_is_sampled(&aimed->key, table->options.sample)) {
		table->stats.unsampled++;
		return false;
	}
	number = flow_index_find(&table->index, &aimed->key, aimed->tag);

	if (is_copy(table, number, aimed, packet))
		return false;
	if (number == FLOW_INDEX_NONE)
		return add_absent(table, aimed, packet, flow);
	return add_known(table, number, aimed, packet, flow);
}

void flow_table_stretch(struct flow_table *table, const struct flow_table_options *options,
			int64_t times)
{
	table->options.idle_stream_ns = times * options->idle_stream_ns;
	table->options.idle_datagram_ns = times * options->idle_datagram_ns;
	table->options.active_ns = times * options->active_ns;
	table->options.linger_ns = times * options->linger_ns;
}

size_t flow_table_count(const struct flow_table *table)
{
	return table->index.count;
}

struct flow_table_stats flow_table_get_stats(const struct flow_table *table)
{
	struct flow_table_stats stats = table->stats;

	for (unsigned i = 0; i < TURNS_UNTIMED; i++)
		stats.untimed[i] = turns_pool_untimed(table->pool, (enum turns_untimed)i);
	if (table->l7 != NULL)
		stats.l7 = l7_get_stats(table->l7);
	return stats;
}
