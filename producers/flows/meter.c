#include "producers/flows/meter.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include "common/base/text.h"
#include "common/program/log.h"

struct meter {
	struct flow_table *table;
	struct fragments *fragments;
	struct paths *paths;
	struct when clock; /* flows that were over by then have ended */
	const struct interfaces *interfaces;
	uint64_t reuses;                   /* of their numbers, which are known */
	struct translations *translations; /* or NULL */
	struct outlet *outlet;
	struct flow_table_options options;
	bool held;
	uint64_t records[FLOW_END_REASONS];
	struct text text;
	struct flow flow; /* the one being written */
};

struct meter *meter_new(const struct flow_table_options *options, bool ignore_vlan,
			const struct interfaces *interfaces, struct translations *translations,
			struct outlet *outlet)
{
	struct meter *meter = calloc(1, sizeof(*meter));
	struct flow_table_options seeded = *options;

	if (meter == NULL ||
	    getrandom(seeded.seed, sizeof(seeded.seed), 0) != (ssize_t)sizeof(seeded.seed))
		goto out;
	meter->interfaces = interfaces;
	meter->translations = translations;
	meter->outlet = outlet;
	meter->options = *options;
	text_init(&meter->text, FLOW_RECORD_MAX);
	meter->table = flow_table_new(&seeded);
	meter->fragments = fragments_new(seeded.seed, FRAGMENTS_MAX);
	meter->paths = paths_new(seeded.seed, PATHS_MAX, flow_table_rest_ns(options), ignore_vlan);
	if (meter->table != NULL && meter->fragments != NULL && meter->paths != NULL)
		return meter;
out:
	log_error("out of memory or no random numbers for %zu flows", options->max_flows);
	meter_free(meter);
	return NULL;
}

void meter_free(struct meter *meter)
{
	if (meter == NULL)
		return;
	paths_free(meter->paths);
	fragments_free(meter->fragments);
	flow_table_free(meter->table);
	text_free(&meter->text);
	free(meter);
}

/* Packets in a VLAN or a tunnel may be of another space of addresses than conntrack's. */
static void find_translation(struct meter *meter, struct flow *flow)
{
	flow->translation.when = FLOW_TRANSLATED_UNKNOWN;
	if (meter->translations != NULL && flow->encapsulation == NULL && !flow->wrapped &&
	    flow_has_ports(flow->protocol))
		translations_find(meter->translations, flow);
}

static int write_flow(struct meter *meter)
{
	struct flow *flow = &meter->flow;
	uint16_t interface = paths_interface(meter->paths, flow->path);
	struct bus_record record = {.partition = BUS_ANY_PARTITION};

	text_clear(&meter->text);
	flow->encapsulation = paths_encapsulation(meter->paths, flow->path);
	find_translation(meter, flow);
	flow_format(flow, interfaces_observer(meter->interfaces, interface), &meter->text);
	if (meter->text.failed) {
		log_error("out of memory for a flow record");
		return -1;
	}
	record.key = flow->community_id;
	record.key_length = FLOW_COMMUNITY_ID_SIZE - 1;
	record.value = meter->text.data;
	record.value_length = meter->text.length;
	record.timestamp_ms = flow->end.ns / NS_PER_MS;
	meter->records[flow->end_reason]++;
	return outlet_write(meter->outlet, &record,
			    flow->source.packets + flow->destination.packets,
			    flow->source.bytes + flow->destination.bytes);
}

/* ADVANCE: time goes on with these packets. */
static int add_packets(struct meter *meter, const struct packet *packets, size_t count,
		       bool advance)
{
	bool expires = flow_table_aim(meter->table, packets, count) && advance;

	for (size_t i = 0; i < count; i++) {
		if (expires && meter_advance(meter, packets[i].time) < 0)
			return -1;
		if (flow_table_add(meter->table, &packets[i], i, &meter->flow) &&
		    write_flow(meter) < 0)
			return -1;
	}
	if (advance && count > 0)
		meter->clock = packets[count - 1].time;
	return 0;
}

/* Adds a fragment, and after a first one those that were held back for it. */
static int add_fragment(struct meter *meter, struct packet *packet)
{
	struct packet held;

	if (!fragments_take(meter->fragments, packet))
		return 0;
	if (add_packets(meter, packet, 1, true) < 0)
		return -1;
	while (fragments_release(meter->fragments, &held)) {
		if (add_packets(meter, &held, 1, false) < 0)
			return -1;
	}
	return 0;
}

int meter_add(struct meter *meter, struct packet *packets, size_t count)
{
	uint16_t interface;
	size_t done = 0;

	while ((interface = interfaces_reused(meter->interfaces, meter->reuses)) !=
	       INTERFACES_NONE) {
		watch_replace(flow_table_watch(meter->table), interface);
		meter->reuses++;
	}
	for (size_t i = 0; i < count; i++)
		if (!paths_set(meter->paths, &packets[i], meter->clock))
			watch_lose(flow_table_watch(meter->table), packets[i].time);
	for (size_t i = 0; i < count; i++) {
		if (!packet_is_fragment(&packets[i]))
			continue;
		if (add_packets(meter, packets + done, i - done, true) < 0 ||
		    add_fragment(meter, &packets[i]) < 0)
			return -1;
		done = i + 1;
	}
	return add_packets(meter, packets + done, count - done, true);
}

int meter_advance(struct meter *meter, struct when now)
{
	while (flow_table_expire(meter->table, now, &meter->flow)) {
		if (write_flow(meter) < 0)
			return -1;
	}
	meter->clock = now;
	return 0;
}

void meter_hold(struct meter *meter, bool hold)
{
	if (hold == meter->held || meter->options.stretch == 0)
		return;
	meter->held = hold;
	flow_table_stretch(meter->table, &meter->options, hold ? meter->options.stretch : 1);
}

int meter_finish(struct meter *meter)
{
	fragments_finish(meter->fragments);
	while (flow_table_drain(meter->table, &meter->flow)) {
		if (write_flow(meter) < 0)
			return -1;
	}
	return 0;
}

struct meter_stats meter_get_stats(const struct meter *meter)
{
	struct meter_stats stats = {
		.fragments = fragments_get_stats(meter->fragments),
		.paths_refused = paths_refused(meter->paths),
		.paths = paths_known(meter->paths),
		.table = flow_table_get_stats(meter->table),
		.has_translations = meter->translations != NULL,
	};

	memcpy(stats.records, meter->records, sizeof(stats.records));
	if (stats.has_translations)
		stats.translations = translations_get_stats(meter->translations);
	return stats;
}
