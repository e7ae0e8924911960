#include "producers/flows/links/unfollowed.h"

#include "producers/flows/links/pod_link.h"

void unfollowed_init(struct unfollowed *all)
{
	*all = (struct unfollowed){.drained = WHEN_MIN};
}

/* What came and went before it was looked at. */
static void tell_unseen(struct unfollowed *all, const struct link_table *table, struct when until,
			struct links *links)
{
	uint64_t found = 0;
	bool whole = !table->stale && !table->listing;

	for (size_t i = 0; i < table->count; i++)
		found += table->entries[i].birth > all->births;
	if (table->births - all->births != found || (all->lost && whole))
		links_gap(links, all->drained, until);
	all->births = table->births;
	all->lost = !whole;
	if (whole)
		all->drained = table->drained.wall;
}

static bool has(const uint64_t *births, size_t count, uint64_t birth)
{
	for (size_t i = 0; i < count; i++) {
		if (births[i] == birth)
			return true;
	}
	return false;
}

static bool is_unread(const struct link_table *table, const struct link_entry *entry,
		      const uint64_t *followed, size_t count)
{
	return pod_link_may_be(table, entry) &&
	       (entry->told.passed_by || !has(followed, count, entry->birth));
}

/* Removes those that are gone, and those that need not be kept. What came before one is followed is told by who follows it,
 * but not what passed by it meanwhile. */
static void sweep(struct unfollowed *all, const struct link_table *table, const uint64_t *followed,
		  size_t count, struct when until, struct links *links)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct unfollowed_link link = all->list[i];
		const struct link_entry *entry = link_table_find(table, link.index);
		bool there = entry != NULL && entry->birth == link.birth;

		if (there && is_unread(table, entry, followed, count)) {
			link.passed_by |= entry->told.passed_by;
			all->list[kept++] = link;
		} else if (!there || link.passed_by || !has(followed, count, link.birth)) {
			links_gap(links, link.since, until);
		}
	}
	all->count = kept;
}

/* Returns false if there is no room. */
static bool put(struct unfollowed *all, unsigned index, uint64_t birth, struct when since,
		bool passed_by)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].birth == birth)
			return true;
	}
	if (all->count == UNFOLLOWED_MAX)
		return false;
	all->list[all->count++] = (struct unfollowed_link){index, birth, since, passed_by};
	return true;
}

void unfollowed_leave(struct unfollowed *all, unsigned index, uint64_t birth, struct when since)
{
	if (!put(all, index, birth, since, false))
		all->full = true;
}

struct when unfollowed_look(struct unfollowed *all, const struct link_table *table,
			    const uint64_t *followed, size_t count, struct when until,
			    struct links *links)
{
	struct when earliest = WHEN_MAX;
	bool was_full = all->full;

	tell_unseen(all, table, until, links);
	sweep(all, table, followed, count, until, links);
	all->full = table->refused > 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct link_entry *entry = &table->entries[i];

		if (is_unread(table, entry, followed, count) &&
		    !put(all, entry->told.index, entry->birth, entry->since, entry->told.passed_by))
			all->full = true;
	}
	if (all->full || was_full)
		links_whole(links, until);
	for (size_t i = 0; i < all->count; i++)
		earliest = when_earlier(earliest, all->list[i].since);
	return all->full ? WHEN_MIN : earliest;
}
