#include "sink/graph/formats/table.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/amount.h"
#include "common/program/columns.h"
#include "sink/graph/formats/describe.h"

#define COLUMNS 13
#define NUMBERS 0xffcu /* all but client, server and errors */

const char *const table_columns[] = {"names",  "flows",  "sent", "received", "requests",
				     "mean",   "p50",    "p95",  "p99",      "max",
				     "resent", "errors", NULL};

struct row {
	uint64_t value; /* by which rows are sorted */
	const struct snapshot_edge *edge;
};

static void add_heading(struct columns *table)
{
	static const char *const names[COLUMNS] = {
		"CLIENT", "SERVER", "FLOWS", "SENT", "RECEIVED", "REQUESTS", "MEAN",
		"P50",    "P95",    "P99",   "MAX",  "RESENT",   "ERRORS"};

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

/* BRIEF: the number of errors instead of words. */
static void add_row(struct columns *table, const char *client, const char *server,
		    const struct graph_edge *edge, bool brief)
{
	const struct measures *measures = &edge->measures;
	bool timed = measures->response.count > 0, spread = timed && edge->histogram != NULL;

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
	text_add_u64(&table->text, measures->requests);
	columns_end(table);
	add_duration(table, timed, measures_mean(measures));
	add_duration(table, spread, graph_edge_percentile(edge, 500));
	add_duration(table, spread, graph_edge_percentile(edge, 950));
	add_duration(table, spread, graph_edge_percentile(edge, 990));
	add_duration(table, timed, measures->response.max_ns);
	text_add_u64(&table->text, measures->retransmissions_sent);
	text_add_string(&table->text, ", ");
	text_add_u64(&table->text, measures->retransmissions_received);
	columns_end(table);
	if (brief)
		text_add_u64(&table->text, measures_errors(measures));
	else
		describe_errors(&table->text, measures);
	columns_end(table);
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

static uint64_t value_of(const struct graph_edge *edge, enum table_column column)
{
	const struct measures *m = &edge->measures;
	const uint64_t values[TABLE_COLUMNS] = {
		[TABLE_FLOWS] = m->flows,
		[TABLE_SENT] = m->source_bytes,
		[TABLE_RECEIVED] = m->destination_bytes,
		[TABLE_REQUESTS] = m->requests,
		[TABLE_MEAN] = measures_mean(m),
		[TABLE_P50] = graph_edge_percentile(edge, 500),
		[TABLE_P95] = graph_edge_percentile(edge, 950),
		[TABLE_P99] = graph_edge_percentile(edge, 990),
		[TABLE_MAX] = m->response.max_ns,
		[TABLE_RESENT] = m->retransmissions_sent + m->retransmissions_received,
		[TABLE_ERRORS] = measures_errors(m),
	};

	return values[column];
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

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct row){value_of(snapshot->edges[i].edge, view->sort),
					 &snapshot->edges[i]};
	qsort(sorted, count, sizeof(*sorted), compare_rows);
	for (size_t i = 0; i < rows; i++) {
		const struct snapshot_edge *edge = sorted[view->reverse ? count - 1 - i : i].edge;

		add_row(table, snapshot_label(snapshot, edge->client),
			snapshot_label(snapshot, edge->server), edge->edge, view->width > 0);
	}
	free(sorted);
	return 0;
}

void table_format(const struct snapshot *snapshot, const struct table_view *view, struct text *out)
{
	/* What a narrow terminal does without, the first first. */
	static const unsigned char dispensable[] = {10, 6, 11, 4, 3, 7, 9};
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
