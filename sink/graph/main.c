/* tenure-graph - who talks to whom, how much, how fast, and what failed. */
#include <inttypes.h>
#include <sysexits.h>

#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/topic/topic_reader.h"
#include "sink/graph/aggregator.h"
#include "sink/graph/formats/display.h"
#include "sink/graph/formats/edge_writer.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/keep.h"
#include "sink/graph/manual.h"
#include "sink/graph/recorder.h"
#include "sink/graph/serve.h"

#define POLL_MS 200

struct graph_options {
	const char *in;
	const char *edges; /* where the edges of each step go; NULL: to standard output */
	int format;        /* enum format */
	int level;         /* enum node_level */
	int64_t least;
	struct aggregator_options aggregation;
	struct when base_from,
		base_to; /* the window to compare with; BASE_FROM is WHEN_MAX for none */
	struct history_options history; /* FOLDER is NULL for a temporary one */
	struct serve_settings serve;
	struct bus_options bus;
};

/* The window that is shown, and the earlier one that it is compared with. */
struct windows {
	struct aggregator now, base;
	bool compared;
};

/* Whether what was counted is kept in a history. */
static bool is_kept(const struct graph_options *o)
{
	return o->history.folder != NULL || o->serve.listen != NULL;
}

static int check_history(const struct graph_options *o)
{
	const struct history_options *h = &o->history;

	if (h->retention_ns < NS_PER_SECOND) {
		log_error("--retention: must be at least 1s");
		return -1;
	}
	if (h->ends_max < 2 || h->ends_max > INTAKE_ENDS_MAX) {
		log_error("--max-ends: must be from 2 to %d", INTAKE_ENDS_MAX);
		return -1;
	}
	if (h->edges_max < 1 || h->edges_max > GRAPH_EDGES_MAX) {
		log_error("--max-edges: must be from 1 to %d", GRAPH_EDGES_MAX);
		return -1;
	}
	if (is_kept(o) && (!when_is_max(o->base_from) || o->aggregation.step_ns > 0)) {
		log_error("--state and --listen: take neither --base-from nor --step");
		return -1;
	}
	return serve_check(&o->serve);
}

static int check_options(struct graph_options *o)
{
	struct aggregator_options *a = &o->aggregation;

	a->follow = o->bus.follow;
	a->level = (enum node_level)o->level;
	if (when_not_after(a->to, a->from)) {
		log_error("--to: must be later than --from");
		return -1;
	}
	if (a->follow && (!when_is_min(a->from) || !when_is_max(a->to))) {
		log_error("--follow: shows the last --window, so it takes neither --from nor --to");
		return -1;
	}
	if (a->window_ns < NS_PER_SECOND || a->horizon_ns < NS_PER_SECOND) {
		log_error("--window and --horizon: must be at least 1s");
		return -1;
	}
	if (a->held < 1000 || a->held > 100000000) {
		log_error("--held: must be from 1000 to 100000000");
		return -1;
	}
	if (!bus_is_kafka(o->in))
		return 0;
	if (o->bus.brokers == NULL && o->bus.properties.count == 0 &&
	    o->bus.properties_file == NULL) {
		log_error("--brokers: needed to read from Kafka, HOST:PORT[,HOST:PORT]; tagged "
			  "flows in a file are read with --in FILE");
		return -1;
	}
	return topic_options_check(&o->bus);
}

static int check_base(struct graph_options *o)
{
	struct when from = o->aggregation.from;

	if (when_is_max(o->base_from))
		return 0;
	if (when_is_max(o->base_to))
		o->base_to = from;
	if (when_not_after(o->base_to, o->base_from) || when_before(from, o->base_to)) {
		log_error("--base-from: the window must be before that of --from, and end at "
			  "--base-to "
			  "or where that begins");
		return -1;
	}
	if (o->bus.follow || o->least > 0) {
		log_error("--base-from: takes neither --follow nor --least");
		return -1;
	}
	if (!display_compares(o->format)) {
		log_error("--base-from: needs --format table, json or csv");
		return -1;
	}
	return 0;
}

static int check_step(const struct graph_options *o)
{
	if (o->aggregation.step_ns == 0 && o->edges == NULL)
		return 0;
	if (o->aggregation.step_ns < NS_PER_SECOND) {
		log_error("--step: must be at least 1s%s",
			  o->edges == NULL ? "" : ", with --edges");
		return -1;
	}
	if (o->bus.follow || o->least > 0 || !when_is_max(o->base_from)) {
		log_error("--step: takes neither --follow nor --least nor --base-from");
		return -1;
	}
	if (o->edges == NULL && o->format != FORMAT_JSON && o->format != FORMAT_PROMETHEUS) {
		log_error("--step: needs --format prometheus (OpenMetrics) or json (records of "
			  "edges)");
		return -1;
	}
	return 0;
}

