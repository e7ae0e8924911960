#include "sink/graph/formats/compare_csv.h"

#include "sink/graph/formats/csv.h"

void compare_csv_format(const struct comparison *comparison, struct text *out)
{
	text_add_string(out, "change,source,target,directed");
	csv_add_names("before_", out);
	csv_add_names("after_", out);
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
		csv_add_measures(edge->before != NULL ? edge->before->edge : NULL, out);
		csv_add_measures(edge->after != NULL ? edge->after->edge : NULL, out);
		text_add_string(out, "\n");
	}
}
