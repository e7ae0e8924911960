#include "sink/graph/options.h"

#include <string.h>

#include "common/program/log.h"
#include "common/record/flow_reader.h"
#include "common/topic/topic_reader.h"
#include "sink/graph/formats/display.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/http/http_answer.h"

bool options_keep(const struct graph_options *options)
{
	return options->history.folder != NULL || options->serve.listen != NULL;
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
	if (h->totals_max < 1 || h->totals_max > HTTP_ANSWER_EDGES_MAX) {
		log_error("--metrics-edges: must be from 1 to %d", HTTP_ANSWER_EDGES_MAX);
		return -1;
	}
	if (h->folder != NULL && strcmp(o->in.values[0], "-") == 0) {
		log_error("--state: continues where its input was left, so --in must be a file or "
			  "kafka:TOPIC, not standard input");
		return -1;
	}
	return serve_check(&o->serve);
}

static int check_window(struct graph_options *o)
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
	if (flow_reader_check("--in", &o->in, o->bus.follow) < 0)
		return -1;
	if (o->in.count > 1 && options_keep(o)) {
		log_error("--state and --listen: read one --in, a topic or a file that grows");
		return -1;
	}
	return topic_options_check_in(o->in.values[0], &o->bus);
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
	int64_t step = o->aggregation.step_ns;

	if (step == 0 && o->edges == NULL)
		return 0;
	if (step == 0) {
		log_error("--edges: needs --step, how long each window is");
		return -1;
	}
	if (step < NS_PER_SECOND) {
		log_error("--step: must be at least 1s");
		return -1;
	}
	if (options_keep(o) && step % history_unit((struct when){0}, (struct when){step}) != 0) {
		log_error("--step: of a --state, must be whole minutes; more than 2h whole 10 "
			  "minutes, and more than 2d whole hours");
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

/* ---- What would do nothing ---- */

struct useless {
	bool so;
	const char *names[12];
	const char *why; /* after "does nothing " */
};

/* Refuses the first of the options of RULE that a flag gave. */
static int refuse_useless(const struct useless *rule, const struct settings_given *given)
{
	for (size_t i = 0; rule->so && rule->names[i] != NULL; i++) {
		if (!settings_has(given, rule->names[i]))
			continue;
		log_error("--%s: does nothing %s", rule->names[i], rule->why);
		return -1;
	}
	return 0;
}

static int check_useless(const struct graph_options *o, const struct settings_given *given)
{
	bool listen = o->serve.listen != NULL, compared = !when_is_max(o->base_from);
	bool kafka = bus_is_kafka(o->in.values[0]) || (o->edges != NULL && bus_is_kafka(o->edges));
	const struct useless rules[] = {
		{listen,
		 {"from", "to", "base-from", "base-to", "format", "level", "sort", "least", "step",
		  "edges", "window"},
		 "with --listen: each question says what it wants"},
		{listen && bus_is_kafka(o->in.values[0]),
		 {"follow"},
		 "with --listen: a topic is followed"},
		{!listen, {"host", "max-age", "log-counters", "metrics-edges"}, "without --listen"},
		{!options_keep(o),
		 {"save-every", "retention", "max-ends", "max-edges"},
		 "without --state or --listen, which keep what was counted"},
		{!o->bus.follow,
		 {"window"},
		 "without --follow, which shows the last --window; a window of the past is from "
		 "--from to --to"},
		{!compared,
		 {"base-to"},
		 "without --base-from, where the window to compare with begins"},
		{o->edges != NULL, {"format"}, "with --edges, which writes records"},
		{o->format != FORMAT_TABLE || compared || o->aggregation.step_ns > 0,
		 {"sort"},
		 "here: only the table of a graph is sorted"},
		{!kafka,
		 {"brokers", "kafka-property", "kafka-config"},
		 "here: nothing is read from kafka:TOPIC or written to it"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (refuse_useless(&rules[i], given) < 0)
			return -1;
	}
	return 0;
}

int options_check(struct graph_options *options, const struct settings_given *given)
{
	return check_useless(options, given) < 0 || check_window(options) < 0 ||
			       check_base(options) < 0 || check_step(options) < 0 ||
			       check_history(options) < 0
		       ? -1
		       : 0;
}
