#include "producers/flows/links/link_table.h"

#include <stdlib.h>
#include <string.h>

int link_table_init(struct link_table *table, size_t max)
{
	*table = (struct link_table){.max = max, .drained = {WHEN_MIN, WHEN_MIN}, .stale = true};
	table->entries = calloc(max, sizeof(*table->entries));
	return table->entries != NULL ? 0 : -1;
}

void link_table_clear(struct link_table *table)
{
	free(table->entries);
}

/* The place of INDEX, or where it would be. */
static size_t place_of(const struct link_table *table, unsigned index)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entries[middle].told.index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct link_table *table, size_t place, unsigned index)
{
	return place < table->count && table->entries[place].told.index == index;
}

const struct link_entry *link_table_find(const struct link_table *table, unsigned index)
{
	size_t place = place_of(table, index);

	return is_at(table, place, index) ? &table->entries[place] : NULL;
}

void link_table_uplink(struct link_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->entries[i].told.name, name) == 0)
			table->entries[i].uplink = true;
	}
}

static void remove_at(struct link_table *table, size_t place)
{
	struct link_entry *entry = &table->entries[place];

	table->count--;
	memmove(entry, entry + 1, (table->count - place) * sizeof(*entry));
}

/* When all had been read, on the clock as it is NOW. */
static struct when drained_on(const struct link_table *table, struct link_clock now)
{
	return when_add(now.wall, -when_since(now.steady, table->drained.steady));
}

static struct when since_of(const struct link_table *table, struct link_clock now)
{
	if (when_is_min(table->drained.wall))
		return WHEN_MIN;
	return when_earlier(table->drained.wall, drained_on(table, now));
}

struct when link_table_until(const struct link_table *table, struct link_clock now)
{
	if (when_is_min(table->drained.wall))
		return now.wall;
	return when_later(now.wall, when_add(table->drained.wall,
					     when_since(now.steady, table->drained.steady)));
}

/* The other end went into another namespace. That of a namespace which is going away has a negative number. */
static bool is_moved(const struct link_message *before, const struct link_message *after)
{
	return before->peer_namespace >= 0 && after->peer_namespace >= 0 &&
	       before->peer_namespace != after->peer_namespace;
}

static void put(struct link_table *table, const struct link_message *told, struct link_clock now)
{
	size_t place = place_of(table, told->index);
	struct link_entry *entry = &table->entries[place];

	if (is_at(table, place, told->index) && !is_moved(&entry->told, told)) {
		entry->list = table->list;
		/* Its packets that are still to be read came while it was as before. */
		if (told->peer_namespace != LINK_PEER_GONE)
			entry->told = *told;
		return;
	}
	if (!is_at(table, place, told->index)) {
		if (table->count == table->max) {
			table->refused++;
			return;
		}
		memmove(entry + 1, entry, (table->count - place) * sizeof(*entry));
		table->count++;
	}
	*entry = (struct link_entry){
		.told = *told,
		.birth = ++table->births,
		.since = since_of(table, now),
		.appeared = link_table_until(table, now),
		.list = table->list,
	};
}

void link_table_notice(struct link_table *table, const struct link_message *told,
		       struct link_clock now)
{
	size_t place = place_of(table, told->index);

	if (!told->gone) {
		put(table, told, now);
		return;
	}
	if (is_at(table, place, told->index))
		remove_at(table, place);
	/* A list that is being read may show it, as it was before. */
	if (table->listing)
		table->stale = true;
}

void link_table_lose(struct link_table *table)
{
	table->stale = true;
}

void link_table_drain(struct link_table *table, struct link_clock then)
{
	if (!table->stale && !table->listing)
		table->drained = then;
}

bool link_table_needs_list(const struct link_table *table)
{
	return table->stale && !table->listing;
}

void link_table_list(struct link_table *table)
{
	table->list++;
	table->listing = true;
	table->stale = false;
}

void link_table_listed(struct link_table *table, const struct link_message *told,
		       struct link_clock now)
{
	size_t place = place_of(table, told->index);

	if (told->gone)
		return;
	/* It may be another one, if the notices of both were lost. */
	if (is_at(table, place, told->index)) {
		struct link_entry *entry = &table->entries[place];

		entry->since = when_earlier(entry->since, since_of(table, now));
		entry->appeared = when_later(entry->appeared, link_table_until(table, now));
	}
	put(table, told, now);
}

void link_table_list_end(struct link_table *table, bool whole)
{
	table->listing = false;
	if (!whole)
		table->stale = true;
	for (size_t i = table->count; i > 0 && !table->stale; i--) {
		if (table->entries[i - 1].list != table->list)
			remove_at(table, i - 1);
	}
}
