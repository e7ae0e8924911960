#include "sink/graph/http/http_metrics.h"

#include <inttypes.h>

#include "common/http/http_server.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/http/http_answer.h"

static void add_metric(struct text *out, const char *name, const char *type, const char *help)
{
	text_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_counter(struct text *out, const char *name, const char *help, uint64_t value)
{
	add_metric(out, name, "counter", help);
	text_add_format(out, "%s %" PRIu64 "\n", name, value);
}

/* One of several counters with one name. */
static void add_labelled(struct text *out, const char *name, const char *label, uint64_t value)
{
	text_add_format(out, "%s{%s} %" PRIu64 "\n", name, label, value);
}

static void add_records(const struct graph_server *server, struct text *out)
{
	static const char read[] = "tenure_graph_records_total";
	static const char dropped[] = "tenure_graph_dropped_total";
	struct snapshot_records records = serve_records(server);
	struct history_stats stats = history_stats(server->history);
	struct when watermark = serve_watermark(server);

	add_counter(out, read, "Records read.", records.read);
	add_metric(out, dropped, "counter", "What is not shown as itself, by reason.");
	add_labelled(out, dropped, "reason=\"unreadable\"", records.unreadable);
	add_labelled(out, dropped, "reason=\"repeated\"", records.repeated);
	add_labelled(out, dropped, "reason=\"superseded\"", records.superseded);
	add_labelled(out, dropped, "reason=\"future\"", records.outside);
	add_labelled(out, dropped, "reason=\"late\"", stats.late);
	add_labelled(out, dropped, "reason=\"further_ends\"", stats.further_ends);
	add_labelled(out, dropped, "reason=\"further_edges\"", stats.further_edges);
	add_labelled(out, dropped, "reason=\"further_tenures\"", stats.further_tenures);
	add_counter(out, "tenure_graph_early_total",
		    "Conversations counted before they were certainly over.", records.early);
	add_counter(out, "tenure_graph_saves_total", "Times the history was saved.", stats.saves);
	if (when_is_min(watermark))
		return;
	add_metric(out, "tenure_graph_watermark_timestamp_seconds", "gauge",
		   "Up to when flows are known.");
	text_add_format(out, "tenure_graph_watermark_timestamp_seconds %" PRId64 ".%03" PRId64 "\n",
			watermark.ns / NS_PER_SECOND, watermark.ns % NS_PER_SECOND / NS_PER_MS);
}

static void add_requests(const struct graph_server *server, struct text *out)
{
	static const char name[] = "tenure_graph_http_requests_total";
	struct http_server_stats stats = http_server_stats(server->http);
	uint64_t good = stats.requests - stats.refused - stats.busy;

	add_metric(out, name, "counter", "HTTP requests by what became of them.");
	add_labelled(out, name, "result=\"answered\"", good);
	add_labelled(out, name, "result=\"refused\"", stats.refused);
	add_labelled(out, name, "result=\"busy\"", stats.busy);
}

void http_metrics_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	/* A counter that falls looks like a restart: Prometheus would add all of it again. Of a file that is complete
	 * nothing changes any more. */
	const struct history_filter settled = {.settled = !serve_has_ended(server)};
	struct node_table nodes = {0};
	struct snapshot snapshot;
	struct graph graph;

	(void)call;
	graph_init(&graph);
	if (serve_show(server) < 0 ||
	    history_sum(server->history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE, &settled, &nodes,
			&graph) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
	} else if (snapshot_make(&snapshot, &graph, &nodes, 0, HTTP_ANSWER_EDGES_MAX) < 0) {
		http_reply_problem(reply, 503, "out of memory");
	} else {
		reply->content_type = formats_content_type(FORMAT_PROMETHEUS);
		formats_write(FORMAT_PROMETHEUS, &snapshot, &reply->body);
		snapshot_free(&snapshot);
		add_records(server, &reply->body);
		add_requests(server, &reply->body);
	}
	graph_free(&graph);
	node_table_free(&nodes);
}
