#include "sink/graph/formats/compare_table.h"

#include <inttypes.h>

#include "common/base/amount.h"
#include "common/program/columns.h"
#include "sink/graph/formats/describe.h"

#define COLUMNS 8

static const char rule[] =
	"\nnew, gone: known flows in only one window; unknown: the other may have had some\n"
	"more, fewer errors: the share of failed flows differs (Fisher's exact test, 99 %)\n"
	"slower, faster: the 99 % confidence intervals of p95, else of p50, do not overlap; that "
	"takes\n"
	"104, else 8 response times in each window. The rules treat flows and requests as "
	"independent.\n";

static void add_window(const char *before, const struct compare_window *window, struct text *out)
{
	text_add_string(out, before);
	describe_window(out, window->snapshot->from, window->snapshot->to);
	if (!window->complete)
		text_add_string(out, " (not wholly known)");
}

/* "3 slower, 1 new, 12 same", or "no edge". */
static void add_counts(const struct comparison *comparison, struct text *out)
{
	const char *separator = "\n";

	for (enum compare_change change = 0; change < COMPARE_CHANGES; change++) {
		if (comparison->changes[change] == 0)
			continue;
		text_add_format(out, "%s%zu %s", separator, comparison->changes[change],
				compare_change_name(change));
		separator = ", ";
	}
	text_add_string(out, comparison->count == 0 ? "\nno edge\n" : "\n");
}

static void add_percentile(const struct snapshot_edge *edge, unsigned per_mille, struct text *cell)
{
	if (edge == NULL || edge->edge->histogram == NULL)
		text_add_string(cell, "-");
	else
		amount_add_duration(cell, graph_edge_percentile(edge->edge, per_mille));
}

static void add_percentiles(const struct compare_edge *edge, unsigned per_mille,
			    struct columns *table)
{
	add_percentile(edge->before, per_mille, &table->text);
	text_add_string(&table->text, " -> ");
	add_percentile(edge->after, per_mille, &table->text);
	columns_end(table);
}

static const struct measures *measures_of(const struct snapshot_edge *edge)
{
	static const struct measures none;

	return edge == NULL ? &none : &edge->edge->measures;
}

static void add_row(const struct comparison *comparison, const struct compare_edge *edge,
		    struct columns *table)
{
	const struct measures *before = measures_of(edge->before);
	const struct measures *after = measures_of(edge->after);
	const struct snapshot *snapshot = compare_snapshot(comparison, edge);
	const struct snapshot_edge *shown = compare_shown(edge);

	columns_add(table, compare_change_name(edge->change));
	columns_add(table, snapshot_label(snapshot, shown->client));
	text_add_string(&table->text, snapshot_label(snapshot, shown->server));
	if (!shown->edge->directed)
		text_add_string(&table->text, " (or client)");
	columns_end(table);
	text_add_format(&table->text, "%" PRIu64 " -> %" PRIu64, before->flows, after->flows);
	columns_end(table);
	text_add_format(&table->text, "%" PRIu64 " -> %" PRIu64, before->requests, after->requests);
	columns_end(table);
	add_percentiles(edge, 500, table);
	add_percentiles(edge, 950, table);
	text_add_format(&table->text, "%" PRIu64 " -> %" PRIu64, measures_errors(before),
			measures_errors(after));
	columns_end(table);
}

void compare_table_format(const struct comparison *comparison, struct text *out)
{
	static const char *const names[COLUMNS] = {"CHANGE",   "CLIENT", "SERVER", "FLOWS",
						   "REQUESTS", "P50",    "P95",    "ERRORS"};
	struct columns table;

	add_window("Flows that ended", &comparison->after, out);
	add_window(",\ncompared with those", &comparison->before, out);
	add_counts(comparison, out);
	columns_init(&table, COLUMNS, 0, out->limit);
	for (size_t i = 0; i < COLUMNS; i++)
		columns_add(&table, names[i]);
	for (size_t i = 0; i < comparison->count; i++) {
		if (comparison->edges[i].change != COMPARE_SAME)
			add_row(comparison, &comparison->edges[i], &table);
	}
	if (table.count > COLUMNS) {
		text_add_string(out, "\n");
		columns_print(&table, out);
		text_add_string(out, rule);
	}
	columns_free(&table);
}
