#include "sink/graph/formats/table.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/amount.h"
#include "common/program/columns.h"
#include "sink/graph/formats/describe.h"

#define COLUMNS 14
#define NUMBERS 0x1fbcu /* all but client, server, counted as and errors */

const char *const table_columns[] = {"names",  "flows",  "sent", "received", "requests",
				     "mean",   "p50",    "p95",  "p99",      "max",
				     "resent", "errors", NULL};

#define FAMILY_COLUMN 5 /* the first of those that are about one family of requests */

struct row {
	uint64_t value; /* by which rows are sorted */
	const struct snapshot_edge *edge;
};

static void add_heading(struct columns *table)
{
	static const char *const names[COLUMNS] = {
		"CLIENT", "SERVER", "FLOWS", "SENT", "RECEIVED", "REQUESTS", "COUNTED AS",
		"MEAN",   "P50",    "P95",   "P99",  "MAX",      "RESENT",   "ERRORS"};

	for (size_t i = 0; i < COLUMNS; i++)
		columns_add(table, names[i]);
}

static void add_duration(struct columns *table, bool measured, uint64_t ns)
{
	if (measured)
		amount_add_duration(&table->text, ns);
	else
		text_add_string(&table->text, "-");
	columns_end(table);
}

/* Requests of one family, and their times. */
static void add_requests(struct columns *table, uint64_t requests, const struct durations *times,
			 const struct histogram *histogram, const struct messages *messages)
{
	static const unsigned per_mille[] = {500, 950, 990};
	bool timed = times->count > 0;

	text_add_u64(&table->text, requests);
	columns_end(table);
	if (messages != NULL)
		messages_describe(messages, &table->text);
	else
		text_add_string(&table->text, requests > 0 ? "turns" : "-");
	columns_end(table);
	add_duration(table, timed, durations_mean(times));
	for (size_t i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++)
		add_duration(table, timed && histogram != NULL,
			     durations_percentile(times, histogram, per_mille[i]));
	add_duration(table, timed, times->max_ns);
}

/* A second line of an edge that has messages and, of other flows, turns. */
static void add_turns(struct columns *table, const struct graph_edge *edge)
{
	for (size_t i = 0; i < FAMILY_COLUMN; i++)
		columns_add(table, "");
	add_requests(table, edge->measures.requests, &edge->measures.response, edge->histogram,
		     NULL);
	columns_add(table, "");
	columns_add(table, "");
}

/* BRIEF: the numbers of failed flows and failed requests instead of words. */
static void add_errors(struct columns *table, const struct graph_edge *edge, bool brief)
{
	if (!brief) {
		describe_errors(&table->text, edge);
	} else {
		text_add_u64(&table->text, measures_errors(&edge->measures));
		if (edge->messages != NULL)
			text_add_format(&table->text, ", %" PRIu64,
					messages_failed(edge->messages));
	}
	columns_end(table);
}

static void add_row(struct columns *table, const char *client, const char *server,
		    const struct graph_edge *edge, bool brief)
{
	const struct measures *measures = &edge->measures;
	struct messages_kind sum;

	if (messages_sum(edge->messages, &sum) < 0) {
		table->text.failed = true;
		return;
	}
	columns_add(table, client);
	text_add_string(&table->text, server);
	if (!edge->directed && server[0] != '\0')
		text_add_string(&table->text, " (or client)");
	columns_end(table);
	text_add_u64(&table->text, measures->flows);
	columns_end(table);
	amount_add_bytes(&table->text, measures->source_bytes);
	columns_end(table);
	amount_add_bytes(&table->text, measures->destination_bytes);
	columns_end(table);
	if (edge->messages != NULL)
		add_requests(table, sum.counts.requests, &sum.first_byte, sum.first_bytes,
			     edge->messages);
	else
		add_requests(table, measures->requests, &measures->response, edge->histogram, NULL);
	messages_kind_clear(&sum);
	text_add_format(&table->text, "%" PRIu64 ", %" PRIu64, measures->retransmissions_sent,
			measures->retransmissions_received);
	columns_end(table);
	add_errors(table, edge, brief);
	if (edge->messages != NULL && measures->requests > 0)
		add_turns(table, edge);
}

static void add_moment(struct text *out, const char *before, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	text_add_string(out, before);
	text_add(out, text, when_format(moment, text));
}

/* Which flows the table is about: those that ended in the window, and when the first and the last of them did. */
static void add_window(const struct snapshot *snapshot, struct text *out)
{
	bool open = when_is_min(snapshot->from) && when_is_max(snapshot->to);
	bool empty = when_before(snapshot->last, snapshot->first);

	text_add_string(out, empty ? "No flow ended" : "Flows that ended");
	describe_window(out, snapshot->from, snapshot->to);
	if (!empty && !when_is_min(snapshot->first)) {
		add_moment(out, open ? " from " : "; the first at ", snapshot->first);
		add_moment(out, open ? " to " : ", the last at ", snapshot->last);
		if (open)
			text_add_string(out, ", both included");
	}
	text_add_string(out, "\n");
}

