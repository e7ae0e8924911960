#include "producers/flows/flows_metrics.h"

#include <string.h>

#include "producers/flows/flows_metric_table.h"

#define ELSEWHERE FLOWS_METRICS /* a counter that another metric has, by more labels */

static const struct metric *const table = flows_metric_table;

/* The counters that are not reasons of struct packet_verdict; those are UNDECODED, or INNER behind "inner_". */
static const struct row {
	const char *counter;
	int metric;
	const char *label;
} rows[] = {
	{"frames", ELSEWHERE, NULL},
	{"records", ELSEWHERE, NULL},
	{"kernel_drops", ELSEWHERE, NULL},
	{"interface_drops", ELSEWHERE, NULL},
	{"unread", ELSEWHERE, NULL},
	{"records_queued", ELSEWHERE, NULL},
	{"late_segments", UNDECODED, "late_segment"},
	{"unsampled", UNDECODED, "unsampled"},
	{"beyond_count", UNDECODED, "beyond_count"},
	{"encapsulated", ENCAPSULATED, NULL},
	{"clock_steps", CLOCK_STEPS, NULL},
	{"interfaces_opened", INTERFACE_EVENTS, "opened"},
	{"interfaces_gone", INTERFACE_EVENTS, "gone"},
	{"interfaces_refused", INTERFACE_EVENTS, "refused"},
	{"truncated_files", TRUNCATED, NULL},
	{"packets", METERED, NULL},
	{"flows", BEGUN, NULL},
	{"evictions", EVICTED, NULL},
	{"flows_held", HELD, NULL},
	{"records_delivered", RECORDS, "delivered"},
	{"records_dropped", RECORDS, "dropped"},
	{"records_lost", RECORDS, "lost"},
	{"records_undelivered", RECORDS, "undelivered"},
	{"records_unconfirmed", RECORDS, "unconfirmed"},
	{"packets_delivered", RECORDS_PACKETS, "delivered"},
	{"packets_dropped", RECORDS_PACKETS, "dropped"},
	{"packets_undelivered", RECORDS_PACKETS, "undelivered"},
	{"packets_unconfirmed", RECORDS_PACKETS, "unconfirmed"},
	{"bytes_delivered", RECORDS_BYTES, "delivered"},
	{"bytes_dropped", RECORDS_BYTES, "dropped"},
	{"bytes_undelivered", RECORDS_BYTES, "undelivered"},
	{"bytes_unconfirmed", RECORDS_BYTES, "unconfirmed"},
	{"repeats_unsure", UNSURE, "copy"},
	{"copies_counted", UNSURE, "counted_copy"},
	{"segments_unsure", UNSURE, "segment"},
	{"untimed_retransmitted", UNTIMED, "retransmitted"},
	{"untimed_disorder", UNTIMED, "disorder"},
	{"untimed_unanswered", UNTIMED, "unanswered"},
	{"samples_lost", UNTIMED, "no_room"},
	{"l7_connections", L7, NULL},
	{"translated", TRANSLATIONS, "certain"},
	{"translations_unsure", TRANSLATIONS, "unsure"},
	{"conntrack_tracked", CONNTRACK, NULL},
	{"conntrack_lost", CONNTRACK_LOST, NULL},
	{"fragments_forgotten", LIMITED, "fragments"},
	{"paths_refused", LIMITED, "paths"},
	{"l7_refused", LIMITED, "l7_connections"},
	{"l7_times_lost", LIMITED, "l7_times"},
	{"l7_held_refused", LIMITED, "l7_segments"},
	{"conntrack_full", LIMITED, "conntrack_open"},
	{"conntrack_forgotten", LIMITED, "conntrack_ended"},
	{"links_followed", LINKS, NULL},
	{"links_several", LINKS_SEVERAL, NULL},
	{"links_missed", LINKS_MISSED, NULL},
	{"links_unread", LINKS_UNREAD, NULL},
	{"links_records", LINKS_EXPORTED, NULL},
	{"links_delivered", LINKS_RECORDS, "delivered"},
	{"links_dropped", LINKS_RECORDS, "dropped"},
	{"links_undelivered", LINKS_RECORDS, "undelivered"},
	{"links_unconfirmed", LINKS_RECORDS, "unconfirmed"},
	{"links_unsaid", LIMITED, "links_unsaid"},
	{"links_forgotten", LIMITED, "links"},
	{"links_not_open", LIMITED, "links_open"},
	{"links_arp_left_out", LIMITED, "links_arp"},
};

static bool is_verdict(const char *name)
{
	for (int i = 0; i < PACKET_VERDICTS; i++)
		if (strcmp(packet_verdict_name((enum packet_verdict)i), name) == 0)
			return true;
	return false;
}

