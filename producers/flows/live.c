#include "producers/flows/live.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/link_watch.h"
#include "producers/flows/patterns.h"
#include "producers/flows/rings.h"

#define LAST_READS_NS (300 * NS_PER_MS) /* by then the kernel has released a ring's last block */
#define REST_MS 10
#define TURNS 16 /* batches from one interface before the next one is read */

struct source {
	struct capture *capture;
	char name[IF_NAMESIZE];
	unsigned index;      /* the system's number, 0 for "any" */
	uint16_t number;     /* in INTERFACES */
	int64_t ring;        /* bytes */
	bool scanned;        /* seen by the current scan */
	struct when gone_at; /* WHEN_MAX while it exists */
	bool drained;        /* its ring was read after that */
};

struct live {
	const struct live_options *options;
	struct interfaces *interfaces;
	struct live_stats stats; /* without the captures that are open */
	struct rings rings;
	struct patterns patterns;
	int watch;
	struct when scan_at;
	bool stopped;
	struct when end_at; /* then STOPPED ends, if no packet comes before */
	size_t count;
	size_t at; /* the source to read from next */
	unsigned turns;
	struct source sources[LIVE_MAX];
	struct pollfd polled[LIVE_MAX + 2]; /* the sources', then the watch and what wakes */
	unsigned refused[LIVE_MAX];         /* the last indexes that are not tried again */
};

/* ---- Coming and going ---- */

static bool is_refused(const struct live *live, unsigned index)
{
	for (size_t i = 0; i < live->stats.refused && i < LIVE_MAX; i++) {
		if (live->refused[i] == index)
			return true;
	}
	return false;
}

/* A full list forgets its oldest interface, which is then tried and counted again. */
static void refuse(struct live *live, unsigned index)
{
	live->refused[live->stats.refused++ % LIVE_MAX] = index;
}

static void close_ring(struct live *live, const struct source *source)
{
	capture_close(source->capture);
	rings_give(&live->rings, source->ring);
}

/* Opens the capture of SOURCE. Returns -1 and the exit code on failure (logged). */
static int open_ring(struct live *live, const char *name, bool quiet, struct source *source,
		     int *exit_code)
{
	struct capture_options options = live->options->capture;

	source->ring = rings_take(&live->rings);
	if (source->ring == 0) {
		log_error("interface %s: --buffer-total leaves no memory for its ring", name);
		*exit_code = EX_UNAVAILABLE;
		return -1;
	}
	options.buffer_size = (int)source->ring;
	source->capture = capture_open_interface(name, &options, quiet, exit_code);
	if (source->capture != NULL)
		return 0;
	rings_give(&live->rings, source->ring);
	return -1;
}

/* EX_OK, or the exit code if the interface was given by name. */
static int add_source(struct live *live, const char *name, unsigned index, bool quiet)
{
	struct source source = {.index = index, .scanned = true, .gone_at = WHEN_MAX};
	int exit_code;

	if (live->count == LIVE_MAX) {
		log_error("interface %s: %d interfaces are open already", name, LIVE_MAX);
		refuse(live, index);
		return EX_UNAVAILABLE;
	}
	if (open_ring(live, name, quiet, &source, &exit_code) < 0) {
		/* An interface that is not up yet is tried again. */
		if (exit_code != EX_NOINPUT)
			refuse(live, index);
		return exit_code;
	}
	source.number = interfaces_add(live->interfaces, name, index, when_steady());
	if (source.number == INTERFACES_NONE) {
		log_error("interface %s: all %d numbers are in use", name, INTERFACES_MAX);
		close_ring(live, &source);
		refuse(live, index);
		return EX_UNAVAILABLE;
	}
	snprintf(source.name, sizeof(source.name), "%s", name);
	live->sources[live->count] = source;
	live->polled[live->count] =
		(struct pollfd){.fd = capture_fd(source.capture), .events = POLLIN};
	live->count++;
	live->stats.opened++;
	log_info("interface %s: capture started", name);
	return EX_OK;
}

