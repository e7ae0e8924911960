#include "sink/graph/http/http_metrics.h"

#include "common/http/http_server.h"
#include "common/http/metrics.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/recorder.h"
#include "sink/graph/serve.h"

enum { BUILD, RECORDS, DROPPED, EARLY, SAVES, WATERMARK, REQUESTS };

/* Those of the edges are in formats/edge_metrics.c. */
static const struct metric table[] = {
	[BUILD] = {"tenure_build_info",
		   METRIC_GAUGE,
		   "The version that runs.",
		   {"program", "version"}},
	[RECORDS] = {"tenure_graph_records_total", METRIC_COUNTER, "Records read.", {0}},
	[DROPPED] = {"tenure_graph_dropped_total",
		     METRIC_COUNTER,
		     "What is not shown as itself, by reason.",
		     {"reason"}},
	[EARLY] = {"tenure_graph_early_total",
		   METRIC_COUNTER,
		   "Conversations counted before they were certainly over.",
		   {0}},
	[SAVES] = {"tenure_graph_saves_total", METRIC_COUNTER, "Times the history was saved.", {0}},
	[WATERMARK] = {"tenure_graph_watermark_timestamp_seconds",
		       METRIC_GAUGE,
		       "Up to when flows are known.",
		       {0}},
	[REQUESTS] = {"tenure_graph_http_requests_total",
		      METRIC_COUNTER,
		      "HTTP requests by what became of them.",
		      {"result"}},
};

/* One of several with one name. */
static void add_one(struct text *out, int metric, const char *value, uint64_t count)
{
	metrics_add(out, &table[metric], (const char *[]){value}, count);
}

static void add_records(const struct graph_server *server, struct text *out)
{
	struct snapshot_records records = serve_records(server);
	struct history_stats stats = history_stats(server->history);

	metrics_add_one(out, &table[RECORDS], records.read);
	metrics_begin(out, &table[DROPPED]);
	add_one(out, DROPPED, "unreadable", records.unreadable);
	add_one(out, DROPPED, "repeated", records.repeated);
	add_one(out, DROPPED, "superseded", records.superseded);
	add_one(out, DROPPED, "future", records.outside);
	add_one(out, DROPPED, "late", stats.late);
	add_one(out, DROPPED, "further_ends", stats.further_ends);
	add_one(out, DROPPED, "further_edges", stats.further_edges);
	add_one(out, DROPPED, "further_tenures", stats.further_tenures);
	metrics_add_one(out, &table[EARLY], records.early);
	metrics_add_one(out, &table[SAVES], stats.saves);
	metrics_add_time(out, &table[WATERMARK], serve_watermark(server));
}

static void add_requests(const struct graph_server *server, struct text *out)
{
	struct http_server_stats stats = http_server_stats(server->http);

	metrics_begin(out, &table[REQUESTS]);
	add_one(out, REQUESTS, "answered", stats.requests - stats.refused - stats.busy);
	add_one(out, REQUESTS, "refused", stats.refused);
	add_one(out, REQUESTS, "busy", stats.busy);
}

static void add_tables(const struct graph_server *server, struct text *out)
{
	struct table_use tables[RECORDER_TABLES + HISTORY_TABLES + 1];
	size_t count = RECORDER_TABLES + HISTORY_TABLES;

	serve_tables(server, tables);
	history_tables(server->history, tables + RECORDER_TABLES);
	tables[count++] = http_server_connections(server->http);
	metrics_add_table_entries(out, tables, count);
}

/* Adds what was measured on edges. -1 if out of memory. */
static int add_edges(const struct graph_server *server, struct text *out)
{
	const struct history_totals *totals = history_totals(server->history);
	struct snapshot snapshot;

	if (totals == NULL)
		return 0;
	if (snapshot_make(&snapshot, &totals->graph, &totals->nodes, 0, SIZE_MAX) < 0)
		return -1;
	formats_write(FORMAT_PROMETHEUS, &snapshot, out);
	snapshot_free(&snapshot);
	return 0;
}

void http_metrics_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	const struct graph_server *server = user;

	(void)call;
	if (add_edges(server, &reply->body) < 0) {
		http_reply_problem(reply, 503, "out of memory");
		return;
	}
	reply->untagged = true;
	reply->content_type = formats_content_type(FORMAT_PROMETHEUS);
	metrics_add_build(&reply->body, &table[BUILD], "tenure-graph");
	add_records(server, &reply->body);
	add_requests(server, &reply->body);
	add_tables(server, &reply->body);
}
