#include "sink/graph/formats/edge_metrics.h"

#include <inttypes.h>
#include <stdio.h>

#define NS ((uint64_t)NS_PER_SECOND)
#define SECONDS "%" PRIu64 ".%09" PRIu64 /* whole ones and nanoseconds */

static const struct {
	const char *name, *type, *help;
} metrics[EDGE_METRICS] = {
	{"traces_service_graph_request", "counter",
	 "Requests that were answered, and flows that failed."},
	{"traces_service_graph_request_failed", "counter",
	 "Flows that were refused, unanswered or reset."},
	{"traces_service_graph_request_server_seconds", "histogram",
	 "Time from the last packet of a request to the first of its response."},
	{"tenure_graph_edge_flows", "counter", "Flows, each once."},
	{"tenure_graph_edge_bytes", "counter", "IP bytes that the client sent and received."},
	{"tenure_graph_edge_retransmissions", "counter",
	 "TCP segments that were sent again by the client and by the server."},
};

void edge_metrics_add_head(enum edge_metric metric, bool openmetrics, struct text *out)
{
	const char *name = metrics[metric].name, *type = metrics[metric].type;
	const char *total = metric == EDGE_METRIC_SECONDS || openmetrics ? "" : "_total";

	text_add_format(out, "# HELP %s%s %s\n", name, total, metrics[metric].help);
	text_add_format(out, "# TYPE %s%s %s\n", name, total, type);
}

static void add_label(const char *before, const char *value, struct text *out)
{
	text_add_string(out, before);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_string(out, "\\");
		text_add(out, *value >= ' ' && *value < 0x7f ? value : "?", 1);
	}
	text_add_string(out, "\"");
}

/* The label of NODE without its namespace and cluster. */
static void add_name(const char *before, const struct node *node, struct text *out)
{
	struct node bare = *node;
	struct text label;
	const char *name;

	text_init(&label, 2 * TAGGED_FLOW_NAME_SIZE);
	bare.namespace[0] = '\0';
	node_add_label(&bare, false, &label);
	name = text_terminate(&label);
	/* What has a namespace begins with a slash when it is empty. */
	add_label(before, name + (name[0] == '/' ? 1 : 0), out);
	out->failed |= label.failed;
	text_free(&label);
}

static const char *connection_type(const struct snapshot_edge *edge, const struct node *client,
				   const struct node *server)
{
	if (!edge->edge->directed)
		return "unknown_direction";
	return client->kind >= NODE_OUTSIDE || server->kind >= NODE_OUTSIDE ? "virtual_node" : "";
}

void edge_metrics_add_labels(const struct snapshot *snapshot, const struct snapshot_edge *edge,
			     struct text *out)
{
	static const char further[] = "client=\"(further edges)\",server=\"(further edges)\","
				      "connection_type=\"virtual_node\","
				      "client_service_namespace=\"\",server_service_namespace=\"\","
				      "client_k8s_cluster_name=\"\",server_k8s_cluster_name=\"\"";
	const struct node *client, *server;

	if (edge == NULL) {
		text_add_string(out, further);
		return;
	}
	client = snapshot->nodes[edge->client].node;
	server = snapshot->nodes[edge->server].node;
	add_name("client=\"", client, out);
	add_name(",server=\"", server, out);
	text_add_format(out, ",connection_type=\"%s\"", connection_type(edge, client, server));
	add_label(",client_service_namespace=\"", client->namespace, out);
	add_label(",server_service_namespace=\"", server->namespace, out);
	add_label(",client_k8s_cluster_name=\"", client->cluster, out);
	add_label(",server_k8s_cluster_name=\"", server->cluster, out);
}

/* A sample is NAME SUFFIX {LABELS MORE} VALUE TIME. */
static void begin_sample(const struct edge_metrics_series *series, enum edge_metric metric,
			 const char *suffix, const char *more, struct text *out)
{
	text_add_format(out, "%s%s{", metrics[metric].name, suffix);
	text_add_string(out, series->labels);
	text_add_string(out, more);
	text_add_string(out, "} ");
}

static void end_sample(const struct edge_metrics_series *series, struct text *out)
{
	text_add_string(out, series->time);
	text_add_string(out, "\n");
}

static void add_count(const struct edge_metrics_series *series, enum edge_metric metric,
		      const char *suffix, const char *more, uint64_t count, struct text *out)
{
	begin_sample(series, metric, suffix, more, out);
	text_add_u64(out, count);
	end_sample(series, out);
}

static void add_histogram(const struct edge_metrics_series *series, const struct graph_edge *edge,
			  struct text *out)
{
	const struct measures *measures = &edge->measures;
	uint64_t sum = measures->response.sum_ns;

	for (unsigned power = EDGE_METRICS_FIRST; power <= EDGE_METRICS_LAST; power++) {
		uint64_t bound = UINT64_C(1) << power, count = 0;
		char label[48];

		if (edge->histogram != NULL)
			count = histogram_up_to(edge->histogram, power);
		snprintf(label, sizeof(label), ",le=\"" SECONDS "\"", bound / NS, bound % NS);
		add_count(series, EDGE_METRIC_SECONDS, "_bucket", label, count, out);
	}
	add_count(series, EDGE_METRIC_SECONDS, "_bucket", ",le=\"+Inf\"", measures->response.count,
		  out);
	add_count(series, EDGE_METRIC_SECONDS, "_count", "", measures->response.count, out);
	begin_sample(series, EDGE_METRIC_SECONDS, "_sum", "", out);
	text_add_format(out, SECONDS, sum / NS, sum % NS);
	end_sample(series, out);
}

/* The sum of two counts, or the largest number. */
static uint64_t sum_of(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

bool edge_metrics_has(enum edge_metric metric, const struct graph_edge *edge)
{
	bool further = edge->client < 0;

	if (metric == EDGE_METRIC_SECONDS && edge->measures.response.count == 0)
		return false;
	return metric >= EDGE_METRIC_FLOWS || edge->directed || further;
}

unsigned edge_metrics_parts(enum edge_metric metric)
{
	return metric >= EDGE_METRIC_BYTES ? 2 : 1;
}

void edge_metrics_add(enum edge_metric metric, unsigned part, const struct graph_edge *edge,
		      const struct edge_metrics_series *series, struct text *out)
{
	static const char *const directions[] = {",direction=\"sent\"", ",direction=\"received\""};
	const struct measures *m = &edge->measures;

	switch (metric) {
	case EDGE_METRIC_REQUESTS:
		add_count(series, metric, "_total", "", sum_of(m->requests, measures_errors(m)),
			  out);
		break;
	case EDGE_METRIC_FAILED:
		add_count(series, metric, "_total", "", measures_errors(m), out);
		break;
	case EDGE_METRIC_SECONDS:
		add_histogram(series, edge, out);
		break;
	case EDGE_METRIC_FLOWS:
		add_count(series, metric, "_total", "", m->flows, out);
		break;
	case EDGE_METRIC_BYTES:
		add_count(series, metric, "_total", directions[part],
			  part == 0 ? m->source_bytes : m->destination_bytes, out);
		break;
	case EDGE_METRIC_RETRANSMISSIONS:
		add_count(series, metric, "_total", directions[part],
			  part == 0 ? m->retransmissions_sent : m->retransmissions_received, out);
		break;
	case EDGE_METRICS:
		break;
	}
}
