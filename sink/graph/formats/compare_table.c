#include "sink/graph/formats/compare_table.h"

#include <inttypes.h>

#include "common/base/amount.h"
#include "common/program/columns.h"
#include "sink/graph/formats/describe.h"

#define COLUMNS 9
#define FAMILY_COLUMN 4 /* the first of those that are about one family of requests */

static const char rule[] =
	"\nnew, gone: known flows in only one window; unknown: the other may have had some\n"
	"more, fewer errors: the share of failed flows or requests differs (Fisher's exact test, "
	"99 %)\n"
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

/* One family of requests in one window. */
struct family {
	uint64_t requests;
	struct durations times;
	const struct histogram *histogram;
};

static void add_numbers(struct columns *table, uint64_t before, uint64_t after)
{
	text_add_format(&table->text, "%" PRIu64 " -> %" PRIu64, before, after);
	columns_end(table);
}

static void add_percentile(const struct family *family, unsigned per_mille, struct text *cell)
{
	if (family->histogram == NULL)
		text_add_string(cell, "-");
	else
		amount_add_duration(
			cell, durations_percentile(&family->times, family->histogram, per_mille));
}

static void add_family(struct columns *table, const struct family *before,
		       const struct family *after)
{
	static const unsigned per_mille[] = {500, 950};

	for (size_t i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++) {
		add_percentile(before, per_mille[i], &table->text);
		text_add_string(&table->text, " -> ");
		add_percentile(after, per_mille[i], &table->text);
		columns_end(table);
	}
}

static void add_turns(struct columns *table, const struct graph_edge *before,
		      const struct graph_edge *after)
{
	const struct measures *b = &before->measures, *a = &after->measures;
	bool any = b->requests > 0 || a->requests > 0;

	add_numbers(table, b->requests, a->requests);
	columns_add(table, any ? "turns" : "-");
	add_family(table, &(struct family){b->requests, b->response, before->histogram},
		   &(struct family){a->requests, a->response, after->histogram});
}

static void add_messages(struct columns *table, const struct graph_edge *before,
			 const struct graph_edge *after)
{
	struct messages_kind b = {0}, a = {0};
	struct messages *all = NULL;

	if (messages_sum(before->messages, &b) < 0 || messages_sum(after->messages, &a) < 0 ||
	    messages_add(&all, before->messages, false) < 0 ||
	    messages_add(&all, after->messages, false) < 0)
		table->text.failed = true;
	add_numbers(table, b.counts.requests, a.counts.requests);
	messages_describe(all, &table->text);
	columns_end(table);
	add_family(table, &(struct family){b.counts.requests, b.first_byte, b.first_bytes},
		   &(struct family){a.counts.requests, a.first_byte, a.first_bytes});
	messages_free(all);
	messages_kind_clear(&b);
	messages_kind_clear(&a);
}

static void add_errors(struct columns *table, const struct graph_edge *edge)
{
	text_add_u64(&table->text, measures_errors(&edge->measures));
	if (edge->messages != NULL)
		text_add_format(&table->text, ", %" PRIu64, messages_failed(edge->messages));
}

/* A second line of an edge that has messages and, of other flows, turns. */
static void add_turns_line(struct columns *table, const struct graph_edge *before,
			   const struct graph_edge *after)
{
	for (size_t i = 0; i < FAMILY_COLUMN; i++)
		columns_add(table, "");
	add_turns(table, before, after);
	columns_add(table, "");
}

static const struct graph_edge *edge_of(const struct snapshot_edge *edge)
{
	static const struct graph_edge none;

	return edge == NULL ? &none : edge->edge;
}

static void add_row(const struct comparison *comparison, const struct compare_edge *edge,
		    struct columns *table)
{
	const struct graph_edge *before = edge_of(edge->before), *after = edge_of(edge->after);
	const struct snapshot *snapshot = compare_snapshot(comparison, edge);
	const struct snapshot_edge *shown = compare_shown(edge);
	bool read = before->messages != NULL || after->messages != NULL;

	columns_add(table, compare_change_name(edge->change));
	columns_add(table, snapshot_label(snapshot, shown->client));
	text_add_string(&table->text, snapshot_label(snapshot, shown->server));
	if (!shown->edge->directed)
		text_add_string(&table->text, " (or client)");
	columns_end(table);
	add_numbers(table, before->measures.flows, after->measures.flows);
	if (read)
		add_messages(table, before, after);
	else
		add_turns(table, before, after);
	add_errors(table, before);
	text_add_string(&table->text, " -> ");
	add_errors(table, after);
	columns_end(table);
	if (read && before->measures.requests + after->measures.requests > 0)
		add_turns_line(table, before, after);
}

void compare_table_format(const struct comparison *comparison, struct text *out)
{
	static const char *const names[COLUMNS] = {"CHANGE", "CLIENT",   "SERVER",
						   "FLOWS",  "REQUESTS", "COUNTED AS",
						   "P50",    "P95",      "ERRORS"};
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
