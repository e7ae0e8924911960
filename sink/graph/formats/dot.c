#include "sink/graph/formats/dot.h"

#include "sink/graph/formats/describe.h"

/* Adds any bytes inside quotes. */
static void add_quoted(const char *name, struct text *out)
{
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			text_add_string(out, "\\");
		text_add(out, *name >= ' ' && *name < 0x7f ? name : "?", 1);
	}
}

static void add_node(const struct snapshot *snapshot, size_t index, struct text *out)
{
	/* By kind; services, workloads and pods have the default. */
	static const char *const shapes[] = {NULL,      NULL,      NULL,      "house",
					     "ellipse", "diamond", "diamond", "folder"};
	enum node_kind kind = snapshot->nodes[index].node->kind;

	text_add_format(out, kind <= NODE_POD ? "    n%zu [label=\"" : "  n%zu [label=\"", index);
	add_quoted(snapshot_label(snapshot, index), out);
	text_add_string(out, "\"");
	if (shapes[kind] != NULL)
		text_add_format(out, ", shape=%s, style=dashed", shapes[kind]);
	text_add_string(out, "];\n");
}

static void add_edge(const struct snapshot_edge *edge, struct text *out)
{
	const struct measures *measures = &edge->edge->measures;
	uint64_t bytes = measures->source_bytes / 2 + measures->destination_bytes / 2;
	unsigned width = 2; /* in halves */

	for (; bytes >= 16; bytes /= 16)
		width++;
	text_add_format(out, "  n%zu -> n%zu [label=\"", edge->client, edge->server);
	describe_edge(out, edge->edge, "\\n");
	text_add_format(out, "\", penwidth=%u.%u", width / 2, width % 2 * 5);
	if (!edge->edge->directed)
		text_add_string(out, ", dir=none");
	if (measures_errors(measures) > 0)
		text_add_string(out, ", color=firebrick");
	text_add_string(out, "];\n");
}

void dot_format(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "digraph tenure {\n  rankdir=LR;\n  node [shape=box];\n");
	for (size_t i = 0; i < snapshot->node_count; i++) {
		if (snapshot_begins_namespace(snapshot, i)) {
			text_add_format(out, "  subgraph cluster_%zu {\n    label=\"", i);
			add_quoted(snapshot->nodes[i].node->namespace, out);
			text_add_string(out, "\";\n");
		}
		add_node(snapshot, i, out);
		if (snapshot_ends_namespace(snapshot, i))
			text_add_string(out, "  }\n");
	}
	for (size_t i = 0; i < snapshot->edge_count; i++)
		add_edge(&snapshot->edges[i], out);
	text_add_string(out, "}\n");
}
