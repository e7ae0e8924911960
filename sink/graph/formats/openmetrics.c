#include "sink/graph/formats/openmetrics.h"

#include <stdio.h>

#include "sink/graph/formats/edge_metrics.h"

/* Adds the samples of PART of METRIC of EDGE, or of further edges if it is NULL. -1 if out of memory. */
static int add_series(const struct openmetrics *openmetrics, enum edge_metric metric, unsigned part,
		      const struct snapshot_edge *edge, const char *labels, struct text *out)
{
	const struct series *steps = openmetrics->series;
	const struct graph_edge *whole = edge != NULL ? edge->edge : &openmetrics->whole->rest;
	struct graph_edge sum = *whole;
	char time[32];
	const struct edge_metrics_series series = {labels, time};
	int rc = 0;

	sum.measures = (struct measures){0};
	sum.histogram = sum.handshake = NULL;
	sum.messages = NULL;
	if (steps->count == 0 || !edge_metrics_has(metric, part, whole))
		return 0;
	/* 0 where the first step begins: Prometheus counts from the first sample on. */
	for (size_t i = 0; i <= steps->count && rc == 0; i++) {
		struct when at = i == 0 ? steps->steps[0].from : steps->steps[i - 1].to;

		if (i > 0) {
			const struct graph *graph = &steps->steps[i - 1].graph;
			const struct graph_edge *more =
				edge != NULL ? graph_find(graph, whole) : &graph->rest;

			rc = more == NULL ? 0 : graph_edge_add(&sum, more);
		}
		snprintf(time, sizeof(time), " %.3f", (double)at.ns / 1e9);
		edge_metrics_add(metric, part, whole, &sum, &series, out);
	}
	graph_edge_clear(&sum);
	return rc;
}

static void add_edge(const struct openmetrics *openmetrics, enum edge_metric metric,
		     const struct snapshot_edge *edge, struct text *out)
{
	const struct graph_edge *whole = edge != NULL ? edge->edge : &openmetrics->whole->rest;
	struct text labels;

	text_init(&labels, EDGE_METRICS_LABELS_MAX);
	edge_metrics_add_labels(openmetrics->whole, edge, &labels);
	for (unsigned part = 0; part < edge_metrics_parts(metric, whole); part++) {
		if (add_series(openmetrics, metric, part, edge, text_terminate(&labels), out) < 0)
			out->failed = true;
	}
	out->failed |= labels.failed;
	text_free(&labels);
}

bool openmetrics_next(struct openmetrics *openmetrics, struct text *out)
{
	const struct snapshot *whole = openmetrics->whole;
	enum edge_metric metric = openmetrics->metric;

	if (metric == EDGE_METRICS) {
		text_add_string(out, "# EOF\n");
		openmetrics->metric++;
		return true;
	}
	if (metric > EDGE_METRICS)
		return false;
	if (openmetrics->edge == 0)
		edge_metrics_add_head(metric, true, out);
	if (openmetrics->edge < whole->edge_count) {
		add_edge(openmetrics, metric, &whole->edges[openmetrics->edge++], out);
		return true;
	}
	if (whole->rest.measures.flows > 0)
		add_edge(openmetrics, metric, NULL, out);
	openmetrics->edge = 0;
	openmetrics->metric++;
	return true;
}
