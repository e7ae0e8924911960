#include "sink/graph/formats/prometheus.h"

#include "sink/graph/formats/edge_metrics.h"

static void add_edge(enum edge_metric metric, const struct snapshot *snapshot,
		     const struct snapshot_edge *edge, struct text *labels, struct text *out)
{
	const struct graph_edge *measured = edge != NULL ? edge->edge : &snapshot->rest;
	struct edge_metrics_series series = {.time = ""};

	text_clear(labels);
	edge_metrics_add_labels(snapshot, edge, labels);
	series.labels = text_terminate(labels);
	for (unsigned part = 0; part < edge_metrics_parts(metric, measured); part++) {
		if (edge_metrics_has(metric, part, measured))
			edge_metrics_add(metric, part, measured, measured, &series, out);
	}
	out->failed |= labels->failed;
}

void prometheus_format(const struct snapshot *snapshot, struct text *out)
{
	struct text labels;

	text_init(&labels, EDGE_METRICS_LABELS_MAX);
	for (enum edge_metric metric = 0; metric < EDGE_METRICS; metric++) {
		edge_metrics_add_head(metric, false, out);
		for (size_t i = 0; i < snapshot->edge_count; i++)
			add_edge(metric, snapshot, &snapshot->edges[i], &labels, out);
		if (snapshot->rest.measures.flows > 0)
			add_edge(metric, snapshot, NULL, &labels, out);
	}
	text_free(&labels);
}
