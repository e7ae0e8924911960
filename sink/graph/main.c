/* tenure-graph - who talks to whom, how much, how fast, and what failed. */
#include <sysexits.h>

#include "common/bus/bus.h"
#include "common/program/confine.h"
#include "common/program/listen.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/formats/table.h"
#include "sink/graph/keep.h"
#include "sink/graph/manual.h"
#include "sink/graph/once.h"
#include "sink/graph/options.h"
#include "sink/graph/recorder.h"

/* Reads the input, and shows what is in the window. Returns an exit code. */
static int run_once(const struct graph_options *o)
{
	const struct once_options once = {&o->in,   o->edges,       o->format,    o->sort,
					  o->least, o->aggregation, o->base_from, o->base_to};

	return once_run(&once, &o->bus);
}

/* Reads the input into a history, and shows or serves that. Returns an exit code. */
static int run_kept(const struct graph_options *o)
{
	const struct aggregator_options *a = &o->aggregation;
	const struct recorder_options options = {
		.history = o->history,
		.address = o->in.values[0],
		.horizon_ns = a->horizon_ns,
		.save_ns = o->save_ns,
		.held = a->held,
		.outside_addresses = a->outside_addresses,
	};
	const struct keep_options keep = {
		.in = o->in.values[0],
		.edges = o->edges,
		.from = a->from,
		.to = a->to,
		.base_from = o->base_from,
		.base_to = o->base_to,
		.window_ns = a->window_ns,
		.step_ns = a->step_ns,
		.horizon_ns = a->horizon_ns,
		.level = a->level,
		.least = o->least,
		.format = o->format,
		.sort = o->sort,
	};
	struct recorder *recorder = recorder_open(&options);
	int rc;

	if (recorder == NULL)
		return EX_CANTCREAT;
	rc = o->serve.listen != NULL ? serve_run(&o->serve, recorder, o->in.values[0], &o->bus)
				     : keep_run(&keep, recorder, &o->bus);
	recorder_report(recorder);
	return recorder_close(recorder) < 0 && rc == EX_OK ? EX_IOERR : rc;
}

/* What is kept is in a database, which may be a temporary one. */
static int confine(const struct graph_options *o)
{
	unsigned parts = bus_sandbox_parts_in(&o->in) | bus_sandbox_parts(o->edges, true);

	parts |= options_keep(o) ? SANDBOX_WRITING : 0;
	parts |= o->serve.listen != NULL ? SANDBOX_SERVING : 0;
	parts |= o->bus.follow ? SANDBOX_TERMINAL : 0;
	return confine_enter(manual.program, o->no_seccomp, parts,
			     listen_privilege(o->serve.listen));
}

int main(int argc, char **argv)
{
	struct graph_options o = {
		.in = {{"kafka:tenure.flows.tagged"}, 1},
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
				.totals_max = 500,
			},
		.save_ns = 10 * NS_PER_SECOND,
		.serve = SERVE_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_LIST("in", 0, "ADDRESS", &o.in,
			     "tagged flows: kafka:TOPIC, a file, or -; files may be repeated"),
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
		SETTING_NUMBER("metrics-edges", 0, "NUMBER", &o.history.totals_max,
			       "/metrics has at most this many edges apart, and sums the rest"),
		BUS_SETTINGS(&o.bus),
		CONFINE_SETTING(&o.no_seccomp),
		SETTING_END,
	};

	struct settings_given given;

	if (settings_read_given(&manual, table, argc, argv, &given) < 0 ||
	    options_check(&o, &given) < 0)
		return EX_USAGE;
	stop_install();
	if (confine(&o) < 0)
		return EX_OSERR;
	return options_keep(&o) ? run_kept(&o) : run_once(&o);
}
