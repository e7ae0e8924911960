#include "sink/graph/formats/mermaid.h"

#include <string.h>

#include "sink/graph/formats/describe.h"

/* Mermaid reads entity codes between # and ; even inside quotes. */
static void add_quoted(const char *name, struct text *out)
{
	for (; *name; name++) {
		if (strchr("\"#;<>&", *name) != NULL)
			text_add_format(out, "#%d;", *name);
		else
			text_add(out, *name >= ' ' && *name < 0x7f ? name : "?", 1);
	}
}

void mermaid_format(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "flowchart LR\n");
	for (size_t i = 0; i < snapshot->node_count; i++) {
		bool inside = snapshot->nodes[i].node->kind <= NODE_POD;

		if (snapshot_begins_namespace(snapshot, i)) {
			text_add_format(out, "  subgraph s%zu[\"", i);
			add_quoted(snapshot->nodes[i].node->namespace, out);
			text_add_string(out, "\"]\n");
		}
		text_add_format(out, inside ? "    n%zu[\"" : "  n%zu([\"", i);
		add_quoted(snapshot_label(snapshot, i), out);
		text_add_string(out, inside ? "\"]\n" : "\"])\n");
		if (snapshot_ends_namespace(snapshot, i))
			text_add_string(out, "  end\n");
	}
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		text_add_format(out, edge->edge->directed ? "  n%zu -->|\"" : "  n%zu ---|\"",
				edge->client);
		describe_edge(out, edge->edge, "<br/>");
		text_add_format(out, "\"| n%zu\n", edge->server);
	}
}
