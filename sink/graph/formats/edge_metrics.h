/* edge_metrics.h - an edge as metrics, in the names and labels that Grafana's service graph reads from
 * Prometheus. Pure.
 *
 * traces_service_graph_*, of edges whose client is known and of further edges (snapshot.h):
 *
 *   _request_total            requests
 *   _request_failed_total     requests that failed; never more than _request_total
 *   _request_server_seconds   from a request's last packet to the first of its response, a histogram; absent
 *                             until one was measured
 *
 * These have one more label, "family". Where it is "messages" they are those that the meter read, from the
 * edge's client: all of them; those answered with an error (common/record/message_status.h) or not at all. Where
 * it is "turns" they are of the flows whose messages were not read: turns and flows that failed; flows
 * that failed (measures.h). No request is in both. The series of a family are there once it counted
 * something; those of turns always.
 *
 * tenure_graph_edge_*, of all edges:
 *
 *   _flows_total              flows
 *   _failed_flows_total       those that failed; "error" is "refused", "unanswered" or "reset"
 *   _bytes_total              IP bytes; "direction" is "sent" (by the client) or "received"
 *   _retransmissions_total    TCP segments that were sent again, in the same directions
 *   _message_*                messages, with the labels "protocol" and "requester", which is "client" or
 *                             "server"; of an edge whose client is not known these are its two ends
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
	EDGE_METRIC_FAILED_FLOWS,
	EDGE_METRIC_BYTES,
	EDGE_METRIC_RETRANSMISSIONS,
	/* In the order of struct messages_counts. */
	EDGE_METRIC_MESSAGE_RECORDS,
	EDGE_METRIC_MESSAGE_INCOMPLETE,
	EDGE_METRIC_MESSAGE_REQUESTS,
	EDGE_METRIC_MESSAGE_RESPONSES,
	EDGE_METRIC_MESSAGE_RETRIES,
	EDGE_METRIC_MESSAGE_UNANSWERED,
	EDGE_METRIC_MESSAGE_ERRORS,
	EDGE_METRIC_MESSAGE_CLIENT_ERRORS,
	EDGE_METRIC_MESSAGE_LAST_BYTE,
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

/* How many parts METRIC may have on EDGE: a part is a series, or those of a histogram. */
unsigned edge_metrics_parts(enum edge_metric metric, const struct graph_edge *edge);
/* Whether EDGE has PART of METRIC. */
bool edge_metrics_has(enum edge_metric metric, unsigned part, const struct graph_edge *edge);
/* Adds the samples of PART, which EDGE has, with what was measured on MEASURED: EDGE or a part of it. */
void edge_metrics_add(enum edge_metric metric, unsigned part, const struct graph_edge *edge,
		      const struct graph_edge *measured, const struct edge_metrics_series *series,
		      struct text *out);

#endif
