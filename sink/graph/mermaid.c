#include "sink/graph/mermaid.h"

#include <string.h>

#include "sink/graph/listing.h"

/* Mermaid reads entity codes between # and ; even inside quotes. */
static void add_quoted(const char *name, struct text *out)
{
	for (; *name; name++) {
		if (strchr("\"#;<>&", *name))
			text_add_format(out, "#%d;", *name);
		else
			text_add(out, *name >= ' ' && *name < 0x7f ? name : "?", 1);
	}
}

static void add_node(const struct node *node, size_t number, bool clusters, struct text *out)
{
	bool inside = node->kind <= NODE_POD;
	struct text label;

	text_init(&label, VIEW_TEXT_MAX);
	node_add_label(node, clusters, &label);
	text_add_format(out, inside ? "    n%zu[\"" : "  n%zu([\"", number);
	add_quoted(text_terminate(&label), out);
	text_add_string(out, inside ? "\"]\n" : "\"])\n");
	out->failed |= label.failed;
	text_free(&label);
}

int mermaid_format(const struct view *view, struct text *out)
{
	bool clusters = view_has_clusters(view), open = false;
	const char *namespace = "";
	struct listing listing;

	if (listing_make(&listing, view) < 0)
		return -1;
	text_add_string(out, "flowchart LR\n");
	for (size_t i = 0; i < listing.node_count; i++) {
		const struct node *node = &view->nodes->nodes[listing.nodes[i]];

		if (strcmp(node->namespace, namespace) != 0) {
			if (open)
				text_add_string(out, "  end\n");
			namespace = node->namespace;
			open = namespace[0] != '\0';
			if (open) {
				text_add_format(out, "  subgraph s%zu[\"", i);
				add_quoted(namespace, out);
				text_add_string(out, "\"]\n");
			}
		}
		add_node(node, i, clusters, out);
	}
	if (open)
		text_add_string(out, "  end\n");
	for (size_t i = 0; i < view->graph->count; i++) {
		const struct graph_edge *edge = listing.edges[i];

		text_add_format(out, "  n%zu -->|\"", listing.places[edge->client]);
		view_add_flows(out, edge, "<br/>");
		text_add_format(out, "\"| n%zu\n", listing.places[edge->server]);
	}
	listing_clear(&listing);
	return out->failed ? -1 : 0;
}
