#include "sink/graph/formats/edge_metrics.h"

#define NS ((uint64_t)NS_PER_SECOND)
#define EDGE_METRICS_MORE_MAX 128 /* bytes of the labels of one part */
#define BOUNDS (EDGE_METRICS_LAST - EDGE_METRICS_FIRST + 1)

static const struct {
	const char *name, *type, *help;
} metrics[EDGE_METRICS] = {
	{"traces_service_graph_request", "counter",
	 "Requests by family: messages that were read, or turns and failed flows of the others."},
	{"traces_service_graph_request_failed", "counter",
	 "Of these: answered with an error or not at all; failed flows of the others."},
	{"traces_service_graph_request_server_seconds", "histogram",
	 "Time from the last packet of a request to the first of its response."},
	{"tenure_graph_edge_flows", "counter", "Flows, each once."},
	{"tenure_graph_edge_failed_flows", "counter",
	 "Flows that were refused, unanswered or reset."},
	{"tenure_graph_edge_bytes", "counter", "IP bytes that the client sent and received."},
	{"tenure_graph_edge_retransmissions", "counter",
	 "TCP segments that were sent again by the client and by the server."},
	{"tenure_graph_edge_message_records", "counter",
	 "Records of flows whose messages were read."},
	{"tenure_graph_edge_message_incomplete_records", "counter",
	 "Those whose counts of messages may be wrong."},
	{"tenure_graph_edge_message_requests", "counter", "Requests that were read."},
	{"tenure_graph_edge_message_responses", "counter", "Responses that were read."},
	{"tenure_graph_edge_message_retries", "counter",
	 "Requests that were sent again while they waited; not in requests."},
	{"tenure_graph_edge_message_unanswered", "counter",
	 "Requests without a response when their flow ended."},
	{"tenure_graph_edge_message_errors", "counter",
	 "Responses that say that the server or the operation failed."},
	{"tenure_graph_edge_message_client_errors", "counter",
	 "Responses that refuse what the client asked for."},
	{"tenure_graph_edge_message_last_byte_seconds", "histogram",
	 "Time from a request's last byte to the last byte of its response."},
};

static bool is_histogram(enum edge_metric metric)
{
	return metric == EDGE_METRIC_SECONDS || metric == EDGE_METRIC_MESSAGE_LAST_BYTE;
}

