#include "producers/flows/flow_table.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/transport.h"
#include "producers/flows/aim.h"
#include "producers/flows/closed.h"
#include "producers/flows/copies.h"
#include "producers/flows/due.h"
#include "producers/flows/eviction.h"
#include "producers/flows/flow_entry.h"
#include "producers/flows/flow_index.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/turns.h"
#include "producers/flows/watch.h"
#include "producers/flows/wheel.h"

#define SPARE_BLOCKS 64 /* of the pool: small tables have flows with a wide spread, too */

static_assert(FLOW_TABLE_MAX <= 1u << DUE_NUMBER_BITS, "numbers have room");

struct flow_table {
	struct flow_table_options options;
	struct flow_table_stats stats;
	int64_t shortest_ns; /* see flow_entry_shortest_ns() */
	struct when clock;   /* the latest time, 1970 at the start */
	struct watch watch;
	struct flow_index index;
	struct wheel *wheel; /* holds every entry that is not in DUE */
	struct eviction *eviction;
	struct turns_pool *pool;
	struct l7 *l7; /* NULL if no protocol is wanted */
	struct closed *closed;
	struct copies copies;
	bool forced; /* the flows in DUE have a forced end */
	struct due due;
	struct aim_memory memory;
	struct aim aim;
};

struct flow_table *flow_table_new(const struct flow_table_options *options)
{
	struct flow_table *table = calloc(1, sizeof(*table));
	size_t max = options->max_flows;

	if (table == NULL)
		return NULL;
	table->options = *options;
	table->shortest_ns = flow_entry_shortest_ns(options);
	table->wheel = wheel_new(max);
	table->eviction = eviction_new(max, flow_table_idle_ns(options));
	table->pool = turns_pool_new(max + SPARE_BLOCKS);
	if (options->l7_protocols != 0)
		table->l7 = l7_new(options->l7_protocols, max);
	table->closed = closed_new(max);
	table->copies.mirrored = options->mirrored;
	table->memory = (struct aim_memory){&table->index, table->pool, table->wheel,
					    table->eviction, table->l7};
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

	flow_entry_finish(entry, table->pool, table->l7);
	if (flow_key_protocol(&entry->key) == TRANSPORT_TCP && tcp_closed(&entry->tcp))
		closed_add(table->closed, &entry->key, entry->tag, entry->last, entry->tcp.next);
	wheel_remove(table->wheel, number);
	eviction_remove(table->eviction, number);
	flow_index_remove(&table->index, number, entry->tag);
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
	flow_entry_take(entry, table->pool, table->l7, reason, flow);
	flow->sample = table->options.sample;
}

/* Ends flow NUMBER, or only its slice. False when the slice has nothing to say. */
static bool end_entry(struct flow_table *table, uint32_t number, enum flow_end_reason reason,
		      struct flow *flow)
{
	struct flow_entry *entry = &table->index.entries[number];
	bool news = flow_entry_has_news(entry, table->l7);

	if (news)
		take(table, entry, reason, flow);
	if (reason == FLOW_ACTIVE_TIMEOUT)
		file_entry(table, number);
	else
		free_entry(table, number);
	return news;
}

/* Ends the next flow of those in DUE. */
static bool take_due(struct flow_table *table, struct flow *flow)
{
	struct due *due = &table->due;
	uint32_t number;

	while ((number = due_take(due)) != DUE_NONE) {
		enum flow_end_reason reason = end_of(table, number).reason;

		aim_fetch_ends(&table->memory, due_after(due, 2 * AIM_AHEAD),
			       due_after(due, AIM_AHEAD));
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
	const struct flow_entry *entries = table->index.entries;
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
		watch_restart(&table->watch, now);
		wheel_set(table->wheel, now);
		eviction_reset(table->eviction);
	}
	if (!wheel_moves(table->wheel, now))
		return false;
	while ((number = wheel_take(table->wheel, now)) != WHEEL_NONE) {
		struct when at = end_of(table, number).at;

		if (when_not_after(at, now))
			due_add(&table->due, at, entries[number].sequence, number);
		else
			wheel_file(table->wheel, number, at);
	}
	return take_first_due(table, false, flow);
}

bool flow_table_drain(struct flow_table *table, struct flow *flow)
{
	const struct flow_entry *entries = table->index.entries;
	uint32_t number;

	if (take_due(table, flow))
		return true;
	while ((number = wheel_first(table->wheel)) != WHEEL_NONE) {
		wheel_remove(table->wheel, number);
		due_add(&table->due, entries[number].last, entries[number].sequence, number);
	}
	return take_first_due(table, true, flow);
}

/* Makes room for one flow. A connection that only lingers was closed, whatever ends it now. */
static bool evict(struct flow_table *table, struct flow *flow)
{
	const struct flow_entry *entries = table->index.entries;
	uint32_t number, next;
	bool closed;

	while (number = eviction_first(table->eviction),
	       !entries[number].embryonic &&
		       eviction_is_stale(table->eviction, entries[number].last))
		eviction_file(table->eviction, number, entries[number].last);
	/* The work for a packet comes before the next eviction, so one ahead is enough. */
	next = eviction_after(table->eviction, number);
	aim_fetch_ends(&table->memory, eviction_after(table->eviction, next), next);
	closed = end_of(table, number).reason == FLOW_END_OF_FLOW;
	table->stats.evictions++;
	watch_lose(&table->watch, table->clock);
	return end_entry(table, number, closed ? FLOW_END_OF_FLOW : FLOW_LACK_OF_RESOURCES, flow);
}

/* ---- Packets ---- */

