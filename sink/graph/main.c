/* tenure-graph - who talks to whom, how much, how fast, and what failed. */
#include <string.h>
#include <sysexits.h>

#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "sink/graph/aggregator.h"
#include "sink/graph/formats/display.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/keep.h"
#include "sink/graph/manual.h"
#include "sink/graph/once.h"
#include "sink/graph/recorder.h"
#include "sink/graph/serve.h"

struct graph_options {
	const char *in;
	const char *edges; /* where the edges of each step go; NULL: to standard output */
	int format;        /* enum format */
	int level;         /* enum node_level */
	int sort;          /* enum table_column */
	int64_t least;
	struct aggregator_options aggregation;
	struct when base_from, base_to; /* see once.h */
	struct history_options history; /* FOLDER is NULL for a temporary one */
	int64_t save_ns;
	struct serve_settings serve;
	struct bus_options bus;
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
	if (h->folder != NULL && strcmp(o->in, "-") == 0) {
		log_error("--state: continues where its input was left, so --in must be a file or "
			  "kafka:TOPIC, not standard input");
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
	return topic_options_check_in(o->in, &o->bus);
}

static int check_base(struct graph_options *o)
{
	struct when from = o->aggregation.from;

	if (when_is_max(o->base_from))
		return 0;
	if (when_is_min(from)) {
		log_error("--base-from: needs --from, where the window to compare begins");
		return -1;
	}
	if (when_is_max(o->base_to))
		o->base_to = from;
	if (when_not_after(o->base_to, o->base_from) || when_before(from, o->base_to)) {
		log_error("--base-from: must be before --from, and --base-to between the two");
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
	if (o->aggregation.step_ns == 0) {
		log_error("--edges: needs --step, how long each window is");
		return -1;
	}
	if (o->aggregation.step_ns < NS_PER_SECOND) {
		log_error("--step: must be at least 1s");
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

/* Reads the input, and shows what is in the window. Returns an exit code. */
static int run_once(const struct graph_options *o)
{
	const struct once_options once = {o->in,    o->edges,       o->format,    o->sort,
					  o->least, o->aggregation, o->base_from, o->base_to};

	return once_run(&once, &o->bus);
}

/* Reads the input into a history, and shows or serves that. Returns an exit code. */
static int run_kept(const struct graph_options *o)
{
	const struct aggregator_options *a = &o->aggregation;
	const struct recorder_options options = {
		.history = o->history,
		.address = o->in,
		.horizon_ns = a->horizon_ns,
		.save_ns = o->save_ns,
		.held = a->held,
		.outside_addresses = a->outside_addresses,
	};
	const struct keep_options keep = {o->in,    a->from,  a->to,     a->window_ns,
					  a->level, o->least, o->format, o->sort};
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
		.save_ns = 10 * NS_PER_SECOND,
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
			     "and ends before TIME; without it, before --from"),
		SETTING_CHOICE("format", 0, "FORMAT", formats_names, &o.format,
			       "format of the graph"),
		SETTING_CHOICE("level", 0, "LEVEL", node_level_names, &o.level, "what a node is"),
		SETTING_DURATION("step", 0, "DURATION", &o.aggregation.step_ns,
				 "one graph for each step of event time, as OpenMetrics (--format "
				 "prometheus) or records of edges (json)"),
		SETTING_TEXT(
			"edges", 0, "ADDRESS", &o.edges,
			"write the edges of each --step that is over to kafka:TOPIC or a file"),
		SETTING_CHOICE("sort", 0, "COLUMN", table_columns, &o.sort,
			       "sort the table by COLUMN, the largest first"),
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
		SETTING_TEXT("state", 0, "DIR", &o.history.folder,
			     "keep what was counted here, and continue there"),
		SETTING_DURATION("save-every", 0, "DURATION", &o.save_ns,
				 "how often --state is saved; what a killed process reads again"),
		SETTING_DURATION(
			"retention", 0, "DURATION", &o.history.retention_ns,
			"how long --state keeps what was counted; a day is forgotten as a whole"),
		SETTING_NUMBER("max-ends", 0, "NUMBER", &o.history.ends_max,
			       "--state keeps at most this many ends of each day apart, and sums "
			       "the rest"),
		SETTING_NUMBER("max-edges", 0, "NUMBER", &o.history.edges_max,
			       "--state keeps at most this many edges of each day apart, and sums "
			       "the rest"),
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
