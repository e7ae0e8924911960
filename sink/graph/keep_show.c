#include "sink/graph/keep_show.h"

#include <sysexits.h>

#include "common/program/log.h"
#include "sink/graph/compare_spans.h"
#include "sink/graph/formats/edge_writer.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/series.h"

#define MINUTE (60 * NS_PER_SECOND)

/* The graph of one window. */
struct kept {
	struct node_table nodes;
	struct graph graph;
	struct snapshot snapshot;
};

static void clear(struct kept *kept)
{
	snapshot_free(&kept->snapshot);
	graph_free(&kept->graph);
	node_table_free(&kept->nodes);
}

static int no_memory(void)
{
	log_error("out of memory");
	return EX_OSERR;
}

/* Makes the snapshot of what is in KEPT's graph. Returns an exit code. */
static int make(const struct keep_options *o, const struct recorder *recorder, struct when from,
		struct when to, struct kept *kept)
{
	if (snapshot_make(&kept->snapshot, &kept->graph, &kept->nodes, (uint64_t)o->least,
			  SIZE_MAX) < 0)
		return no_memory();
	kept->snapshot.from = from;
	kept->snapshot.to = to;
	/* A table would say that they are those of flows. */
	if (o->format == FORMAT_TABLE)
		snapshot_forget_ends(&kept->snapshot);
	kept->snapshot.records = recorder_records(recorder);
	return EX_OK;
}

/* Fills *KEPT, which clear() frees in any case, with FROM to TO. Returns an exit code. */
static int fill(const struct keep_options *o, struct recorder *recorder, struct when from,
		struct when to, struct kept *kept)
{
	*kept = (struct kept){0};
	graph_init(&kept->graph);
	if (history_sum(recorder_history(recorder), from, to, o->level, NULL, &kept->nodes,
			&kept->graph) < 0)
		return EX_IOERR;
	return make(o, recorder, from, to, kept);
}

/* Replaces bounds that were not given by those of the records, so that they do not make the window long, and
 * rounds. */
static void bound(struct recorder *recorder, struct when *from, struct when *to)
{
	struct history_bounds bounds = history_bounds(recorder_history(recorder));

	if (when_is_min(*from))
		*from = when_earlier(bounds.first, *to);
	if (when_is_max(*to))
		*to = when_later(bounds.last, *from);
	history_round(from, to);
}

static int show_graph(const struct keep_options *o, struct recorder *recorder,
		      struct display *display)
{
	struct when from = o->from, to = o->to;
	struct kept kept;
	bool ever;
	int rc;

	if (display->follow) {
		to = when_add(recorder_watermark(recorder), 1);
		from = when_add(to, -o->window_ns);
	}
	/* Without bounds it is everything since the history began, also days that are forgotten. */
	ever = when_is_min(from) && when_is_max(to);
	if (!ever)
		bound(recorder, &from, &to);
	rc = fill(o, recorder, from, to, &kept);
	if (ever && kept.graph.count > 0)
		kept.snapshot.to = history_bounds(recorder_history(recorder)).last;
	if (rc == EX_OK)
		rc = display_show(display, &kept.snapshot) < 0 ? EX_IOERR : EX_OK;
	clear(&kept);
	return rc;
}

/* ---- Comparisons ---- */

/* Whether all of FROM to TO is over and was covered; a window that is OPEN is as long as the records are. */
static bool is_complete(struct recorder *recorder, struct when from, struct when to, bool open)
{
	struct when known = recorder_watermark(recorder);

	if (open)
		to = when_earlier(to, known);
	return when_not_after(to, known) && when_not_after(recorder_unsure_until(recorder), from) &&
	       history_covers(recorder_history(recorder), from, to);
}

static int show_comparison(const struct keep_options *o, struct recorder *recorder,
			   struct display *display)
{
	struct compare_spans spans = {o->from, o->to, o->base_from, o->base_to};
	struct comparison comparison = {0};
	struct kept before = {0}, after = {0};
	bool open = when_is_max(o->to);
	int rc = EX_USAGE;