/* Where COUNTER belongs (1). */
static struct row row_of(const char *counter)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].counter, counter) == 0)
			return rows[i];
	if (is_verdict(counter))
		return (struct row){counter, UNDECODED, counter};
	if (strncmp(counter, "inner_", 6) == 0)
		return (struct row){counter, INNER, counter + 6};
	return (struct row){counter, OTHER, counter};
}

/* ---- Metrics with one sample, or with one for each of a few values ---- */

static void add_one(struct text *out, int metric, uint64_t value)
{
	metrics_add_one(out, &table[metric], value);
}

static void add_value(struct text *out, int metric, const char *label, uint64_t value)
{
	metrics_add(out, &table[metric], &label, value);
}

static void add_counters(const struct counters *counters, struct text *out)
{
	struct row placed[COUNTERS_MAX];

	for (size_t i = 0; i < counters->count; i++)
		placed[i] = row_of(counters->list[i].name);
	for (int metric = 0; metric < FLOWS_METRICS; metric++) {
		bool begun = false;

		for (size_t i = 0; i < counters->count; i++) {
			if (placed[i].metric != metric)
				continue;
			if (!begun)
				metrics_begin(out, &table[metric]);
			begun = true;
			metrics_add(out, &table[metric], &placed[i].label, counters->list[i].value);
		}
	}
}

static void add_groups(const struct flows_figures *f, struct text *out)
{
	metrics_begin(out, &table[CAPTURED]);
	for (size_t i = 0; i < f->group_count; i++)
		add_value(out, CAPTURED, f->groups[i].name, f->groups[i].frames);
	if (!f->live)
		return;
	metrics_begin(out, &table[DROPPED]);
	for (size_t i = 0; i < f->group_count; i++) {
		const struct flows_group *g = &f->groups[i];
		const struct {
			const char *where;
			uint64_t count;
		} drops[] = {{"kernel", g->kernel_drops},
			     {"interface", g->interface_drops},
			     {"unread", g->unread}};

		for (size_t d = 0; d < sizeof(drops) / sizeof(drops[0]); d++)
			metrics_add(out, &table[DROPPED], (const char *[]){g->name, drops[d].where},
				    drops[d].count);
	}
}

static void add_input(const struct flows_figures *f, struct text *out)
{
	metrics_add_time(out, &table[LAST_PACKET], f->event);
	if (f->live) {
		add_one(out, INTERFACES, f->interfaces);
		add_one(out, RING, (uint64_t)f->ring);
		add_one(out, RING_MAX, (uint64_t)f->ring_max);
		if (f->has_links)
			add_one(out, LINKS_UNREAD_NOW, f->links_unread);
	} else if (f->file_max > 0) {
		add_one(out, FILE_READ, f->file_read);
		add_one(out, FILE_MAX, f->file_max);
	}
}

static void add_tables(const struct flows_figures *f, struct text *out)
{
	const struct l7_stats *l7 = &f->meter->table.l7;
	const struct table_use tables[] = {
		{"flows", f->meter->table.active, f->flows_max},
		{"fragments", f->meter->fragments.known, FRAGMENTS_MAX},
		{"paths", f->meter->paths, PATHS_MAX},
		{"l7_connections", l7->open, l7->most},
	};

	metrics_add_table_entries(out, tables, sizeof(tables) / sizeof(tables[0]));
}

static void add_output(const struct flows_figures *f, struct text *out)
{
	const struct outlet_stats *o = f->outlet;

	metrics_begin(out, &table[EXPORTED]);
	for (int i = 0; i < FLOW_END_REASONS; i++)
		add_value(out, EXPORTED, flow_end_reason_name((enum flow_end_reason)i),
			  f->meter->records[i]);
	if (!f->has_queue)
		return;
	add_one(out, QUEUE, o->queue.queued_records);
	add_one(out, QUEUE_MAX, (uint64_t)o->limits.records);
	add_one(out, QUEUE_BYTES, o->queue.queued_bytes);
	add_one(out, QUEUE_BYTES_MAX, (uint64_t)o->limits.bytes);
	metrics_add_seconds(out, &table[STALLED], o->stalled_ns);
}

void flows_metrics_add(const struct flows_figures *figures, struct text *out)
{
	add_groups(figures, out);
	add_counters(figures->counters, out);
	add_input(figures, out);
	add_tables(figures, out);
	add_output(figures, out);
}

void flows_metrics_add_build(struct text *out)
{
	metrics_add_build(out, &table[BUILD], "tenure-flows");
}
