/* edge_metrics.h - an edge as metrics, in the names and labels that Grafana's service graph reads from
 * Prometheus. Pure.
 *
 * traces_service_graph_*, of edges whose client is known and of further edges (snapshot.h):
 *
 *   _request_total            requests that were answered, and flows that failed (measures.h)
 *   _request_failed_total     flows that failed; never more than _request_total
 *   _request_server_seconds   response times, a histogram; absent until one was measured
 *
 * tenure_graph_edge_*, of all edges:
 *
 *   _flows_total              flows
 *   _bytes_total              IP bytes; "direction" is "sent" (by the client) or "received"
 *   _retransmissions_total    TCP segments that were sent again, in the same directions
 *
 * Labels: client and server are the node's label (node.h) without its namespace and cluster, which are in
 * client_service_namespace and server_service_namespace, client_k8s_cluster_name and
 * server_k8s_cluster_name. connection_type is "virtual_node" if an end is nothing that the cluster runs or is
 * not known, and "unknown_direction" if it is not known which end is the client (the order of the two then
 * means nothing), else empty. All of them are always there.
 *
 * (1) The bounds of buckets are the powers of two from 2^EDGE_METRICS_FIRST to 2^EDGE_METRICS_LAST
 *     nanoseconds, in seconds. They are bounds of our histograms, so the counts are exact; only a bucket of
 *     a negative scale is counted at the first bound that is not below its own.
 * (2) Responses without a histogram are counted in the bucket of infinity, in sum and in count.
 * (3) Bytes of names that are not visible ASCII become '?'.
 */
#ifndef TENURE_EDGE_METRICS_H
#define TENURE_EDGE_METRICS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

#define EDGE_METRICS_FIRST 14        /* 2^14 ns: 16 us */
#define EDGE_METRICS_LAST 35         /* 34 s */
#define EDGE_METRICS_LABELS_MAX 8192 /* bytes of the labels of one edge */

enum edge_metric {
	EDGE_METRIC_REQUESTS,
	EDGE_METRIC_FAILED,
	EDGE_METRIC_SECONDS,
	EDGE_METRIC_FLOWS,
	EDGE_METRIC_BYTES,
	EDGE_METRIC_RETRANSMISSIONS,
	EDGE_METRICS,
};

/* What the samples of one edge have in common. */
struct edge_metrics_series {
	const char *labels; /* of edge_metrics_add_labels() */
	const char *time;   /* a blank and seconds since 1970, or "" */
};

/* Adds HELP and TYPE, in which OpenMetrics names a counter without "_total". */
void edge_metrics_add_head(enum edge_metric metric, bool openmetrics, struct text *out);

/* Adds the labels of EDGE, or of further edges if it is NULL: client="...",server="...",... */
void edge_metrics_add_labels(const struct snapshot *snapshot, const struct snapshot_edge *edge,
			     struct text *out);

/* Whether EDGE has METRIC. */
bool edge_metrics_has(enum edge_metric metric, const struct graph_edge *edge);
/* 2 if METRIC has a series for what the client sent and one for what it received, else 1. */
unsigned edge_metrics_parts(enum edge_metric metric);
/* Adds the samples of one PART of METRIC, which EDGE has or once had. */
void edge_metrics_add(enum edge_metric metric, unsigned part, const struct graph_edge *edge,
		      const struct edge_metrics_series *series, struct text *out);

#endif
