#include "producers/flows/links/link_outlet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/flows/links/link_record.h"
#include "producers/flows/outlet.h"

#define QUEUE_RECORDS 10000
#define QUEUE_BYTES (8 << 20)
/* As often as in a live capture (loop.c). */
#define LOOK_NS (10 * NS_PER_MS)

struct link_outlet {
	const struct link_outlet_options *options;
	struct interfaces *interfaces;
	struct links *links;
	struct outlet *outlet;
	struct link_meter meter;
	struct when latest;  /* of the packets of files */
	struct when look_at; /* then what is due is looked for */
	uint64_t records;
	bool failed; /* the output did; logged */
	struct text text;
	/* Of files: that of the last packet, and those in which the numbers were seen and followed last. */
	uint16_t section, seen[INTERFACES_MAX], followed[INTERFACES_MAX];
	struct link_quick *quick[INTERFACES_MAX]; /* of those that were followed */
	bool partial;                             /* packets may be missing anywhere */
};

/* Files have the name of their host in place of a random number, and start with their first packet (1). */
static int set_meter(struct link_outlet *outlet)
{
	struct link_meter *meter = &outlet->meter;

	meter->cluster = outlet->options->cluster;
	meter->host = interfaces_hostname(outlet->interfaces);
	meter->node = outlet->options->node != NULL ? outlet->options->node : meter->host;
	meter->start = when_now();
	outlet->latest = outlet->look_at = WHEN_MIN;
	if (outlet->options->live)
		return getrandom(&meter->id, sizeof(meter->id), 0) == (ssize_t)sizeof(meter->id)
			       ? 0
			       : -1;
	meter->id = hash_text(HASH_START, meter->host);
	return 0;
}

struct link_outlet *link_outlet_open(const struct link_outlet_options *options,
				     struct interfaces *interfaces, struct links *links)
{
	const struct kafka_queue_limits limits = {QUEUE_RECORDS, QUEUE_BYTES};
	struct link_outlet *outlet = calloc(1, sizeof(*outlet));

	if (outlet != NULL) {
		outlet->options = options;
		outlet->interfaces = interfaces;
		outlet->links = links;
		text_init(&outlet->text, LINK_RECORD_MAX);
	}
	if (outlet == NULL || set_meter(outlet) < 0)
		log_error("%s: out of memory or no random numbers for the interfaces",
			  options->address);
	else
		outlet->outlet =
			outlet_open(options->address, &options->bus, options->live, &limits);
	if (outlet != NULL && outlet->outlet != NULL)
		return outlet;
	free(outlet);
	return NULL;
}

/* ---- Records ---- */

/* The key is tenure-kube's, so that all of a cluster is in one partition. */
static int write_report(struct link_outlet *outlet, const struct link_report *report,
			struct when now)
{
	struct text *text = &outlet->text;
	char uid[LINK_UID_SIZE];

	/* In files a number can be another interface later. */
	if (outlet->options->live && !report->again) {
		link_uid(&outlet->meter, report, uid);
		interfaces_set_uid(outlet->interfaces, report->number, uid);
	}
	text_clear(text);
	link_record_add(text, &outlet->meter, now, report);
	if (text->failed) {
		log_error("%s: out of memory for a record", outlet->options->address);
		return -1;
	}
	outlet->records++;
	return outlet_write(outlet->outlet,
			    &(struct bus_record){.key = outlet->meter.cluster,
						 .key_length = strlen(outlet->meter.cluster),
						 .value = text->data,
						 .value_length = text->length,
						 .partition = BUS_ANY_PARTITION,
						 .timestamp_ms = now.ns / NS_PER_MS},
			    0, 0);
}

static void write_due(struct link_outlet *outlet, struct when now)
{
	struct link_report report;

	while (!outlet->failed && links_next(outlet->links, now, &report))
		outlet->failed = write_report(outlet, &report, now) < 0;
}

/* ---- Packets ---- */

/* A cooked packet has the system's number of its interface, and no name. */
static void appear(struct link_outlet *outlet, const struct packet *packet)
{
	const struct flow_observer *observer =
		interfaces_observer(outlet->interfaces, (uint16_t)packet->interface);
	char name[LINKS_NAME_SIZE];

	if (!packet->cooked) {
		links_appear(outlet->links, (uint16_t)packet->interface, observer->interface_name,
			     0, WHEN_MIN, WHEN_MAX);
		return;
	}
	snprintf(name, sizeof(name), "%s:%" PRIu32, observer->interface_name,
		 observer->interface_id);
	links_appear(outlet->links, (uint16_t)packet->interface, name, observer->interface_id,
		     WHEN_MIN, WHEN_MAX);
}

/* In this section of the files, the number may be another interface than before. */
static void follow(struct link_outlet *outlet, const struct packet *packet)
{
	uint16_t number = (uint16_t)packet->interface;
	struct link_report report;

	if (links_rest_of(outlet->links, number, &report) && !outlet->failed)
		outlet->failed = write_report(outlet, &report, outlet->latest) < 0;
	appear(outlet, packet);
	outlet->quick[number] = links_quick(outlet->links, number);
	outlet->followed[number] = packet->section;
}