/* How many of the flows have an end that is not known. */
static void add_unknown(const struct snapshot *snapshot, struct text *out)
{
	uint64_t flows = snapshot->total.measures.flows, unknown = 0;

	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];
		enum node_kind client = snapshot->nodes[edge->client].node->kind;
		enum node_kind server = snapshot->nodes[edge->server].node->kind;

		if (client == NODE_UNKNOWN || client == NODE_AMBIGUOUS || server == NODE_UNKNOWN ||
		    server == NODE_AMBIGUOUS)
			unknown += edge->edge->measures.flows;
	}
	if (unknown > 0)
		text_add_format(out,
				"%" PRIu64 " of %" PRIu64 " flows have an end that is not known\n",
				unknown, flows);
}

/* What rows are sorted by: of an edge that has both families its messages, where that is one number. -1 if out of
 * memory. */
static int find_value(const struct graph_edge *edge, enum table_column column, uint64_t *value)
{
	const struct measures *m = &edge->measures;
	struct messages_kind sum;

	if (messages_sum(edge->messages, &sum) < 0)
		return -1;

	bool read = edge->messages != NULL;
	const struct durations *times = read ? &sum.first_byte : &m->response;
	const struct histogram *histogram = read ? sum.first_bytes : edge->histogram;
	const uint64_t values[TABLE_COLUMNS] = {
		[TABLE_FLOWS] = m->flows,
		[TABLE_SENT] = m->source_bytes,
		[TABLE_RECEIVED] = m->destination_bytes,
		[TABLE_REQUESTS] = read ? sum.counts.requests : m->requests,
		[TABLE_MEAN] = durations_mean(times),
		[TABLE_P50] = durations_percentile(times, histogram, 500),
		[TABLE_P95] = durations_percentile(times, histogram, 950),
		[TABLE_P99] = durations_percentile(times, histogram, 990),
		[TABLE_MAX] = times->max_ns,
		[TABLE_RESENT] = m->retransmissions_sent + m->retransmissions_received,
		[TABLE_ERRORS] =
			measures_errors(m) - m->failed_read + messages_failed(edge->messages),
	};

	*value = values[column];
	messages_kind_clear(&sum);
	return 0;
}

/* The largest value first; equal ones in the order of the snapshot, whose edges are one array. */
static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return a->edge < b->edge ? -1 : 1;
}

/* Adds the lines of the edges, at most ROWS. -1 if out of memory. */
static int add_rows(const struct snapshot *snapshot, const struct table_view *view, size_t rows,
		    struct columns *table)
{
	size_t count = snapshot->edge_count;
	struct row *sorted = calloc(count + 1, sizeof(*sorted));
	int rc = sorted == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		sorted[i].edge = &snapshot->edges[i];
		rc = find_value(sorted[i].edge->edge, view->sort, &sorted[i].value);
	}
	if (rc < 0)
		goto out;
	qsort(sorted, count, sizeof(*sorted), compare_rows);
	for (size_t i = 0; i < rows; i++) {
		const struct snapshot_edge *edge = sorted[view->reverse ? count - 1 - i : i].edge;

		add_row(table, snapshot_label(snapshot, edge->client),
			snapshot_label(snapshot, edge->server), edge->edge, view->width > 0);
	}
out:
	free(sorted);
	return rc;
}

void table_format(const struct snapshot *snapshot, const struct table_view *view, struct text *out)
{
	/* What a narrow terminal does without, the first first. */
	static const unsigned char dispensable[] = {11, 7, 12, 4, 3, 8, 10};
	size_t count = snapshot->edge_count;
	size_t rows = view->rows > 0 && count > view->rows ? view->rows : count;
	struct columns table;

	columns_init(&table, COLUMNS, NUMBERS, out->limit);
	add_window(snapshot, out);
	add_unknown(snapshot, out);
	text_add_string(out, "\n");
	add_heading(&table);
	if (add_rows(snapshot, view, rows, &table) < 0)
		out->failed = true;
	if (snapshot->rest.measures.flows > 0)
		add_row(&table, "(further edges)", "", &snapshot->rest, view->width > 0);
	add_row(&table, "total", "", &snapshot->total, view->width > 0);
	if (view->width > 0)
		columns_fit(&table, view->width, dispensable, sizeof(dispensable));
	columns_print(&table, out);
	if (rows < count)
		text_add_format(out, "\n%zu more edges are in the total, but not shown\n",
				count - rows);
	columns_free(&table);
}
