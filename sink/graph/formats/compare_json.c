#include "sink/graph/formats/compare_json.h"

#include "sink/graph/formats/graph_json.h"

static void add_window(const char *name, const struct compare_window *window, struct text *out)
{
	text_add_format(out, "\"%s\":{\"from\":", name);
	text_add_when(out, window->snapshot->from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, window->snapshot->to);
	text_add_format(out, ",\"complete\":%s},", window->complete ? "true" : "false");
}

/* Adds the nodes of both windows, each once: a merge, because both are in order. */
static void add_nodes(const struct comparison *comparison, struct text *out)
{
	const struct snapshot *a = comparison->before.snapshot, *b = comparison->after.snapshot;
	size_t i = 0, j = 0;

	while (i < a->node_count || j < b->node_count) {
		int order = i == a->node_count   ? 1
			    : j == b->node_count ? -1
						 : node_compare(a->nodes[i].node, b->nodes[j].node);

		text_add_string(out, i + j == 0 ? "{" : ",{");
		if (order < 0)
			graph_json_add_node(a, i, out);
		else
			graph_json_add_node(b, j, out);
		text_add_string(out, "}");
		i += order <= 0;
		j += order >= 0;
	}
}

static void add_measures(const char *before, const struct snapshot_edge *edge, struct text *out)
{
	text_add_string(out, before);
	if (edge == NULL) {
		text_add_string(out, "null");
		return;
	}
	text_add_string(out, "{");
	graph_json_add_measures(edge->edge, out);
	text_add_string(out, "}");
}

void compare_json_add(const struct comparison *comparison, struct text *out)
{
	add_window("base", &comparison->before, out);
	add_window("now", &comparison->after, out);
	text_add_string(out, "\"nodes\":[");
	add_nodes(comparison, out);
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < comparison->count; i++) {
		const struct compare_edge *edge = &comparison->edges[i];
		const struct snapshot_edge *shown = compare_shown(edge);

		text_add_string(out, i == 0 ? "{" : ",{");
		graph_json_add_edge_ends(compare_snapshot(comparison, edge), shown, out);
		if (!shown->edge->directed)
			text_add_string(out, ",\"directed\":false");
		text_add_format(out, ",\"change\":\"%s\"", compare_change_name(edge->change));
		add_measures(",\"before\":", edge->before, out);
		add_measures(",\"after\":", edge->after, out);
		text_add_string(out, "}");
	}
	text_add_string(out, "]");
}