static void be_partial(struct link_outlet *outlet)
{
	outlet->partial = true;
	links_whole(outlet->links, WHEN_MAX);
}

/* The first packet of an interface in a section tells from when on no packet is missed. Between two files some may be. A
 * filter leaves some out, a capture that names its interfaces need not have all, and LINUX_SLL does not say which one it
 * was. */
static void find_whole(struct link_outlet *outlet, const struct packet *packet)
{
	outlet->seen[packet->interface] = packet->section;
	if (outlet->partial)
		return;
	if (outlet->options->filtered || !packet->indexed)
		be_partial(outlet);
	else if (outlet->section != packet->section)
		links_whole(outlet->links, when_later(outlet->latest, packet->time));
	outlet->section = packet->section;
}

/* The first packet of its interface in a section, or the first that came into it. */
static void meet(struct link_outlet *outlet, const struct packet *packet)
{
	if (when_is_min(outlet->latest))
		outlet->meter.start = packet->time;
	if (outlet->seen[packet->interface] != packet->section)
		find_whole(outlet, packet);
	outlet->latest = when_later(outlet->latest, packet->time);
	if (packet->incoming)
		follow(outlet, packet);
}

/* A packet at which more is to be done than that times go on: rare, so link_outlet_add() keeps no registers for it. */
__attribute__((noinline)) static void add(struct link_outlet *outlet, const struct packet *packet,
					  bool known)
{
	if (!known)
		meet(outlet, packet);
	if (packet->incoming)
		links_packet(outlet->links, (uint16_t)packet->interface, &packet->source,
			     packet->time);
	outlet->latest = when_later(outlet->latest, packet->time);
	if (when_before(outlet->latest, outlet->look_at))
		return;
	write_due(outlet, outlet->latest);
	outlet->look_at = when_add(outlet->latest, LOOK_NS);
}

void link_outlet_add(struct link_outlet *outlet, const struct packet *packets, size_t count)
{
	struct when latest = outlet->latest, look_at = outlet->look_at;

	/* Packets of further interfaces have no number. */
	if (!outlet->partial && interfaces_full(outlet->interfaces))
		be_partial(outlet);
	for (const struct packet *packet = packets; packet < packets + count; packet++) {
		uint32_t number = packet->interface;
		bool known = packet->section ==
			     (packet->incoming ? outlet->followed[number] : outlet->seen[number]);

		if (known && when_before(packet->time, look_at) &&
		    (!packet->incoming ||
		     links_quick_packet(outlet->quick[number], &packet->source, packet->time))) {
			latest = when_later(latest, packet->time);
			continue;
		}
		outlet->latest = latest;
		add(outlet, packet, known);
		latest = outlet->latest;
		look_at = outlet->look_at;
	}
	outlet->latest = latest;
}

void link_outlet_tend(struct link_outlet *outlet, struct when now, struct when seen)
{
	uint64_t before = outlet->records;

	if (!outlet->options->live || outlet->failed)
		return;
	if (!when_is_min(seen))
		links_see(outlet->links, seen);
	write_due(outlet, now);
	if (outlet->records > before && !outlet->failed)
		outlet->failed = outlet_flush(outlet->outlet) < 0;
	if (!outlet->failed)
		outlet->failed = outlet_tend(outlet->outlet, NULL) < 0;
}

/* ---- The end ---- */

void link_outlet_finish(struct link_outlet *outlet, struct when now, struct when seen,
			struct when deadline)
{
	struct link_report report;

	if (!outlet->options->live)
		now = outlet->latest;
	if (!when_is_min(seen))
		links_see(outlet->links, seen);
	outlet_stop(outlet->outlet, deadline);
	write_due(outlet, now);
	while (!outlet->failed && links_rest(outlet->links, &report))
		outlet->failed = write_report(outlet, &report, now) < 0;
	if (!outlet->options->live && links_get_stats(outlet->links).followed == 0)
		log_warn("%s: nothing is known of interfaces: no packet of the files says that it "
			 "came from the other end of its interface; LINUX_SLL2 says it, and "
			 "pcapng with the direction of each packet",
			 outlet->options->address);
}

int link_outlet_settle(struct link_outlet *outlet, struct when deadline)
{
	outlet_stop(outlet->outlet, deadline);
	if (outlet_settle(outlet->outlet) < 0)
		outlet->failed = true;
	return outlet->failed ? -1 : 0;
}

struct link_outlet_stats link_outlet_get_stats(const struct link_outlet *outlet)
{
	struct outlet_stats out = outlet_get_stats(outlet->outlet);

	return (struct link_outlet_stats){
		.links = links_get_stats(outlet->links),
		.records = outlet->records,
		.has_queue = outlet_has_queue(outlet->outlet),
		.dropped = out.dropped.records,
		.queue = out.queue,
	};
}

int link_outlet_close(struct link_outlet *outlet)
{
	int rc;

	if (outlet == NULL)
		return 0;
	rc = outlet_close(outlet->outlet);
	text_free(&outlet->text);
	free(outlet);
	return rc;
}
