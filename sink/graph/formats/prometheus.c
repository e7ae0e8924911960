#include "sink/graph/formats/prometheus.h"

#include <stdlib.h>

#include "sink/graph/formats/edge_metrics.h"

/* The edges, the further ones last, and where their labels begin: each edge has many samples. */
struct labels {
	struct text text; /* each with its NUL */
	size_t *starts;
};

/* The edge at INDEX; NULL for the further ones. */
static const struct snapshot_edge *edge_at(const struct snapshot *snapshot, size_t index)
{
	return index < snapshot->edge_count ? &snapshot->edges[index] : NULL;
}

/* -1 if out of memory. */
static int make_labels(const struct snapshot *snapshot, size_t count, struct labels *labels)
{
	text_init(&labels->text, count * EDGE_METRICS_LABELS_MAX);
	labels->starts = malloc((count + 1) * sizeof(*labels->starts));
	if (labels->starts == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		labels->starts[i] = labels->text.length;
		edge_metrics_add_labels(snapshot, edge_at(snapshot, i), &labels->text);
		text_add(&labels->text, "", 1);
	}
	return labels->text.failed ? -1 : 0;
}

static void add_edge(enum edge_metric metric, const struct graph_edge *edge, const char *labels,
		     struct text *out)
{
	const struct edge_metrics_series series = {.labels = labels, .time = ""};

	for (unsigned part = 0; part < edge_metrics_parts(metric, edge); part++) {
		if (edge_metrics_has(metric, part, edge))
			edge_metrics_add(metric, part, edge, edge, &series, out);
	}
}

void prometheus_format(const struct snapshot *snapshot, struct text *out)
{
	size_t count = snapshot->edge_count + (snapshot->rest.measures.flows > 0);
	struct labels labels;

	out->failed |= make_labels(snapshot, count, &labels) < 0;
	for (enum edge_metric metric = 0; metric < EDGE_METRICS && !out->failed; metric++) {
		edge_metrics_add_head(metric, false, out);
		for (size_t i = 0; i < count; i++) {
			const struct snapshot_edge *edge = edge_at(snapshot, i);

			add_edge(metric, edge != NULL ? edge->edge : &snapshot->rest,
				 labels.text.data + labels.starts[i], out);
		}
	}
	free(labels.starts);
	text_free(&labels.text);
}
