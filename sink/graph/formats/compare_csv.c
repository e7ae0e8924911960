#include "sink/graph/formats/compare_csv.h"

#include "sink/graph/formats/csv.h"
#include "sink/graph/formats/flat_edge.h"

static void add_names(const char *window, struct text *out)
{
	const struct graph_edge none = graph_edge_none();
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	flat_edge_numbers(&none, numbers);
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++)
		text_add_format(out, ",%s_%s", window, numbers[i].name);
}

static void add_numbers(const struct snapshot_edge *edge, struct text *out)
{
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS] = {0};

	if (edge != NULL)
		flat_edge_numbers(edge->edge, numbers);
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++) {
		text_add_string(out, ",");
		if (numbers[i].known)
			text_add_u64(out, numbers[i].value);
	}
}

void compare_csv_format(const struct comparison *comparison, struct text *out)
{
	text_add_string(out, "change,source,target,directed");
	add_names("before", out);
	add_names("after", out);
	text_add_string(out, "\n");
	for (size_t i = 0; i < comparison->count; i++) {
		const struct compare_edge *edge = &comparison->edges[i];
		const struct snapshot *snapshot = compare_snapshot(comparison, edge);
		const struct snapshot_edge *shown = compare_shown(edge);

		text_add_format(out, "%s,", compare_change_name(edge->change));
		csv_add_field(snapshot_id(snapshot, shown->client), out);
		text_add_string(out, ",");
		csv_add_field(snapshot_id(snapshot, shown->server), out);
		text_add_string(out, shown->edge->directed ? ",true" : ",false");
		add_numbers(edge->before, out);
		add_numbers(edge->after, out);
		text_add_string(out, "\n");
	}
}
