#include "sink/graph/table.h"

#include <stdlib.h>
#include <string.h>

enum { CLIENT, SERVER, FLOWS, SENT, RECEIVED, REQUESTS, MEAN, P50, P95, MAX, ERRORS, COLUMNS };

/* Cells in the order of writing, each the bytes up to the next one's START. */
struct cells {
	struct text text;
	size_t *start;
	size_t count;
	size_t widths[COLUMNS];
};

static void end_cell(struct cells *cells)
{
	size_t width = cells->text.length - cells->start[cells->count];
	size_t column = cells->count % COLUMNS;

	if (width > cells->widths[column])
		cells->widths[column] = width;
	cells->start[++cells->count] = cells->text.length;
}

static void add_heading(struct cells *cells)
{
	static const char *const names[COLUMNS] = {"CLIENT",   "SERVER",   "FLOWS", "SENT",
						   "RECEIVED", "REQUESTS", "MEAN",  "P50",
						   "P95",      "MAX",      "ERRORS"};

	for (size_t i = 0; i < COLUMNS; i++) {
		text_add_string(&cells->text, names[i]);
		end_cell(cells);
	}
}

static void add_duration(struct cells *cells, bool there, uint64_t ns)
{
	if (there)
		view_add_duration(&cells->text, ns);
	else
		text_add_string(&cells->text, "-");
	end_cell(cells);
}

/* The columns behind the names. */
static void add_measures(struct cells *cells, const struct graph_edge *edge)
{
	bool timed = edge->response_count > 0, spread = timed && edge->histogram;

	text_add_u64(&cells->text, edge->flows);
	end_cell(cells);
	view_add_bytes(&cells->text, edge->source_bytes);
	end_cell(cells);
	view_add_bytes(&cells->text, edge->destination_bytes);
	end_cell(cells);
	text_add_u64(&cells->text, edge->requests);
	end_cell(cells);
	add_duration(cells, timed, view_mean(edge));
	add_duration(cells, spread, view_percentile(edge, 500));
	add_duration(cells, spread, view_percentile(edge, 950));
	add_duration(cells, timed, edge->response_max_ns);
	view_add_errors(&cells->text, edge);
	end_cell(cells);
}

static void add_name(struct cells *cells, const struct view *view, int32_t node, bool clusters)
{
	node_add_label(&view->nodes->nodes[node], clusters, &cells->text);
	end_cell(cells);
}

static void add_row(struct cells *cells, const char *client, const char *server,
		    const struct graph_edge *edge)
{
	text_add_string(&cells->text, client);
	end_cell(cells);
	text_add_string(&cells->text, server);
	end_cell(cells);
	add_measures(cells, edge);
}

/* Names stand left, numbers right, and nothing behind the last column. */
static void print_cells(const struct cells *cells, struct text *out)
{
	for (size_t i = 0; i < cells->count; i++) {
		size_t column = i % COLUMNS, length = cells->start[i + 1] - cells->start[i];
		int padding = (int)(cells->widths[column] - length);

		if (column > 0)
			text_add_string(out, "  ");
		if (column > SERVER && column < ERRORS)
			text_add_format(out, "%*s", padding, "");
		text_add(out, cells->text.data + cells->start[i], length);
		if (column <= SERVER)
			text_add_format(out, "%*s", padding, "");
		if (column == ERRORS)
			text_add_string(out, "\n");
	}
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
	if (view->from.ns != WHEN_MIN.ns) {
		text_add_string(out, ", asked from ");
		print_moment(out, view->from);
	}
	if (view->to.ns != WHEN_MAX.ns) {
		text_add_string(out, view->from.ns == WHEN_MIN.ns ? ", asked to before "
								  : " to before ");
		print_moment(out, view->to);
	}
	text_add_string(out, "\n\n");
}

int table_format(const struct view *view, size_t rows_max, struct text *out)
{
	const struct graph_edge **order = graph_order(view->graph, view->nodes);
	bool clusters = view_has_clusters(view);
	size_t rows = view->graph->count;
	struct cells cells = {0};
	struct graph_edge total = graph_total(view->graph);
	int rc = -1;

	if (rows_max > 0 && rows > rows_max)
		rows = rows_max;
	text_init(&cells.text, VIEW_TEXT_MAX);
	cells.start = calloc((rows + 4) * COLUMNS + 1, sizeof(*cells.start));
	if (!order || !cells.start)
		goto out;
	print_window(view, out);
	add_heading(&cells);
	for (size_t i = 0; i < rows; i++) {
		add_name(&cells, view, order[i]->client, clusters);
		add_name(&cells, view, order[i]->server, clusters);
		add_measures(&cells, order[i]);
	}
	if (view->graph->rest.flows > 0)
		add_row(&cells, "(further edges)", "", &view->graph->rest);
	add_row(&cells, "total", "", &total);
	print_cells(&cells, out);
	if (rows < view->graph->count)
		text_add_format(out, "\n%zu more edges are in the total, but not shown\n",
				view->graph->count - rows);
	rc = out->failed || cells.text.failed ? -1 : 0;
out:
	free(order);
	free(cells.start);
	text_free(&cells.text);
	return rc;
}
