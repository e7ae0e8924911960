#include "producers/flows/sources.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/capture_filter.h"
#include "producers/flows/links/pod_link.h"
#include "producers/flows/seen.h"

static void close_ring(struct sources *all, const struct source *source)
{
	capture_close(source->capture);
	rings_give(&all->rings, source->ring);
}

/* Opens the capture of SOURCE. Returns -1 and the exit code on failure (logged). */
static int open_ring(struct sources *all, const char *name, bool quiet, struct source *source,
		     int *exit_code)
{
	struct capture_options options = all->options->capture;

	source->ring = rings_take(&all->rings);
	if (source->ring == 0) {
		log_error("interface %s: --buffer-total leaves no memory for its ring", name);
		*exit_code = EX_UNAVAILABLE;
		return -1;
	}
	options.buffer_size = (int)source->ring;
	source->capture = capture_open_interface(name, &options, quiet, exit_code);
	if (source->capture != NULL)
		return 0;
	rings_give(&all->rings, source->ring);
	return -1;
}

/* Opens the capture of NAME, of which the kernel said ENTRY; NULL: nothing, as of "any". Returns EX_OK or the exit code. */
static int open_source(struct sources *all, const char *name, const struct link_entry *entry,
		       bool quiet, struct source *source)
{
	int exit_code;

	*source = (struct source){.scanned = true,
				  .begun = {WHEN_MIN, WHEN_MIN},
				  .until = WHEN_MAX,
				  .gone_at = WHEN_MAX};
	if (entry != NULL) {
		source->index = entry->told.index;
		source->birth = entry->birth;
	}
	if (open_ring(all, name, quiet, source, &exit_code) < 0)
		return exit_code;
	if (entry == NULL || capture_index(source->capture) == source->index) {
		source->number =
			interfaces_add(all->interfaces, name, source->index, when_steady());
		if (source->number != INTERFACES_NONE)
			return EX_OK;
		log_error("interface %s: all %d numbers are in use", name, INTERFACES_MAX);
		exit_code = EX_UNAVAILABLE;
	} else {
		/* Another one has its name by now, of which a notice comes. */
		if (!quiet)
			log_error("interface %s: was replaced while its capture was opened", name);
		exit_code = EX_NOINPUT;
	}
	close_ring(all, source);
	return exit_code;
}

/* As open_source(), and reads from it then. */
static int add_source(struct sources *all, const char *name, const struct link_entry *entry,
		      bool quiet)
{
	int exit_code = EX_UNAVAILABLE;
	struct source *source = &all->list[all->count];

	if (all->count == LIVE_MAX)
		log_error("interface %s: %d interfaces are open already", name, LIVE_MAX);
	else
		exit_code = open_source(all, name, entry, quiet, source);
	/* An interface that is not up yet is tried again. */
	if (exit_code != EX_OK && exit_code != EX_NOINPUT)
		refused_add(&all->refused, entry != NULL ? entry->birth : UINT64_MAX);
	if (exit_code != EX_OK)
		return exit_code;
	snprintf(source->name, sizeof(source->name), "%s", name);
	all->polled[all->count] =
		(struct pollfd){.fd = capture_fd(source->capture), .events = POLLIN};
	all->count++;
	all->stats.opened++;
	log_info("interface %s: capture started", name);
	return EX_OK;
}

const char *sources_asked(const struct source *source)
{
	return source->asked != NULL ? source->asked : source->name;
}

static void remove_source(struct sources *all, size_t at)
{
	struct source *source = &all->list[at];
	struct interface_groups *groups = all->options->groups;

	log_info("interface %s: capture ended", source->name);
	seen_note_missed(all, source);
	if (source->followed)
		links_end(all->options->links, source->number, source->until);
	if (source->seen && when_is_max(source->until))
		seen_leave(all, source);
	capture_add_stats(source->capture, &all->stats.capture);
	capture_add_stats(source->capture,
			  &groups->gone[interface_groups_find(groups, sources_asked(source))]);
	close_ring(all, source);
	interfaces_retire(all->interfaces, source->number, when_steady());
	all->stats.gone++;
	all->count--;
	all->list[at] = all->list[all->count];
	all->polled[at] = all->polled[all->count];
}

/* The interfaces that will be opened at the start. */
static size_t count_first(struct sources *all)
{
	size_t count = all->options->names->count;

	for (size_t i = 0; all->watch != NULL && i < link_watch_table(all->watch)->count; i++)
		count += patterns_match(&all->patterns,
					link_watch_table(all->watch)->entries[i].told.name);
	return count;
}

/* Whether NAME, of which the kernel said ENTRY or nothing, is read already. */
static bool has_source(const struct sources *all, const char *name, const struct link_entry *entry)
{
	uint64_t birth = entry != NULL ? entry->birth : 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].birth == birth && strcmp(all->list[i].name, name) == 0)
			return true;
	}
	return false;
}

static const struct link_entry *find_entry(const struct sources *all, const char *name)
{
	const struct link_table *table = all->watch != NULL ? link_watch_table(all->watch) : NULL;

	for (size_t i = 0; table != NULL && i < table->count; i++) {
		if (strcmp(table->entries[i].told.name, name) == 0)
			return &table->entries[i];
	}
	return NULL;
}

