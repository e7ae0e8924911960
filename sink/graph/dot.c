#include "sink/graph/dot.h"

#include <string.h>

#include "sink/graph/listing.h"

/* A name of any bytes, in the quotes it stands in. */
static void add_quoted(const char *name, struct text *out)
{
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			text_add_string(out, "\\");
		text_add(out, *name >= ' ' && *name < 0x7f ? name : "?", 1);
	}
}

static void add_node(const struct node *node, size_t number, bool clusters, struct text *out)
{
	/* By kind; services, workloads and pods keep the default. */
	static const char *const shapes[] = {NULL,      NULL,      NULL,      "house",
					     "ellipse", "diamond", "diamond", "folder"};
	struct text label;

	text_init(&label, VIEW_TEXT_MAX);
	node_add_label(node, clusters, &label);
	text_add_format(out, node->kind <= NODE_POD ? "    n%zu [label=\"" : "  n%zu [label=\"",
			number);
	add_quoted(text_terminate(&label), out);
	text_add_string(out, "\"");
	if (shapes[node->kind])
		text_add_format(out, ", shape=%s, style=dashed", shapes[node->kind]);
	text_add_string(out, "];\n");
	out->failed |= label.failed;
	text_free(&label);
}

static void add_edge(const struct graph_edge *edge, const struct listing *listing, struct text *out)
{
	uint64_t bytes = edge->source_bytes / 2 + edge->destination_bytes / 2;
	unsigned width = 2; /* in halves */

	for (; bytes >= 16; bytes /= 16)
		width++;
	text_add_format(out, "  n%zu -> n%zu [label=\"", listing->places[edge->client],
			listing->places[edge->server]);
	view_add_flows(out, edge, "\\n");
	text_add_format(out, "\", penwidth=%u.%u", width / 2, width % 2 * 5);
	if (edge->refused + edge->unanswered + edge->reset > 0)
		text_add_string(out, ", color=firebrick");
	text_add_string(out, "];\n");
}

int dot_format(const struct view *view, struct text *out)
{
	bool clusters = view_has_clusters(view), open = false;
	const char *namespace = "";
	struct listing listing;

	if (listing_make(&listing, view) < 0)
		return -1;
	text_add_string(out, "digraph tenure {\n  rankdir=LR;\n  node [shape=box];\n");
	for (size_t i = 0; i < listing.node_count; i++) {
		const struct node *node = &view->nodes->nodes[listing.nodes[i]];

		if (strcmp(node->namespace, namespace) != 0) {
			if (open)
				text_add_string(out, "  }\n");
			namespace = node->namespace;
			open = namespace[0] != '\0';
			if (open) {
				text_add_format(out, "  subgraph cluster_%zu {\n    label=\"", i);
				add_quoted(namespace, out);
				text_add_string(out, "\";\n");
			}
		}
		add_node(node, i, clusters, out);
	}
	if (open)
		text_add_string(out, "  }\n");
	for (size_t i = 0; i < view->graph->count; i++)
		add_edge(listing.edges[i], &listing, out);
	text_add_string(out, "}\n");
	listing_clear(&listing);
	return out->failed ? -1 : 0;
}
