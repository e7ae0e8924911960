#include "sink/graph/formats/graphml.h"

#include <inttypes.h>

#include "sink/graph/formats/flat_edge.h"

/* Names come from records that anybody may write; XML allows no control characters. */
static void add_escaped(const char *name, struct text *out)
{
	for (; *name; name++) {
		if (*name == '"' || *name == '<' || *name == '>' || *name == '&')
			text_add_format(out, "&#%d;", *name);
		else
			text_add(out, *name >= ' ' && *name < 0x7f ? name : "?", 1);
	}
}

static void add_data(const char *key, const char *value, struct text *out)
{
	if (value[0] == '\0')
		return;
	text_add_format(out, "<data key=\"%s\">", key);
	add_escaped(value, out);
	text_add_string(out, "</data>");
}

static void add_node(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct node *node = snapshot->nodes[index].node;

	text_add_format(out, "    <node id=\"n%zu\">", index);
	add_data("id", snapshot_id(snapshot, index), out);
	add_data("label", snapshot_label(snapshot, index), out);
	add_data("kind", node_kind_name(node), out);
	add_data("cluster", node->cluster, out);
	add_data("namespace", node->namespace, out);
	add_data("name", node->name, out);
	text_add_string(out, "</node>\n");
}

static void add_protocols(const struct graph_edge *edge, struct text *out)
{
	struct text protocols;

	text_init(&protocols, out->limit);
	flat_edge_add_protocols(edge, &protocols);
	add_data(FLAT_EDGE_PROTOCOLS, text_terminate(&protocols), out);
	out->failed |= protocols.failed;
	text_free(&protocols);
}

static void add_edge(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct snapshot_edge *edge = &snapshot->edges[index];
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	text_add_format(out, "    <edge id=\"e%zu\" source=\"n%zu\" target=\"n%zu\">", index,
			edge->client, edge->server);
	add_data("directed", edge->edge->directed ? "true" : "false", out);
	if (flat_edge_numbers(edge->edge, numbers) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++) {
		if (numbers[i].known)
			text_add_format(out, "<data key=\"%s\">%" PRIu64 "</data>", numbers[i].name,
					numbers[i].value);
	}
	add_protocols(edge->edge, out);
	text_add_string(out, "</edge>\n");
}

static void add_key(const char *name, const char *of, const char *type, struct text *out)
{
	text_add_format(out, "  <key id=\"%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n",
			name, of, name, type);
}

static void add_keys(struct text *out)
{
	static const char *const parts[] = {"id", "label", "kind", "cluster", "namespace", "name"};
	static const struct graph_edge none;
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		add_key(parts[i], "node", "string", out);
	add_key("directed", "edge", "boolean", out);
	if (flat_edge_numbers(&none, numbers) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++)
		add_key(numbers[i].name, "edge", "long", out);
	add_key(FLAT_EDGE_PROTOCOLS, "edge", "string", out);
}

void graphml_format(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			     "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\"\n"
			     "         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
			     "         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
			     "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n");
	add_keys(out);
	text_add_string(out, "  <graph id=\"tenure\" edgedefault=\"directed\">\n");
	for (size_t i = 0; i < snapshot->node_count; i++)
		add_node(snapshot, i, out);
	for (size_t i = 0; i < snapshot->edge_count; i++)
		add_edge(snapshot, i, out);
	text_add_string(out, "  </graph>\n</graphml>\n");
}