static void remove_source(struct live *live, size_t at)
{
	struct source *source = &live->sources[at];
	struct interface_groups *groups = live->options->groups;

	log_info("interface %s: capture ended", source->name);
	capture_add_stats(source->capture, &live->stats.capture);
	capture_add_stats(source->capture,
			  &groups->gone[interface_groups_find(groups, source->name)]);
	close_ring(live, source);
	interfaces_retire(live->interfaces, source->number, when_steady());
	live->stats.gone++;
	live->count--;
	live->sources[at] = live->sources[live->count];
	live->polled[at] = live->polled[live->count];
}

/* The interfaces that will be opened at the start. */
static size_t count_first(struct live *live)
{
	struct if_nameindex *list = if_nameindex();
	size_t count = live->options->names->count;

	if (list == NULL)
		return count;
	for (const struct if_nameindex *i = list; i->if_name != NULL; i++)
		count += patterns_match(&live->patterns, i->if_name);
	if_freenameindex(list);
	return count;
}

static struct source *find_source(struct live *live, const char *name, unsigned index)
{
	for (size_t i = 0; i < live->count; i++) {
		struct source *source = &live->sources[i];

		if (source->index == index && strcmp(source->name, name) == 0)
			return source;
	}
	return NULL;
}

/* Opens the interfaces that appeared and marks those that disappeared. */
static void scan(struct live *live)
{
	struct if_nameindex *list = if_nameindex();
	struct when now = when_steady();

	live->scan_at = when_add(now, LIVE_RESCAN_MS * NS_PER_MS);
	if (list == NULL) {
		log_warn("cannot list interfaces: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < live->count; i++)
		live->sources[i].scanned = live->sources[i].index == 0;
	for (const struct if_nameindex *i = list; i->if_name != NULL; i++) {
		struct source *source = find_source(live, i->if_name, i->if_index);

		if (source != NULL)
			source->scanned = true;
		else if (patterns_match(&live->patterns, i->if_name) &&
			 !is_refused(live, i->if_index))
			add_source(live, i->if_name, i->if_index, true);
	}
	if_freenameindex(list);
	patterns_say(&live->patterns);
	for (size_t i = 0; i < live->count; i++) {
		if (!live->sources[i].scanned)
			live->sources[i].gone_at = when_earlier(live->sources[i].gone_at, now);
	}
}

/* Marks the rings of interfaces that are gone for one last read, and removes them after
 * that. Returns true if there is a ring to read. */
static bool remove_gone(struct live *live)
{
	struct when now = when_steady();
	bool any = false;

	for (size_t i = live->count; i > 0; i--) {
		struct source *source = &live->sources[i - 1];

		if (when_since(now, source->gone_at) < LAST_READS_NS)
			continue;
		if (source->drained) {
			remove_source(live, i - 1);
			continue;
		}
		source->drained = any = true;
		live->polled[i - 1].revents = POLLIN;
	}
	return any;
}

struct live *live_open(const struct live_options *options, struct interfaces *interfaces,
		       int *exit_code)
{
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL) {
		log_error("out of memory for the capture");
		*exit_code = EX_OSERR;
		return NULL;
	}
	live->options = options;
	live->interfaces = interfaces;
	live->patterns.list = options->patterns;
	live->rings = rings_of(options->buffer_total, options->capture.buffer_size,
			       count_first(live), options->patterns->count > 0);
	live->watch = link_watch_open();
	*exit_code = EX_OK;
	for (size_t i = 0; i < options->names->count && *exit_code == EX_OK; i++) {
		const char *name = options->names->values[i];

		if (find_source(live, name, if_nametoindex(name)) == NULL)
			*exit_code = add_source(live, name, if_nametoindex(name), false);
	}
	if (*exit_code == EX_OK && options->patterns->count > 0)
		*exit_code = capture_check_filter(options->capture.filter);
	if (*exit_code != EX_OK) {
		live_close(live);
		return NULL;
	}
	scan(live);
	return live;
}

void live_close(struct live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; i < live->count; i++)
		capture_close(live->sources[i].capture);
	if (live->watch >= 0)
		close(live->watch);
	free(live);
}

/* ---- Reading ---- */

/* The number of the interface whose index a cooked packet carries. */
static uint16_t number_of(struct live *live, unsigned index)
{
	uint16_t number = interfaces_find(live->interfaces, index);
	char name[IF_NAMESIZE] = "";

	if (number != INTERFACES_NONE)
		return number;
	if_indextoname(index, name); /* no name if it is gone already */
	return interfaces_learn(live->interfaces, name, index, when_steady());
}

