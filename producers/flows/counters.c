#include "producers/flows/counters.h"

#include <stdio.h>
#include <string.h>

uint64_t counters_value(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->count; i++) {
		if (strcmp(counters->list[i].name, name) == 0)
			return counters->list[i].value;
	}
	return 0;
}

static void add(struct counters *counters, const char *prefix, const char *name, uint64_t value)
{
	struct counter *counter;

	if (counters->count == COUNTERS_MAX)
		return;
	counter = &counters->list[counters->count++];
	snprintf(counter->name, sizeof(counter->name), "%s%s", prefix, name);
	counter->value = value;
}

static void add_frames(struct counters *counters, const struct capture_stats *in,
		       const struct meter_stats *out)
{
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++) {
		uint64_t value = in->verdicts[i];

		if (i == PACKET_FRAGMENT_ALONE)
			value += out->fragments.alone;
		if (i == PACKET_REPEATED)
			value += out->table.copies.repeated;
		add(counters, "", packet_verdict_name(i), value);
	}
	add(counters, "", "late_segments", out->table.late_segments);
	add(counters, "", "unsampled", out->table.unsampled);
}

static void add_losses(struct counters *counters, const struct capture_stats *in,
		       const struct flow_table_stats *table)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"kernel_drops", in->kernel_drops},
		{"interface_drops", in->interface_drops},
		{"truncated_files", in->truncated},
		{"evictions", table->evictions},
		{"samples_lost", table->untimed[TURNS_NO_ROOM]},
		{"clock_steps", table->clock_steps},
		{"repeats_unsure", table->copies.unsure},
		{"copies_counted", table->copies.counted},
		{"l7_connections", table->l7.connections},
		{"l7_refused", table->l7.refused},
		{"l7_times_lost", table->l7.times_lost},
		{"l7_held_refused", table->l7.held_refused},
		{"untimed_retransmitted", table->untimed[TURNS_RETRANSMITTED]},
		{"untimed_disorder", table->untimed[TURNS_DISORDER]},
		{"untimed_unanswered", table->untimed[TURNS_UNANSWERED]},
		{"segments_unsure", table->segments_unsure},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add(counters, "", rows[i].name, rows[i].value);
}

/* What became of fragments and tunnels. */
static void add_decoding(struct counters *counters, const struct capture_stats *in,
			 const struct meter_stats *out)
{
	add(counters, "", "fragments_forgotten", out->fragments.forgotten);
	add(counters, "", "paths_refused", out->paths_refused);
	add(counters, "", "encapsulated", in->opened);
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++) {
		if (in->unopened[i] > 0)
			add(counters, "inner_", packet_verdict_name(i), in->unopened[i]);
	}
}

static void add_translations(struct counters *counters, const struct translations_stats *stats)
{
	add(counters, "", "translated", stats->found);
	add(counters, "", "translations_unsure", stats->unsure);
	add(counters, "", "conntrack_tracked", stats->tracked);
	add(counters, "", "conntrack_full", stats->full);
	add(counters, "", "conntrack_forgotten", stats->forgotten);
	add(counters, "", "conntrack_lost", stats->lost);
}

static void add_load(struct counters *counters, const char *fate, const struct kafka_load *load)
{
	add(counters, "records_", fate, load->records);
	add(counters, "packets_", fate, load->packets);
	add(counters, "bytes_", fate, load->bytes);
}

static void add_links(struct counters *counters, const struct link_outlet_stats *stats)
{
	add(counters, "", "links_followed", stats->links.followed);
	add(counters, "", "links_several", stats->links.several);
	add(counters, "", "links_unsaid", stats->links.unsaid);
	add(counters, "", "links_missed", stats->links.missed);
	add(counters, "", "links_forgotten", stats->links.forgotten);
	add(counters, "", "links_not_open", stats->links.not_open);
	add(counters, "", "links_records", stats->records);
	if (!stats->has_queue)
		return;
	add(counters, "", "links_delivered", stats->queue.delivered.records);
	add(counters, "", "links_dropped", stats->dropped);
	add(counters, "", "links_undelivered", stats->queue.undelivered.records);
	add(counters, "", "links_unconfirmed", stats->queue.unconfirmed.records);
}

void counters_collect(const struct input *input, const struct meter *meter,
		      const struct outlet *outlet, bool live, const uint64_t *beyond,
		      const struct link_outlet *links, struct counters *counters)
{
	struct live_stats in = input_get_stats(input);
	struct meter_stats out = meter_get_stats(meter);
	struct outlet_stats records = outlet_get_stats(outlet);

	counters->count = 0;
	add(counters, "", "frames", in.capture.frames);
	add(counters, "", "packets",
	    in.capture.verdicts[PACKET_OK] - out.fragments.alone - out.table.late_segments -
		    out.table.copies.repeated - out.table.unsampled -
		    (beyond != NULL ? *beyond : 0));
	add(counters, "", "flows", out.table.flows);
	add(counters, "", "records", records.records.records);
	if (records.lost > 0)
		add(counters, "", "records_lost", records.lost);
	add_frames(counters, &in.capture, &out);
	if (beyond != NULL)
		add(counters, "", "beyond_count", *beyond);
	add_losses(counters, &in.capture, &out.table);
	add_decoding(counters, &in.capture, &out);
	if (live) {
		add(counters, "", "unread", in.capture.unread);
		add(counters, "", "interfaces_opened", in.opened);
		add(counters, "", "interfaces_gone", in.gone);
		add(counters, "", "interfaces_refused", in.refused);
	}
	if (out.has_translations)
		add_translations(counters, &out.translations);
	if (links != NULL) {
		struct link_outlet_stats stats = link_outlet_get_stats(links);

		add_links(counters, &stats);
		if (live) {
			add(counters, "", "links_unread", in.links_unread);
			add(counters, "", "links_arp_left_out", in.capture.arp_left_out);
		}
	}
	if (!outlet_has_queue(outlet))
		return;
	add_load(counters, "delivered", &records.queue.delivered);
	add_load(counters, "dropped", &records.dropped);
	add_load(counters, "undelivered", &records.queue.undelivered);
	add_load(counters, "unconfirmed", &records.queue.unconfirmed);
	add(counters, "", "records_queued", records.queue.queued_records);
	add(counters, "", "flows_held", records.holds);
}