	bound(recorder, &spans.from, &spans.to);
	if (compare_spans_round(&spans) < 0) {
		log_error("--base-from: of a --state, windows are whole minutes, of more than 2h "
			  "whole 10 minutes and of more than 2d whole hours, and none is left "
			  "before --from");
		return rc;
	}
	rc = fill(o, recorder, spans.base_from, spans.base_to, &before);
	if (rc == EX_OK)
		rc = fill(o, recorder, spans.from, spans.to, &after);
	if (rc == EX_OK &&
	    compare_make(
		    &comparison,
		    (struct compare_window){&before.snapshot, is_complete(recorder, spans.base_from,
									  spans.base_to, false)},
		    (struct compare_window){&after.snapshot,
					    is_complete(recorder, spans.from, spans.to, open)}) < 0)
		rc = no_memory();
	if (rc == EX_OK && display_show_comparison(display, &comparison) < 0)
		rc = EX_IOERR;
	compare_free(&comparison);
	clear(&before);
	clear(&after);
	return rc;
}

/* ---- Series ---- */

/* Adds the step from FROM to TO to SERIES, and to KEPT, with whose nodes its edges are. Returns an exit code. */
static int add_step(const struct keep_options *o, struct recorder *recorder, struct when from,
		    struct when to, struct kept *kept, struct series *series)
{
	struct graph graph;
	int rc = EX_IOERR;

	graph_init(&graph);
	if (history_sum(recorder_history(recorder), from, to, o->level, NULL, &kept->nodes,
			&graph) < 0)
		goto out;
	rc = EX_OK;
	if (graph.count > 0 &&
	    (series_merge(series, from, &graph) < 0 || graph_merge(&kept->graph, &graph) < 0))
		rc = no_memory();
out:
	graph_free(&graph);
	return rc;
}

/* Fills KEPT and SERIES with FROM to TO. Returns an exit code. */
static int fill_series(const struct keep_options *o, struct recorder *recorder, struct when from,
		       struct when to, struct kept *kept, struct series *series)
{
	struct history_bounds bounds = history_bounds(recorder_history(recorder));
	struct when at = when_later(from, bounds.first), end = when_earlier(to, bounds.last);
	int rc = EX_OK;

	while (rc == EX_OK && when_before(at, end) && !series->full) {
		struct when next = when_add(series_start(series, at), o->step_ns);

		next = when_earlier(next, to);
		rc = add_step(o, recorder, at, next, kept, series);
		at = next;
	}
	return rc == EX_OK ? make(o, recorder, from, to, kept) : rc;
}

/* Writes the steps of SERIES that are over and wholly there. */
static int write_edges(const struct keep_options *o, struct recorder *recorder,
		       const struct bus_options *bus, const struct kept *kept,
		       const struct series *series)
{
	struct history_bounds bounds = history_bounds(recorder_history(recorder));
	/* The first minute may be there in part. */
	struct when from = when_later(kept->snapshot.from, when_add(bounds.first, MINUTE));
	struct when over = when_add(recorder_watermark(recorder), -o->horizon_ns);
	struct when to = when_earlier(kept->snapshot.to, over);

	return edge_writer_write(o->edges, bus, &kept->snapshot, series, from, to) < 0
		       ? EX_UNAVAILABLE
		       : EX_OK;
}

static int show_series(const struct keep_options *o, struct recorder *recorder,
		       const struct bus_options *bus, struct display *display)
{
	struct when from = o->from, to = o->to;
	struct kept kept = {0};
	struct series series;
	int rc;

	series_init(&series, o->step_ns);
	graph_init(&kept.graph);
	bound(recorder, &from, &to);
	rc = fill_series(o, recorder, from, to, &kept, &series);
	if (rc == EX_OK && series.full) {
		log_error("--step: more than %d edges in all steps: a longer --step, or --from and "
			  "--to nearer together",
			  SERIES_EDGES_MAX);
		rc = EX_DATAERR;
	}
	if (rc == EX_OK && o->edges != NULL)
		rc = write_edges(o, recorder, bus, &kept, &series);
	else if (rc == EX_OK && display_show_series(display, &kept.snapshot, &series) < 0)
		rc = EX_IOERR;
	display->shown = kept.snapshot.records.read;
	series_free(&series);
	clear(&kept);
	return rc;
}

int keep_show(const struct keep_options *options, struct recorder *recorder,
	      const struct bus_options *bus, struct display *display)
{
	if (recorder_show(recorder) < 0)
		return EX_IOERR;
	if (options->step_ns > 0)
		return show_series(options, recorder, bus, display);
	if (!when_is_max(options->base_from))
		return show_comparison(options, recorder, display);
	return show_graph(options, recorder, display);
}
