#include "sink/graph/table.h"

#include <stdlib.h>

#include "common/program/columns.h"

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

static void add_duration(struct columns *table, bool there, uint64_t ns)
{
	if (there)
		view_add_duration(&table->text, ns);
	else
		text_add_string(&table->text, "-");
	columns_end(table);
}

/* The columns behind the names. */
static void add_measures(struct columns *table, const struct graph_edge *edge)
{
	bool timed = edge->response_count > 0, spread = timed && edge->histogram != NULL;

	text_add_u64(&table->text, edge->flows);
	columns_end(table);
	view_add_bytes(&table->text, edge->source_bytes);
	columns_end(table);
	view_add_bytes(&table->text, edge->destination_bytes);
	columns_end(table);
	text_add_u64(&table->text, edge->requests);
	columns_end(table);
	add_duration(table, timed, view_mean(edge));
	add_duration(table, spread, view_percentile(edge, 500));
	add_duration(table, spread, view_percentile(edge, 950));
	add_duration(table, timed, edge->response_max_ns);
	view_add_errors(&table->text, edge);
	columns_end(table);
}

static void add_name(struct columns *table, const struct view *view, int32_t node, bool clusters)
{
	node_add_label(&view->nodes->nodes[node], clusters, &table->text);
	columns_end(table);
}

static void add_row(struct columns *table, const char *name, const struct graph_edge *edge)
{
	columns_add(table, name);
	columns_add(table, "");
	add_measures(table, edge);
}

static void print_moment(struct text *out, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	text_add(out, text, when_format(moment, text));
}

/* "Flows that ended from T to T" in the words of what was asked. */
static void print_window(const struct view *view, struct text *out)
{
	if (when_before(view->graph->last, view->graph->first)) {
		text_add_string(out, "No flow");
	} else {
		text_add_string(out, "Flows that ended between ");
		print_moment(out, view->graph->first);
		text_add_string(out, " and ");
		print_moment(out, view->graph->last);
	}
	if (!when_is_min(view->from)) {
		text_add_string(out, ", asked from ");
		print_moment(out, view->from);
	}
	if (!when_is_max(view->to)) {
		text_add_string(out,
				when_is_min(view->from) ? ", asked to before " : " to before ");
		print_moment(out, view->to);
	}
	text_add_string(out, "\n\n");
}

int table_format(const struct view *view, size_t rows_max, struct text *out)
{
	const struct graph_edge **order = graph_order(view->graph, view->nodes);
	struct graph_edge total = graph_total(view->graph);
	bool clusters = view_has_clusters(view);
	size_t rows = view->graph->count;
	struct columns table;

	if (order == NULL)
		return -1;
	if (rows_max > 0 && rows > rows_max)
		rows = rows_max;
	columns_init(&table, COLUMNS, NUMBERS, VIEW_TEXT_MAX);
	print_window(view, out);
	add_heading(&table);
	for (size_t i = 0; i < rows; i++) {
		add_name(&table, view, order[i]->client, clusters);
		add_name(&table, view, order[i]->server, clusters);
		add_measures(&table, order[i]);
	}
	if (view->graph->rest.flows > 0)
		add_row(&table, "(further edges)", &view->graph->rest);
	add_row(&table, "total", &total);
	columns_print(&table, out);
	if (rows < view->graph->count)
		text_add_format(out, "\n%zu more edges are in the total, but not shown\n",
				view->graph->count - rows);
	columns_free(&table);
	free(order);
	return out->failed ? -1 : 0;
}
