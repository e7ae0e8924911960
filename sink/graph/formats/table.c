#include "sink/graph/formats/table.h"

#include "common/base/amount.h"
#include "common/program/columns.h"
#include "sink/graph/formats/describe.h"

#define COLUMNS 11
#define NUMBERS 0x3fcu /* all but client, server and errors */

static void add_heading(struct columns *table)
{
	static const char *const names[COLUMNS] = {"CLIENT",   "SERVER",   "FLOWS", "SENT",
						   "RECEIVED", "REQUESTS", "MEAN",  "P50",
						   "P95",      "MAX",      "ERRORS"};

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

static void add_row(struct columns *table, const char *client, const char *server,
		    const struct graph_edge *edge)
{
	const struct measures *measures = &edge->measures;
	bool timed = measures->response_count > 0, spread = timed && edge->histogram != NULL;

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
	add_duration(table, timed, measures->response_max_ns);
	describe_errors(&table->text, measures);
	columns_end(table);
}

static void add_moment(struct text *out, const char *before, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	text_add_string(out, before);
	text_add(out, text, when_format(moment, text));
}

/* Which flows the table is about, and which were asked for. */
static void add_window(const struct snapshot *snapshot, struct text *out)
{
	if (when_before(snapshot->last, snapshot->first)) {
		text_add_string(out, "No flow");
	} else {
		add_moment(out, "Flows that ended between ", snapshot->first);
		add_moment(out, " and ", snapshot->last);
	}
	if (!when_is_min(snapshot->from))
		add_moment(out, ", asked from ", snapshot->from);
	if (!when_is_max(snapshot->to))
		add_moment(out, when_is_min(snapshot->from) ? ", asked to before " : " to before ",
			   snapshot->to);
	text_add_string(out, "\n\n");
}

void table_format(const struct snapshot *snapshot, size_t rows_max, struct text *out)
{
	size_t count = snapshot->edge_count;
	size_t rows = rows_max > 0 && count > rows_max ? rows_max : count;
	struct columns table;

	columns_init(&table, COLUMNS, NUMBERS, out->limit);
	add_window(snapshot, out);
	add_heading(&table);
	for (size_t i = 0; i < rows; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		add_row(&table, snapshot_label(snapshot, edge->client),
			snapshot_label(snapshot, edge->server), edge->edge);
	}
	if (snapshot->rest.measures.flows > 0)
		add_row(&table, "(further edges)", "", &snapshot->rest);
	add_row(&table, "total", "", &snapshot->total);
	columns_print(&table, out);
	if (rows < count)
		text_add_format(out, "\n%zu more edges are in the total, but not shown\n",
				count - rows);
	columns_free(&table);
}