void edge_metrics_add_head(enum edge_metric metric, bool openmetrics, struct text *out)
{
	const char *name = metrics[metric].name, *type = metrics[metric].type;
	const char *total = is_histogram(metric) || openmetrics ? "" : "_total";

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

/* A sample is NAME SUFFIX {LABELS MORE} VALUE TIME. This is up to MORE: a server writes very many of them. */
static void begin_labels(const struct edge_metrics_series *series, enum edge_metric metric,
			 const char *suffix, const char *more, struct text *out)
{
	text_add_string(out, metrics[metric].name);
	text_add_string(out, suffix);
	text_add_string(out, "{");
	text_add_string(out, series->labels);
	text_add_string(out, more);
}

static void begin_sample(const struct edge_metrics_series *series, enum edge_metric metric,
			 const char *suffix, const char *more, struct text *out)
{
	begin_labels(series, metric, suffix, more, out);
	text_add_string(out, "} ");
}

/* NS nanoseconds as seconds. */
static void add_seconds(uint64_t ns, struct text *out)
{
	char digits[] = ".000000000";
	uint64_t rest = ns % NS;

	for (size_t i = sizeof(digits) - 2; i > 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	text_add_u64(out, ns / NS);
	text_add(out, digits, sizeof(digits) - 1);
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

/* A histogram while it is written: the sum of those of several kinds of messages, or one. */
struct histogram_sum {
	struct durations durations;
	const struct histogram *histograms[MESSAGES_KINDS_MAX];
	size_t count;
};

static void add_to_sum(struct histogram_sum *sum, const struct durations *durations,
		       const struct histogram *histogram)
{
	durations_add(&sum->durations, durations);
	if (histogram != NULL)
		sum->histograms[sum->count++] = histogram;
}

static void add_histogram(const struct edge_metrics_series *series, enum edge_metric metric,
			  const char *more, const struct histogram_sum *sum, struct text *out)
{
	uint64_t count = sum->durations.count, up_to[BOUNDS] = {0};

	for (size_t i = 0; i < sum->count; i++)
		histogram_add_up_to(sum->histograms[i], EDGE_METRICS_FIRST, EDGE_METRICS_LAST,
				    up_to);
	for (unsigned i = 0; i < BOUNDS; i++) {
		begin_labels(series, metric, "_bucket", more, out);
		text_add_string(out, ",le=\"");
		add_seconds(UINT64_C(1) << (EDGE_METRICS_FIRST + i), out);
		text_add_string(out, "\"} ");
		text_add_u64(out, up_to[i]);
		end_sample(series, out);
	}
	begin_labels(series, metric, "_bucket", more, out);
	text_add_string(out, ",le=\"+Inf\"} ");
	text_add_u64(out, count);
	end_sample(series, out);
	add_count(series, metric, "_count", more, count, out);
	begin_sample(series, metric, "_sum", more, out);
	add_seconds(sum->durations.sum_ns, out);
	end_sample(series, out);
}

/* ---- By family ---- */

enum family { TURNS, MESSAGES, FAMILIES };

static const char *const families[FAMILIES] = {",family=\"turns\"", ",family=\"messages\""};

/* The sum of the kinds that the client asks for. */
static struct messages_counts from_client(const struct graph_edge *edge)
{
	struct messages_counts sum = {0};

	for (size_t i = 0; edge->messages != NULL && i < edge->messages->count; i++) {
		if (!edge->messages->kinds[i].from_server)
			messages_counts_add(&sum, &edge->messages->kinds[i].counts);
	}
	return sum;
}

/* The times of those, or of turns. */
static struct histogram_sum first_bytes(const struct graph_edge *edge, enum family family)
{
	struct histogram_sum sum = {0};

	if (family == TURNS)
		add_to_sum(&sum, &edge->measures.response, edge->histogram);
	for (size_t i = 0;
	     family == MESSAGES && edge->messages != NULL && i < edge->messages->count; i++) {
		const struct messages_kind *kind = &edge->messages->kinds[i];

		if (!kind->from_server)
			add_to_sum(&sum, &kind->first_byte, kind->first_bytes);
	}
	return sum;
}

static uint64_t failed_of(const struct graph_edge *edge, enum family family)
{
	struct messages_counts counts = from_client(edge);

	if (family == TURNS)
		return measures_errors(&edge->measures) - edge->measures.failed_read;
	measures_add_count(&counts.errors, counts.unanswered);
	return counts.errors;
}

/* Never less than those that failed: a response may be counted in a record behind its request's. */
static uint64_t requests_of(const struct graph_edge *edge, enum family family)
{
	uint64_t requests = edge->measures.requests, failed = failed_of(edge, family);

	if (family == TURNS)
		measures_add_count(&requests, failed);
	else
		requests = from_client(edge).requests;
	return requests < failed ? failed : requests;
}

static bool has_family(enum edge_metric metric, enum family family, const struct graph_edge *edge)
{
	bool further = edge->client < 0;

	if (!edge->directed && !further)
		return false;
	if (metric == EDGE_METRIC_SECONDS)
		return first_bytes(edge, family).durations.count > 0;
	return family == TURNS || from_client(edge).records > 0;
}

/* ---- By kind of messages ---- */

static void add_kind_labels(const struct messages_kind *kind, struct text *more)
{
	add_label(",protocol=\"", kind->protocol, more);
	text_add_string(more,
			kind->from_server ? ",requester=\"server\"" : ",requester=\"client\"");
}

/* The kind of EDGE that is like LIKE; one without counts if there is none. */
static const struct messages_kind *kind_like(const struct graph_edge *edge,
					     const struct messages_kind *like)
{
	static const struct messages_kind none;
	const struct messages_kind *found = messages_find(edge->messages, like);

	return found == NULL ? &none : found;
}

static void add_message_metric(enum edge_metric metric, const struct messages_kind *like,
			       const struct messages_kind *kind,
			       const struct edge_metrics_series *series, struct text *out)
{
	const uint64_t *counts = (const uint64_t *)&kind->counts;
	struct histogram_sum sum = {0};
	struct text labels;
	const char *more;

	text_init(&labels, EDGE_METRICS_MORE_MAX);
	add_kind_labels(like, &labels);
	more = text_terminate(&labels);
	if (metric == EDGE_METRIC_MESSAGE_LAST_BYTE) {
		add_to_sum(&sum, &kind->last_byte, kind->last_bytes);
		add_histogram(series, metric, more, &sum, out);
	} else {
		add_count(series, metric, "_total", more,
			  counts[metric - EDGE_METRIC_MESSAGE_RECORDS], out);
	}
	out->failed |= labels.failed;
	text_free(&labels);
}

/* ---- All ---- */

unsigned edge_metrics_parts(enum edge_metric metric, const struct graph_edge *edge)
{
	if (metric >= EDGE_METRIC_MESSAGE_RECORDS)
		return edge->messages == NULL ? 0 : (unsigned)edge->messages->count;
	if (metric == EDGE_METRIC_FAILED_FLOWS)
		return 3;
	return metric == EDGE_METRIC_FLOWS ? 1 : 2;
}

bool edge_metrics_has(enum edge_metric metric, unsigned part, const struct graph_edge *edge)
{
	if (metric <= EDGE_METRIC_SECONDS)
		return has_family(metric, part, edge);
	return metric != EDGE_METRIC_MESSAGE_LAST_BYTE ||
	       edge->messages->kinds[part].last_byte.count > 0;
}

void edge_metrics_add(enum edge_metric metric, unsigned part, const struct graph_edge *edge,
		      const struct graph_edge *measured, const struct edge_metrics_series *series,
		      struct text *out)
{
	static const char *const directions[] = {",direction=\"sent\"", ",direction=\"received\""};
	static const char *const errors[] = {",error=\"refused\"", ",error=\"unanswered\"",
					     ",error=\"reset\""};
	const struct measures *m = &measured->measures;
	struct histogram_sum sum;

	switch (metric) {
	case EDGE_METRIC_REQUESTS:
		add_count(series, metric, "_total", families[part], requests_of(measured, part),
			  out);
		break;
	case EDGE_METRIC_FAILED:
		add_count(series, metric, "_total", families[part], failed_of(measured, part), out);
		break;
	case EDGE_METRIC_SECONDS:
		sum = first_bytes(measured, part);
		add_histogram(series, metric, families[part], &sum, out);
		break;
	case EDGE_METRIC_FLOWS:
		add_count(series, metric, "_total", "", m->flows, out);
		break;
	case EDGE_METRIC_FAILED_FLOWS:
		add_count(series, metric, "_total", errors[part],
			  part == 0   ? m->refused
			  : part == 1 ? m->unanswered
				      : m->reset,
			  out);
		break;
	case EDGE_METRIC_BYTES:
		add_count(series, metric, "_total", directions[part],
			  part == 0 ? m->source_bytes : m->destination_bytes, out);
		break;
	case EDGE_METRIC_RETRANSMISSIONS:
		add_count(series, metric, "_total", directions[part],
			  part == 0 ? m->retransmissions_sent : m->retransmissions_received, out);
		break;
	default:
		add_message_metric(metric, &edge->messages->kinds[part],
				   kind_like(measured, &edge->messages->kinds[part]), series, out);
		break;
	}
}