static void report(const struct graph_options *o, const struct aggregator *aggregator)
{
	intake_report(&aggregator->intake, o->in);
	if (aggregator->nodes.further > 0)
		log_warn("%" PRIu64 " ends beyond the first %d nodes are shown as further nodes",
			 aggregator->nodes.further, NODES_MAX);
	log_debug("outside the window %" PRIu64 ", late %" PRIu64, aggregator->outside,
		  aggregator->window.late);
}

static int show_comparison(struct windows *windows, struct display *display)
{
	struct snapshot before = {0}, after = {0};
	struct comparison comparison = {0};
	int rc = EX_OSERR;

	if (aggregator_snapshot(&windows->base, true, 0, &before) < 0 ||
	    aggregator_snapshot(&windows->now, true, 0, &after) < 0 ||
	    compare_make(&comparison,
			 (struct compare_window){&before, aggregator_complete(&windows->base)},
			 (struct compare_window){&after, aggregator_complete(&windows->now)}) < 0)
		log_error("out of memory");
	else
		rc = display_show_comparison(display, &comparison) < 0 ? EX_IOERR : EX_OK;
	compare_free(&comparison);
	snapshot_free(&before);
	snapshot_free(&after);
	return rc;
}

static int show_series(const struct graph_options *o, struct aggregator *aggregator,
		       struct display *display)
{
	struct when from, to;
	struct snapshot snapshot;
	struct series series;
	int rc = EX_DATAERR;

	if (aggregator_series(aggregator, &snapshot, &series) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	aggregator_reach(aggregator, &from, &to);
	if (series.full)
		log_error("--step: more than %d edges in all steps: a longer --step, or --from and "
			  "--to nearer together",
			  SERIES_EDGES_MAX);
	else if (o->edges == NULL)
		rc = display_show_series(display, &snapshot, &series) < 0 ? EX_IOERR : EX_OK;
	else
		rc = edge_writer_write(o->edges, &o->bus, &snapshot, &series, from, to) < 0
			     ? EX_UNAVAILABLE
			     : EX_OK;
	display->shown = snapshot.records.read;
	series_free(&series);
	snapshot_free(&snapshot);
	return rc;
}

static int show(const struct graph_options *o, struct windows *windows, bool idle,
		struct display *display)
{
	struct aggregator *aggregator = &windows->now;
	struct snapshot snapshot;
	int rc;

	if (windows->compared)
		return show_comparison(windows, display);
	if (o->aggregation.step_ns > 0)
		return show_series(o, aggregator, display);

