#include "producers/flows/seen.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "producers/flows/links/pod_link.h"

#define SEE_NS (100 * NS_PER_MS)
#define STEP_NS (10 * NS_PER_MS) /* a clock that is slewed is off by less in SEE_NS */
/* One that is not up yet is not read, and no matter. */
#define READ_NS NS_PER_MS
#define COUNTED_NS (10 * NS_PER_MS)
#define UNREAD_NS (5 * NS_PER_SECOND)

void seen_begin(struct sources *all)
{
	struct link_clock now = {when_now(), when_steady()};

	all->limit = all->seen = WHEN_MIN;
	all->unread_since = WHEN_MAX;
	if (!all->options->whole)
		return;
	/* From now on each interface that appears is known. */
	unfollowed_init(&all->unfollowed);
	all->offset_ns = when_since(now.wall, now.steady);
	links_whole(all->options->links, now.wall);
	links_see(all->options->links, WHEN_MIN);
}

/* ---- What is not read ---- */

void seen_note_missed(const struct sources *all, struct source *source)
{
	uint64_t missed;

	if (!all->options->whole)
		return;
	if (!when_is_min(source->begun.steady))
		links_miss(all->options->links, source->number, source->since, source->begun.wall);
	source->begun.steady = WHEN_MIN;
	if (!source->seen)
		return;
	missed = capture_missed(source->capture);
	if (missed != source->missed)
		links_miss(all->options->links, source->number, all->seen, when_now());
	source->missed = missed;
}

void seen_leave(struct sources *all, const struct source *source)
{
	if (!all->options->whole)
		return;
	unfollowed_leave(&all->unfollowed, source->index, source->birth, all->seen);
	all->limit = when_earlier(all->limit, all->seen);
	all->scan_at = WHEN_MIN;
}

/* What came before an interface was read is nothing, if it has received nothing by now. The kernel counts a packet within
 * microseconds. One that was there at the start is not asked for, as it can hide only what came before; of one that is gone
 * another one may have the name. */
static bool may_be_silent(const struct source *source, struct when now)
{
	return !when_is_min(source->begun.steady) &&
	       when_since(now, source->begun.steady) >= COUNTED_NS && !when_is_min(source->since) &&
	       when_is_max(source->gone_at);
}

struct asked {
	struct sources *all;
	struct when now;
};

static void note_silent(void *with, const char *name)
{
	const struct asked *asked = with;

	for (size_t i = 0; i < asked->all->count; i++) {
		struct source *source = &asked->all->list[i];

		if (may_be_silent(source, asked->now) && strcmp(source->name, name) == 0)
			source->begun.steady = WHEN_MIN;
	}
}

/* Finds of which interfaces nothing came before they were read. Returns true if one is too new for this. */
static bool find_begun(struct sources *all, struct when now)
{
	struct asked asked = {all, now};
	bool new = false, ask = false;

	for (size_t i = 0; i < all->count; i++) {
		const struct source *source = &all->list[i];

		new |= !when_is_min(source->begun.steady) &&
		       when_since(now, source->begun.steady) < COUNTED_NS;
		ask |= may_be_silent(source, now);
	}
	if (ask)
		link_watch_find_silent(note_silent, &asked);
	return new;
}

/* Why the pod's interface ENTRY is not read. */
static const char *reason_of(const struct sources *all, const struct link_entry *entry)
{
	if (entry->told.passed_by)
		return "XDP or BPF may pass its packets by the capture";
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].birth == entry->birth)
			return "nothing tells which of its packets come from the pod";
	}
	return "it is not captured";
}

static void say_unread(const struct sources *all)
{
	const struct unfollowed *unfollowed = &all->unfollowed;
	const struct link_entry *entry =
		link_table_find(link_watch_table(all->watch), unfollowed->list[0].index);

	if (unfollowed->full || entry == NULL)
		log_warn("--links: more pods' interfaces than %d are not read: nothing is said to "
			 "be "
			 "alone on this node meanwhile",
			 UNFOLLOWED_MAX);
	else
		log_warn("interface %s: is a pod's and is not read, for %s: nothing is said to be "
			 "alone on this node while it is there (--links)",
			 entry->told.name, reason_of(all, entry));
}

/* Says once that nothing is alone, and once that it is over. */
static void note_unread(struct sources *all)
{
	struct when now = when_steady();

	if (all->unfollowed.count > 0 || all->unfollowed.full) {
		all->unread_since = when_earlier(all->unread_since, now);
		if (all->unread_said || when_since(now, all->unread_since) < UNREAD_NS)
			return;
		say_unread(all);
		all->stats.links_unread++;
		all->unread_said = true;
		return;
	}
	if (all->unread_said)
		log_info("--links: all pods' interfaces are read again");
	all->unread_said = false;
	all->unread_since = WHEN_MAX;
}

void seen_look(struct sources *all)
{
	uint64_t followed[LIVE_MAX];
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		/* What is left in the ring of one that is gone will be read. */
		if (all->list[i].seen)
			followed[count++] = all->list[i].birth;
	}
	all->limit = unfollowed_look(&all->unfollowed, link_watch_table(all->watch), followed,
				     count, link_watch_until(all->watch), all->options->links);
	note_unread(all);
}

/* ---- Up to when all is read ---- */

/* Of a clock that was set, nothing before counts on either side. */
static void check_clock(struct sources *all, struct link_clock now)
{
	int64_t offset_ns = when_since(now.wall, now.steady);

	if (llabs(offset_ns - all->offset_ns) > STEP_NS)
		links_whole(all->options->links,
			    when_later(now.wall, when_add(now.steady, all->offset_ns)));
	all->offset_ns = offset_ns;
}

/* The ring of an interface that is gone is not asked, and read later (sources_remove_gone()). */
static struct when before_gone(const struct sources *all, struct link_clock now)
{
	struct when earliest = WHEN_MAX;

	for (size_t i = 0; i < all->count; i++)
		earliest = when_earlier(earliest, all->list[i].gone_at);
	if (when_is_max(earliest))
		return earliest;
	return when_add(now.wall, -when_since(now.steady, earliest) - SOURCES_LAST_READS_NS);
}

/* Reads both clocks at one moment. Returns false if something came in between. */
static bool read_clocks(struct link_clock *now)
{
	struct when before = when_steady();

	now->wall = when_now();
	now->steady = when_steady();
	return when_since(now->steady, before) < READ_NS;
}

static void update(struct sources *all, struct when then, bool last)
{
	struct link_clock now;

	if (!all->options->whole || when_before(when_steady(), all->see_at) ||
	    (find_begun(all, when_steady()) && !last) || (!read_clocks(&now) && !last))
		return;
	all->see_at = when_add(now.steady, SEE_NS);
	check_clock(all, now);
	for (size_t i = 0; i < all->count; i++)
		seen_note_missed(all, &all->list[i]);
	all->seen = when_earlier(when_add(then, -SOURCES_LAST_READS_NS), before_gone(all, now));
	all->seen = when_earlier(all->seen, link_watch_table(all->watch)->drained.wall);
	all->seen = when_earlier(all->seen, all->limit);
}

void seen_update(struct sources *all, struct when then)
{
	update(all, then, false);
}

void seen_end(struct sources *all, struct when then)
{
	all->see_at = WHEN_MIN;
	update(all, when_add(then, SOURCES_LAST_READS_NS), true);
}