bool flow_table_aim(struct flow_table *table, const struct packet *packets, size_t count)
{
	struct aim *aim = &table->aim;
	struct when last;

	aim_set(aim, packets, count, table->options.seed, &table->index);
	for (size_t i = 0; i < AIM_AHEAD; i++)
		aim_fetch(aim, i, &table->memory);
	last = when_later(aim->last, table->clock);
	return table->due.count > 0 || wheel_moves(table->wheel, last) ||
	       when_before(aim->first, when_add(last, -FLOW_TABLE_STEP_NS));
}

static void begin_flow(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		       const struct packet *packet)
{
	bool watched = watch_is_silence(&table->watch, (uint16_t)packet->interface, packet->time,
					table->options.idle_datagram_ns);

	flow_entry_begin(&table->index.entries[number], &aimed->key, aimed->direction, packet,
			 table->stats.flows++, watched);
	table->index.entries[number].tag = aimed->tag;
}

/* Adds PACKET to flow NUMBER. Returns true if that closed its connection, so that its end comes earlier. */
static bool add_to(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		   const struct packet *packet)
{
	struct flow_entry *entry = &table->index.entries[number];
	bool was_closed = tcp_closed(&entry->tcp), was_embryonic = entry->embryonic;

	table->stats.segments_unsure +=
		flow_entry_count(entry, table->pool, table->l7, aimed->direction, packet);
	if (was_embryonic && !entry->embryonic)
		eviction_file(table->eviction, number, entry->last);
	return !was_closed && tcp_closed(&entry->tcp);
}

static bool add_new(struct flow_table *table, const struct aimed *aimed,
		    const struct packet *packet, struct flow *flow)
{
	bool ended = table->index.count == table->index.size && evict(table, flow);
	uint32_t number = flow_index_add(&table->index, aimed->tag);

	begin_flow(table, number, aimed, packet);
	add_to(table, number, aimed, packet);
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

/* Adds a packet that ends the slice, or begins another connection. END: of the flow. */
static bool add_after(struct flow_table *table, uint32_t number, struct flow_end end,
		      const struct aimed *aimed, const struct packet *packet, struct flow *flow)
{
	struct flow_entry *entry = &table->index.entries[number];
	bool was_embryonic = entry->embryonic;
	bool ended = flow_entry_has_news(entry, table->l7);

	if (ended)
		take(table, entry, end.reason, flow);
	if (end.reason != FLOW_ACTIVE_TIMEOUT) {
		flow_entry_finish(entry, table->pool, table->l7);
		begin_flow(table, number, aimed, packet);
	}
	if (entry->embryonic && !was_embryonic) {
		eviction_remove(table->eviction, number);
		eviction_add(table->eviction, number);
	}
	add_to(table, number, aimed, packet);
	file_entry(table, number);
	return ended;
}

static bool add_known(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		      const struct packet *packet, struct flow *flow)
{
	struct flow_entry *entry = &table->index.entries[number];
	bool reopened = packet->protocol == TRANSPORT_TCP &&
			tcp_begins_another(&entry->tcp, packet, aimed->direction);
	bool closed = tcp_closed(&entry->tcp), ended, over;
	struct flow_end end;

	if (!closed && !reopened &&
	    when_before(packet->time, when_add(entry->start, table->shortest_ns))) {
		if (add_to(table, number, aimed, packet))
			file_entry(table, number);
		return false;
	}
	end = flow_entry_end(entry, &table->options);
	over = when_not_after(end.at, packet->time);
	if (closed && over && !reopened) {
		ended = end_entry(table, number, end.reason, flow);
		return add_absent(table, aimed, packet, flow) || ended;
	}
	if (reopened && (!over || end.reason == FLOW_ACTIVE_TIMEOUT))
		end.reason = FLOW_END_OF_FLOW;
	if (reopened || over)
		return add_after(table, number, end, aimed, packet, flow);
	if (add_to(table, number, aimed, packet))
		file_entry(table, number);
	return false;
}

/* Whether PACKET of flow NUMBER is not counted, because it was counted before. A TCP segment with new
 * bytes need not be compared. */
static bool is_copy(struct flow_table *table, uint32_t number, const struct aimed *aimed,
		    const struct packet *packet)
{
	bool news;

	if (!copies_compares(&table->copies, packet))
		return false;
	news = number != FLOW_INDEX_NONE && packet->protocol == TRANSPORT_TCP &&
	       tcp_is_news(&table->index.entries[number].tcp, packet, aimed->direction);
	return copies_is_one(&table->copies, aimed->hash, aimed->direction, packet, news);
}

bool flow_table_add(struct flow_table *table, const struct packet *packet, size_t at,
		    struct flow *flow)
{
	const struct aimed *aimed = &table->aim.packets[at];
	uint32_t number;

	aim_fetch(&table->aim, at + AIM_AHEAD, &table->memory);
	table->clock = when_later(table->clock, packet->time);
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

struct watch *flow_table_watch(struct flow_table *table)
{
	return &table->watch;
}

void flow_table_stretch(struct flow_table *table, const struct flow_table_options *options,
			int64_t times)
{
	flow_entry_stretch(&table->options, options, times);
}

struct flow_table_stats flow_table_get_stats(const struct flow_table *table)
{
	struct flow_table_stats stats = table->stats;

	stats.active = table->index.count;
	stats.copies = table->copies.stats;
	for (unsigned i = 0; i < TURNS_UNTIMED; i++)
		stats.untimed[i] = turns_pool_untimed(table->pool, (enum turns_untimed)i);
	if (table->l7 != NULL)
		stats.l7 = l7_get_stats(table->l7);
	return stats;
}