	if (aggregator_snapshot(aggregator, idle, (uint64_t)o->least, &snapshot) < 0) {
		log_error("out of memory");
		return EX_OSERR;
	}
	rc = display_show(display, &snapshot) < 0 ? EX_IOERR : EX_OK;
	snapshot_free(&snapshot);
	return rc;
}

/* Reads until the end, a signal, or the output is closed. Returns an exit code. */
static int run(const struct graph_options *o, struct topic_reader *reader, struct windows *windows)
{
	struct aggregator *aggregator = &windows->now;
	struct display display = {o->format, o->bus.follow, .from_file = !bus_is_kafka(o->in)};
	enum bus_status status = BUS_RECORD;
	struct bus_record record;
	int rc = EX_OK;

	while (rc == EX_OK && status != BUS_END && !display.closed && !stop_requested()) {
		struct when now = when_now();

		status = topic_reader_read(reader, POLL_MS, &record);
		if (status == BUS_BROKEN)
			return bus_is_kafka(o->in) ? EX_UNAVAILABLE : EX_IOERR;
		if (status == BUS_RECORD &&
		    (aggregator_add(aggregator, &record, now) < 0 ||
		     (windows->compared && aggregator_add(&windows->base, &record, now) < 0))) {
			log_error("out of memory");
			return EX_OSERR;
		}
		if (o->bus.follow &&
		    display_due(&display, aggregator->intake.read, status != BUS_RECORD, now))
			rc = show(o, windows, status != BUS_RECORD, &display);
	}
	/* The last snapshot includes everything that was read. */
	if (rc == EX_OK && (display.shown == 0 || display.shown != aggregator->intake.read))
		rc = show(o, windows, status != BUS_RECORD, &display);
	if (rc == EX_OK && aggregator->intake.read > 0 &&
	    aggregator_records(aggregator).unreadable == aggregator->intake.read)
		rc = EX_DATAERR;
	return rc;
}

/* Reads the input, and shows what is in the window. Returns an exit code. */
static int run_once(const struct graph_options *o)
{
	static struct windows windows;
	struct aggregator_options base = o->aggregation;
	struct topic_reader *reader = NULL;
	struct when since;
	int rc = EX_OSERR;

	windows.compared = !when_is_max(o->base_from);
	base.from = o->base_from;
	base.to = o->base_to;
	if (aggregator_init(&windows.now, &o->aggregation) < 0 ||
	    (windows.compared && aggregator_init(&windows.base, &base) < 0)) {
		log_error("out of memory");
		goto out;
	}
	/* A record is written after its flow has ended. */
	since = when_add(when_earlier(o->aggregation.from, o->base_from),
			 -o->aggregation.horizon_ns);
	reader = topic_reader_open_since(o->in, &o->bus, since);
	if (reader == NULL) {
		rc = bus_is_kafka(o->in) ? EX_UNAVAILABLE : EX_NOINPUT;
		goto out;
	}
	rc = run(o, reader, &windows);
	report(o, &windows.now);
out:
	topic_reader_close(reader);
	aggregator_free(&windows.now);
	aggregator_free(&windows.base);
	return rc;
}

/* Reads the input into a history, and shows or serves that. Returns an exit code. */
static int run_kept(const struct graph_options *o)
{
	const struct aggregator_options *a = &o->aggregation;
	const struct recorder_options options = {
		.history = o->history,
		.address = o->in,
		.horizon_ns = a->horizon_ns,
		.held = a->held,
		.outside_addresses = a->outside_addresses,
	};
	const struct keep_options keep = {o->in,    a->from,  a->to,    a->window_ns,
					  a->level, o->least, o->format};
	struct recorder *recorder = recorder_open(&options);
	int rc;

	if (recorder == NULL)
		return EX_CANTCREAT;
	rc = o->serve.listen != NULL ? serve_run(&o->serve, recorder, o->in, &o->bus)
				     : keep_run(&keep, recorder, &o->bus);
	recorder_report(recorder);
	return recorder_close(recorder) < 0 && rc == EX_OK ? EX_IOERR : rc;
}

int main(int argc, char **argv)
{
	struct graph_options o = {
		.in = "kafka:tenure.flows.tagged",
		.aggregation =
			{
				.from = WHEN_MIN,
				.to = WHEN_MAX,
				.window_ns = 300 * NS_PER_SECOND,
				.horizon_ns = 180 * NS_PER_SECOND,
				.held = 500000,
			},
		.base_from = WHEN_MAX,
		.base_to = WHEN_MAX,
		.history =
			{
				.retention_ns = 7 * 86400 * NS_PER_SECOND,
				.ends_max = INTAKE_ENDS_MAX,
				.edges_max = GRAPH_EDGES_MAX,
			},
		.serve = SERVE_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_TEXT("in", 0, "ADDRESS", &o.in, "tagged flows: kafka:TOPIC, a file, or -"),
		SETTING_WHEN("from", 0, "TIME", &o.aggregation.from,
			     "only flows that ended at TIME or later"),
		SETTING_WHEN("to", 0, "TIME", &o.aggregation.to,
			     "only flows that ended before TIME"),
		SETTING_WHEN("base-from", 0, "TIME", &o.base_from,
			     "show what changed since an earlier window, which begins at TIME"),
		SETTING_WHEN("base-to", 0, "TIME", &o.base_to,
			     "and ends before TIME, or before --from"),
		SETTING_CHOICE("format", 0, "FORMAT", formats_names, &o.format,
			       "format of the graph"),
		SETTING_CHOICE("level", 0, "LEVEL", node_level_names, &o.level,
			       "what a node is: a service, workload, namespace or zone"),
		SETTING_DURATION("step", 0, "DURATION", &o.aggregation.step_ns,
				 "one graph for each step of event time, as OpenMetrics (--format "
				 "prometheus) or records of edges (json)"),
		SETTING_TEXT(
			"edges", 0, "ADDRESS", &o.edges,
			"write the edges of each --step that is over to kafka:TOPIC or a file"),
		SETTING_BOOL("follow", 0, &o.bus.follow,
			     "keep reading, and keep showing the last --window"),
		SETTING_DURATION("window", 0, "DURATION", &o.aggregation.window_ns,
				 "how much event time --follow shows"),
		SETTING_DURATION("horizon", 0, "DURATION", &o.aggregation.horizon_ns,
				 "how long a conversation waits for other observers' records"),
		SETTING_BOOL("outside-addresses", 0, &o.aggregation.outside_addresses,
			     "one node for each address outside the cluster, not one for all"),
		SETTING_NUMBER("least", 0, "FLOWS", &o.least,
			       "sum the edges with fewer flows than this"),
		SETTING_NUMBER("held", 0, "RECORDS", &o.aggregation.held,
			       "hold at most this many records of conversations that are not over"),
		SETTING_TEXT("state", 0, "DIRECTORY", &o.history.folder,
			     "keep what was counted here, and continue there"),
		SETTING_DURATION("retention", 0, "DURATION", &o.history.retention_ns,
				 "how long it is kept"),
		SETTING_NUMBER("max-ends", 0, "NUMBER", &o.history.ends_max,
			       "keep at most this many ends of a day apart"),
		SETTING_NUMBER("max-edges", 0, "NUMBER", &o.history.edges_max,
			       "keep at most this many edges of a day apart"),
		SERVE_SETTINGS(&o.serve),
		BUS_SETTINGS(&o.bus),
		SETTING_END,
	};

	if (settings_read(&manual, table, argc, argv) < 0 || check_options(&o) < 0 ||
	    check_base(&o) < 0 || check_step(&o) < 0 || check_history(&o) < 0)
		return EX_USAGE;
	stop_install();
	return is_kept(&o) ? run_kept(&o) : run_once(&o);
}
