#include "sink/graph/series.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

void series_init(struct series *series, int64_t step_ns)
{
	*series = (struct series){.step_ns = step_ns};
}

void series_free(struct series *series)
{
	for (size_t i = 0; i < series->count; i++)
		graph_free(&series->steps[i].graph);
	free(series->steps);
	*series = (struct series){.step_ns = series->step_ns};
}

struct when series_start(const struct series *series, struct when moment)
{
	int64_t past = moment.ns % series->step_ns;

	return when_add(moment, past < 0 ? -past - series->step_ns : -past);
}

/* The step that begins at FROM, added if it is new; NULL if out of memory. */
static struct series_step *step_at(struct series *series, struct when from)
{
	size_t at = series->count;

	/* Flows come nearly in order. */
	while (at > 0 && when_before(from, series->steps[at - 1].from))
		at--;
	if (at > 0 && series->steps[at - 1].from.ns == from.ns)
		return &series->steps[at - 1];
	if (array_grow(&series->steps, &series->capacity, series->count + 1,
		       sizeof(*series->steps)) < 0)
		return NULL;
	memmove(series->steps + at + 1, series->steps + at,
		(series->count - at) * sizeof(*series->steps));
	series->count++;
	series->steps[at] =
		(struct series_step){.from = from, .to = when_add(from, series->step_ns)};
	graph_init(&series->steps[at].graph);
	return &series->steps[at];
}

int series_merge(struct series *series, struct when moment, const struct graph *graph)
{
	struct series_step *step;

	if (graph->count > SERIES_EDGES_MAX - series->edges) {
		series->full = true;
		return 0;
	}
	step = step_at(series, series_start(series, moment));
	if (step == NULL || graph_merge(&step->graph, graph) < 0)
		return -1;
	series->edges += graph->count;
	return 0;
}

int series_add(struct series *series, const struct conversation_slice *slice)
{
	struct series_step *step;
	size_t edges;

	if (!slice->counted)
		return 0;
	if (series->edges >= SERIES_EDGES_MAX) {
		series->full = true;
		return 0;
	}
	step = step_at(series, series_start(series, slice->end));
	if (step == NULL)
		return -1;
	edges = step->graph.count;
	if (graph_add(&step->graph, slice) < 0)
		return -1;
	series->edges += step->graph.count - edges;
	return 0;
}

int series_group(struct series *series, const struct series *from, struct grouping *grouping)
{
	for (size_t i = 0; i < from->count; i++) {
		struct series_step *step = step_at(series, from->steps[i].from);

		if (step == NULL ||
		    grouping_merge(grouping, &from->steps[i].graph, &step->graph) < 0)
			return -1;
	}
	series->full = from->full;
	return 0;
}