/* Sets the packets' interface and drops those without a number, which were counted as packets. */
static size_t set_interfaces(struct live *live, const struct source *source, struct packet *packets,
			     size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		packets[i].interface = capture_has_interface_ids(source->capture)
					       ? number_of(live, packets[i].interface)
					       : source->number;
		if (packets[i].interface != INTERFACES_NONE)
			packets[kept++] = packets[i];
	}
	live->stats.capture.verdicts[PACKET_OK] -= count - kept;
	live->stats.capture.verdicts[PACKET_NO_INTERFACE] += count - kept;
	return kept;
}

/* Reads a batch from the next source that poll() found ready. */
static size_t read_ready(struct live *live, struct packet *packets, size_t max)
{
	for (; live->at < live->count; live->at++, live->turns = 0) {
		struct source *source = &live->sources[live->at];
		size_t count = 0;

		if (live->polled[live->at].revents == 0 ||
		    (live->turns++ == TURNS && !source->drained))
			continue;
		if (capture_read(source->capture, packets, max, &count) == CAPTURE_GONE) {
			live->polled[live->at].fd = -1; /* it would always be ready */
			source->gone_at = when_earlier(source->gone_at, when_steady());
		}
		count = set_interfaces(live, source, packets, count);
		if (count > 0)
			return count;
	}
	return 0;
}

/* live_read() after live_stop(). */
static enum live_status read_rest(struct live *live, int timeout_ms, struct packet *packets,
				  size_t max, size_t *count)
{
	bool empty = true;

	*count = read_ready(live, packets, max);
	if (*count > 0) {
		live->end_at = when_add(when_steady(), LAST_READS_NS);
		return LIVE_PACKETS;
	}
	for (size_t i = 0; i < live->count && empty; i++)
		empty = capture_is_empty(live->sources[i].capture);
	if (empty || when_not_after(live->end_at, when_steady()))
		return LIVE_END;
	poll(live->polled, live->count, timeout_ms < REST_MS ? timeout_ms : REST_MS);
	live->at = 0;
	live->turns = 0;
	for (size_t i = 0; i < live->count; i++)
		live->polled[i].revents = POLLIN;
	return LIVE_QUIET;
}

void live_stop(struct live *live)
{
	for (size_t i = 0; i < live->count; i++)
		capture_stop(live->sources[i].capture);
	live->stopped = true;
	live->end_at = when_add(when_steady(), LAST_READS_NS);
}

enum live_status live_read(struct live *live, int timeout_ms, struct packet *packets, size_t max,
			   size_t *count)
{
	int ready;

	if (live->stopped)
		return read_rest(live, timeout_ms, packets, max, count);
	*count = read_ready(live, packets, max);
	if (*count > 0)
		return LIVE_PACKETS;
	if (remove_gone(live)) {
		live->at = 0;
		*count = read_ready(live, packets, max);
		if (*count > 0)
			return LIVE_PACKETS;
	}
	if (live->count == 0 && live->options->patterns->count == 0)
		return LIVE_END;
	live->polled[live->count] = (struct pollfd){.fd = live->watch, .events = POLLIN};
	live->polled[live->count + 1] = (struct pollfd){live->options->wake_fd, POLLIN, 0};
	ready = poll(live->polled, live->count + 2, timeout_ms);
	if (when_not_after(live->scan_at, when_steady()) ||
	    (live->polled[live->count].revents != 0 && link_watch_read(live->watch)))
		scan(live);
	live->at = 0;
	live->turns = 0;
	if (ready > 0)
		*count = read_ready(live, packets, max);
	return *count > 0 ? LIVE_PACKETS : LIVE_QUIET;
}

struct live_stats live_get_stats(const struct live *live)
{
	struct live_stats stats = live->stats;

	for (size_t i = 0; i < live->count; i++)
		capture_add_stats(live->sources[i].capture, &stats.capture);
	return stats;
}

bool live_get_interface(const struct live *live, size_t at, struct live_interface *interface)
{
	const struct source *source = &live->sources[at];

	if (at >= live->count)
		return false;
	*interface = (struct live_interface){.index = source->index, .ring = source->ring};
	memcpy(interface->name, source->name, sizeof(interface->name));
	capture_add_stats(source->capture, &interface->stats);
	return true;
}
