#include "producers/flows/live.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/links/link_message.h"
#include "producers/flows/seen.h"
#include "producers/flows/sources.h"

#define REST_MS 10
#define TURNS 16                  /* batches from one interface before the next one is read */
#define WATCH_NS (20 * NS_PER_MS) /* so often are notices of interfaces read while packets come */

struct live {
	struct sources all;
	bool stopped;
	struct when end_at;  /* then STOPPED ends, if no packet comes before */
	struct when turn_at; /* wall clock, before the interfaces were asked which have packets */
	bool cut;            /* not all of these have been read since */
	size_t at;           /* the source to read from next */
	unsigned turns;
};

struct live *live_open(const struct live_options *options, struct interfaces *interfaces,
		       int *exit_code)
{
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL) {
		log_error("out of memory for the capture");
		*exit_code = EX_OSERR;
		return NULL;
	}
	*exit_code = sources_open(&live->all, options, interfaces);
	live->turn_at = WHEN_MIN;
	if (*exit_code == EX_OK)
		return live;
	live_close(live);
	return NULL;
}

void live_close(struct live *live)
{
	if (live == NULL)
		return;
	sources_close(&live->all);
	free(live);
}

/* ---- Reading ---- */

/* The number of the interface whose index a cooked packet carries. */
static uint16_t number_of(struct live *live, unsigned index)
{
	uint16_t number = interfaces_find(live->all.interfaces, index);
	char name[IF_NAMESIZE] = "";

	if (number != INTERFACES_NONE)
		return number;
	if_indextoname(index, name); /* no name if it is gone already */
	return interfaces_learn(live->all.interfaces, name, index, when_steady());
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
	live->all.stats.capture.verdicts[PACKET_OK] -= count - kept;
	live->all.stats.capture.verdicts[PACKET_NO_INTERFACE] += count - kept;
	return kept;
}

/* Tells LINKS the pod's MAC once a packet has told it. */
static void learn_mac(const struct live *live, struct source *source)
{
	uint8_t bytes[LINKS_MAC_SIZE];
	uint64_t mac = capture_pod_mac(source->capture);

	if (!source->followed || mac == 0 || mac == source->mac)
		return;
	source->mac = mac;
	link_mac_bytes(mac, bytes);
	links_mac(live->all.options->links, source->number, bytes);
}

static void next_source(struct live *live)
{
	live->at++;
	live->turns = 0;
}

/* Reads a batch from the next source that poll() found ready. */
static size_t read_ready(struct live *live, struct packet *packets, size_t max)
{
	while (live->at < live->all.count) {
		struct source *source = &live->all.list[live->at];
		bool cut = live->turns++ == TURNS && !source->drained;
		size_t count = 0;

		if (live->all.polled[live->at].revents == 0 || cut) {
			live->cut |= live->all.polled[live->at].revents != 0;
			next_source(live);
			continue;
		}
		if (capture_read(source->capture, packets, max, &count) == CAPTURE_GONE) {
			live->all.polled[live->at].fd = -1; /* it would always be ready */
			source->gone_at = when_earlier(source->gone_at, when_steady());
		}
		learn_mac(live, source);
		count = set_interfaces(live, source, packets, count);
		if (count > 0)
			return count;
		if (capture_is_read(source->capture))
			next_source(live);
	}
	return 0;
}

/* The sources are asked next. */
static void begin_turn(struct live *live)
{
	live->turn_at = when_now();
	live->cut = false;
}

static void begin_reading(struct live *live)
{
	live->at = 0;
	live->turns = 0;
}

/* live_read() after live_stop(). */
static enum live_status read_rest(struct live *live, int timeout_ms, struct packet *packets,
				  size_t max, size_t *count)
{
	bool empty = true;

	*count = read_ready(live, packets, max);
	if (*count > 0) {
		live->end_at = when_add(when_steady(), SOURCES_LAST_READS_NS);
		return LIVE_PACKETS;
	}
	for (size_t i = 0; i < live->all.count && empty; i++)
		empty = capture_is_empty(live->all.list[i].capture);
	if (empty || when_not_after(live->end_at, when_steady())) {
		seen_end(&live->all, live->turn_at);
		return LIVE_END;
	}
	poll(live->all.polled, live->all.count, timeout_ms < REST_MS ? timeout_ms : REST_MS);
	begin_reading(live);
	for (size_t i = 0; i < live->all.count; i++)
		live->all.polled[i].revents = POLLIN;
	return LIVE_QUIET;
}

void live_stop(struct live *live)
{
	begin_turn(live);
	for (size_t i = 0; i < live->all.count; i++)
		capture_stop(live->all.list[i].capture);
	live->stopped = true;
	live->end_at = when_add(when_steady(), SOURCES_LAST_READS_NS);
}

enum live_status live_read(struct live *live, int timeout_ms, struct packet *packets, size_t max,
			   size_t *count)
{
	int ready;

	if (live->stopped)
		return read_rest(live, timeout_ms, packets, max, count);
	if (live->all.watch != NULL &&
	    when_since(when_steady(), link_watch_at(live->all.watch)) >= WATCH_NS)
		sources_tend(&live->all);
	*count = read_ready(live, packets, max);
	if (*count > 0)
		return LIVE_PACKETS;
	if (!live->cut)
		seen_update(&live->all, live->turn_at);
	if (sources_remove_gone(&live->all)) {
		begin_reading(live);
		*count = read_ready(live, packets, max);
		if (*count > 0)
			return LIVE_PACKETS;
	}
	if (live->all.count == 0 && live->all.options->patterns->count == 0)
		return LIVE_END;
	live->all.polled[live->all.count] =
		(struct pollfd){.fd = live->all.watch != NULL ? link_watch_fd(live->all.watch) : -1,
				.events = POLLIN};
	live->all.polled[live->all.count + 1] =
		(struct pollfd){.fd = live->all.options->wake_fd, .events = POLLIN};
	begin_turn(live);
	ready = poll(live->all.polled, live->all.count + 2, timeout_ms);
	live->cut = ready < 0; /* they were not asked */
	sources_tend(&live->all);
	begin_reading(live);
	if (ready > 0)
		*count = read_ready(live, packets, max);
	return *count > 0 ? LIVE_PACKETS : LIVE_QUIET;
}

struct when live_seen(const struct live *live)
{
	return live->all.seen;
}

struct live_stats live_get_stats(const struct live *live)
{
	struct live_stats stats = live->all.stats;

	stats.refused = live->all.refused.count;
	stats.links_unread_now = live->all.unfollowed.count;
	for (size_t i = 0; i < live->all.count; i++)
		capture_add_stats(live->all.list[i].capture, &stats.capture);
	return stats;
}

bool live_get_interface(const struct live *live, size_t at, struct live_interface *interface)
{
	const struct source *source = &live->all.list[at];

	if (at >= live->all.count)
		return false;
	*interface = (struct live_interface){
		.asked = sources_asked(source), .index = source->index, .ring = source->ring};
	memcpy(interface->name, source->name, sizeof(interface->name));
	capture_add_stats(source->capture, &interface->stats);
	return true;
}
