#include <inttypes.h>
#include <stdlib.h>

#include "common/program/log.h"
#include "sink/graph/history/history_reader.h"

static struct when round_down(struct when moment, int64_t unit)
{
	int64_t over = moment.ns % unit;

	return when_add(moment, -(over < 0 ? over + unit : over));
}

static struct when round_up(struct when moment, int64_t unit)
{
	struct when down = round_down(moment, unit);

	return down.ns == moment.ns ? down : when_add(down, unit);
}

int64_t history_unit(struct when from, struct when to)
{
	static const struct {
		int64_t unit, longest;
	} units[] = {
		{HISTORY_MINUTE_NS, 120 * HISTORY_MINUTE_NS},
		{10 * HISTORY_MINUTE_NS, 2 * HISTORY_DAY_MINUTES * HISTORY_MINUTE_NS},
	};

	/* The rounded span decides: rounded again, it must stay as it is. */
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t unit = units[i].unit;

		if (when_since(round_up(to, unit), round_down(from, unit)) <= units[i].longest)
			return unit;
	}
	return 60 * HISTORY_MINUTE_NS;
}

void history_round(struct when *from, struct when *to)
{
	int64_t unit = history_unit(*from, *to);

	*from = round_down(*from, unit);
	*to = round_up(*to, unit);
}

int history_sum(struct history *history, struct when from, struct when to, enum node_level level,
		const struct history_filter *filter, struct node_table *nodes, struct graph *graph)
{
	struct history_bounds bounds = history_bounds(history);
	bool ever = when_is_min(from) && when_is_max(to);
	struct history_reader reader;
	int rc;

	history_round(&from, &to);
	from = when_later(from, bounds.first);
	to = when_earlier(to, bounds.last);
	if (when_not_after(to, from))
		return 0;
	history_reader_init(&reader, history, level, filter, false, nodes, graph);
	rc = ever ? history_reader_add_ever(&reader)
		  : history_reader_add(&reader, history_minute_of(from), history_minute_of(to),
				       HISTORY_DAY_MINUTES);
	history_reader_free(&reader);
	if (graph->count > 0) {
		graph->first = from;
		graph->last = when_add(to, -1);
	}
	return rc;
}

int history_totals_begin(struct history *history, bool settled)
{
	const struct history_filter filter = {.settled = settled};
	struct node_table nodes = {0};
	struct graph graph;
	int rc;

	graph_init(&graph);
	history_totals_free(&history->totals);
	rc = history_sum(history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE, &filter, &nodes, &graph);
	if (rc == 0 && history_totals_init(&history->totals, &graph, &nodes,
					   (size_t)history->options.totals_max, !settled) < 0)
		rc = history_no_memory();
	history->totalled = rc == 0;
	graph_free(&graph);
	node_table_free(&nodes);
	return rc;
}

const struct history_totals *history_totals(const struct history *history)
{
	return history->totalled ? &history->totals : NULL;
}

/* What is summed in the first edge of GRAPH, if there is one. -1 if out of memory. */
static int fill_point(struct history_point *point, const struct graph *graph)
{
	const struct graph_edge *edge = graph->edges;
	struct messages_kind sum;

	if (graph->count == 0)
		return 0;
	if (messages_sum(edge->messages, &sum) < 0)
		return -1;
	point->measures = edge->measures;
	point->p50_ns = graph_edge_percentile(edge, 500);
	point->p95_ns = graph_edge_percentile(edge, 950);
	point->p99_ns = graph_edge_percentile(edge, 990);
	point->messages = sum.counts;
	point->first_p50_ns = durations_percentile(&sum.first_byte, sum.first_bytes, 500);
	point->first_p95_ns = durations_percentile(&sum.first_byte, sum.first_bytes, 950);
	point->first_p99_ns = durations_percentile(&sum.first_byte, sum.first_bytes, 990);
	messages_kind_clear(&sum);
	return 0;
}

static bool is_covered(const struct history *history, int32_t from, int32_t to)
{
	for (; from < to; from++) {
		if (coverage_has(&history->coverage, from))
			return true;
	}
	return false;
}

/* Fills the COUNT points of OUT, STEP minutes each, the first from the minute FROM on. */
static int fill_points(struct history_reader *reader, int32_t from, int32_t step, size_t count,
		       struct history_points *out)
{
	int32_t first = INT32_MAX, last = INT32_MIN;

	/* A question may be about centuries. */
	coverage_bounds(&reader->history->coverage, &first, &last);
	for (size_t i = 0; i < count; i++, from += step) {
		struct history_point *point = &out->points[out->count++];
		int32_t begin = from < first ? first : from;
		int32_t end = from + step > last ? last + 1 : from + step;

		*point = (struct history_point){.at = history_minute_start(from)};
		point->covered = is_covered(reader->history, begin, end);
		if (!point->covered)
			continue;
		graph_clear(reader->graph);
		if (history_reader_add(reader, begin, end, step) < 0)
			return -1;
		if (fill_point(point, reader->graph) < 0)
			return history_no_memory();
	}
	return 0;
}

int history_series(struct history *history, enum node_level level,
		   const struct history_filter *filter, struct when from, struct when to,
		   int64_t step_ns, struct history_points *out)
{
	struct history_points points = {0};
	struct node_table nodes = {0};
	struct history_reader reader;
	struct graph graph;
	int64_t count = 0;
	int rc = -1;

	from = round_down(from, step_ns);
	if (when_before(from, to))
		count = (when_since(to, from) - 1) / step_ns + 1;
	if (count > HISTORY_POINTS_MAX) {
		log_error("history: a series may have %d points, not %" PRId64, HISTORY_POINTS_MAX,
			  count);
		return -1;
	}
	graph_init(&graph);
	history_reader_init(&reader, history, level, filter, true, &nodes, &graph);
	points.points = calloc((size_t)count + 1, sizeof(*points.points));
	if (points.points == NULL)
		history_no_memory();
	else
		rc = fill_points(&reader, history_minute_of(from),
				 (int32_t)(step_ns / HISTORY_MINUTE_NS), (size_t)count, &points);
	history_reader_free(&reader);
	graph_free(&graph);
	node_table_free(&nodes);
	if (rc < 0)
		history_points_free(&points);
	else
		*out = points;
	return rc;
}

void history_points_free(struct history_points *points)
{
	free(points->points);
	*points = (struct history_points){0};
}
