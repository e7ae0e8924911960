#include "sink/graph/formats/cytoscape.h"

#include <inttypes.h>
#include <stdio.h>

#include "sink/graph/formats/flat_edge.h"
#include "sink/graph/formats/graph_json.h"

static void add_node(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const char *namespace = snapshot->nodes[index].node->namespace;
	/* No other node has this id, because a name has no slash. */
	char id[sizeof("namespace/") + TAGGED_FLOW_LABEL_SIZE];

	snprintf(id, sizeof(id), "namespace/%s", namespace);
	text_add_string(out, index == 0 ? "" : ",");
	if (snapshot_begins_namespace(snapshot, index)) {
		graph_json_add_string(out, "{\"data\":{\"id\":", id);
		graph_json_add_string(out, ",\"label\":", namespace);
		text_add_string(out, "}},");
	}
	text_add_string(out, "{\"data\":{");
	graph_json_add_node(snapshot, index, out);
	if (namespace[0] != '\0')
		graph_json_add_string(out, ",\"parent\":", id);
	text_add_string(out, "}}");
}

static void add_edge(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct snapshot_edge *edge = &snapshot->edges[index];
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	text_add_string(out, index == 0 ? "{\"data\":{" : ",{\"data\":{");
	graph_json_add_edge_ends(snapshot, edge, out);
	text_add_format(out, ",\"directed\":%s", edge->edge->directed ? "true" : "false");
	if (flat_edge_numbers(edge->edge, numbers) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++) {
		if (numbers[i].known)
			text_add_format(out, ",\"%s\":%" PRIu64, numbers[i].name, numbers[i].value);
	}
	if (edge->edge->messages != NULL) {
		text_add_string(out, ",\"" FLAT_EDGE_PROTOCOLS "\":\"");
		flat_edge_add_protocols(edge->edge, out);
		text_add_string(out, "\"");
	}
	text_add_string(out, "}}");
}

void cytoscape_format(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "{\"elements\":{\"nodes\":[");
	for (size_t i = 0; i < snapshot->node_count; i++)
		add_node(snapshot, i, out);
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < snapshot->edge_count; i++)
		add_edge(snapshot, i, out);
	text_add_string(out, "]}}\n");
}