/* The one that the user calls NAME, which may be an alternative name of it. */
static const struct link_entry *find_asked(const struct sources *all, const char *name)
{
	const struct link_entry *entry = find_entry(all, name);
	unsigned index = entry == NULL ? if_nametoindex(name) : 0;

	return index == 0 || all->watch == NULL
		       ? entry
		       : link_table_find(link_watch_table(all->watch), index);
}

/* Tells LINKS of SOURCE, which is ENTRY, and its capture which packets come from a pod. */
static void follow(const struct sources *all, struct source *source, const struct link_entry *entry)
{
	struct direction macs;

	if (all->options->links == NULL)
		return;
	macs = pod_link_macs(link_watch_table(all->watch), entry);
	if (macs.own != 0 && !source->followed) {
		source->followed = true;
		links_appear(all->options->links, source->number, source->name, source->index,
			     entry->since, entry->appeared);
		capture_follow(source->capture, all->options->links, source->number);
	}
	capture_set_macs(source->capture, macs.own, macs.bridge, macs.bridged);
	/* What came before is read as of the node, or was not captured. */
	if (macs.own != 0 && !source->seen) {
		source->begun = (struct link_clock){when_now(), when_steady()};
		source->since = entry->since;
	}
	source->seen = macs.own != 0;
}

/* Looks at SOURCE again. */
static void check_source(const struct sources *all, struct source *source)
{
	const struct link_entry *entry =
		link_table_find(link_watch_table(all->watch), source->index);
	bool there = entry != NULL && entry->birth == source->birth;

	source->scanned =
		source->index == 0 || (there && strcmp(entry->told.name, source->name) == 0);
	if (source->index != 0 && !there)
		source->until = when_earlier(source->until, link_watch_until(all->watch));
	if (!source->scanned) {
		source->gone_at = when_earlier(source->gone_at, when_steady());
		/* What comes under another name is that one's. */
		if (there) {
			capture_set_macs(source->capture, 0, 0, false);
			source->seen = false;
		}
	} else if (entry != NULL) {
		follow(all, source, entry);
	}
}

/* Opens the interfaces that appeared and marks those that disappeared. */
static void scan(struct sources *all)
{
	const struct link_table *table = link_watch_table(all->watch);

	all->scan_at = when_add(when_steady(), LIVE_RESCAN_MS * NS_PER_MS);
	for (size_t i = 0; i < all->count; i++)
		check_source(all, &all->list[i]);
	for (size_t i = 0; i < table->count; i++) {
		const struct link_entry *entry = &table->entries[i];
		const char *name = entry->told.name;

		if (patterns_match(&all->patterns, name) && !has_source(all, name, entry) &&
		    !refused_has(&all->refused, entry->birth) &&
		    add_source(all, name, entry, true) == EX_OK)
			follow(all, &all->list[all->count - 1], entry);
	}
	patterns_say(&all->patterns);
	if (all->options->whole)
		seen_look(all);
}

void sources_tend(struct sources *all)
{
	if (all->watch != NULL &&
	    (link_watch_read(all->watch) || when_not_after(all->scan_at, when_steady())))
		scan(all);
}

bool sources_remove_gone(struct sources *all)
{
	struct when now = when_steady();
	bool any = false;

	for (size_t i = all->count; i > 0; i--) {
		struct source *source = &all->list[i - 1];

		if (when_since(now, source->gone_at) < SOURCES_LAST_READS_NS)
			continue;
		if (source->drained) {
			remove_source(all, i - 1);
			continue;
		}
		source->drained = any = true;
		all->polled[i - 1].revents = POLLIN;
	}
	return any;
}

/* ---- Opening ---- */

int sources_open(struct sources *all, const struct live_options *options,
		 struct interfaces *interfaces)
{
	int exit_code = EX_OK;

	all->options = options;
	all->interfaces = interfaces;
	all->patterns.list = options->patterns;
	all->watch = link_watch_open();
	/* Interfaces that are given by name can be read without it. */
	if (all->watch == NULL && (options->patterns->count > 0 || options->links != NULL))
		return EX_OSERR;
	seen_begin(all);
	all->rings = rings_of(options->buffer_total, options->capture.buffer_size, count_first(all),
			      options->patterns->count > 0);
	for (size_t i = 0; i < options->names->count && exit_code == EX_OK; i++) {
		const char *name = options->names->values[i];
		const struct link_entry *entry = find_asked(all, name);

		name = entry != NULL ? entry->told.name : name;
		if (has_source(all, name, entry))
			continue;
		exit_code = add_source(all, name, entry, false);
		if (exit_code == EX_OK)
			all->list[all->count - 1].asked = options->names->values[i];
	}
	if (exit_code == EX_OK && options->patterns->count > 0)
		exit_code = capture_check_filter(options->capture.filter);
	if (exit_code == EX_OK && all->watch != NULL)
		scan(all);
	return exit_code;
}

void sources_close(struct sources *all)
{
	for (size_t i = 0; i < all->count; i++)
		capture_close(all->list[i].capture);
	link_watch_close(all->watch);
}
