#include "sink/graph/graph_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sink/graph/listing.h"

static void add_number(struct text *out, const char *before, uint64_t number)
{
	text_add_string(out, before);
	text_add_u64(out, number);
}

static void add_id(const struct node *node, struct text *scratch, struct text *out)
{
	text_clear(scratch);
	node_add_id(node, scratch);
	text_add_json_repaired(out, scratch->data, scratch->length);
}

static void add_part(struct text *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	text_add_format(out, ",\"%s\":", name);
	text_add_json_repaired(out, value, strlen(value));
}

static void add_node(const struct node *node, bool clusters, struct text *scratch, struct text *out)
{
	text_add_string(out, "{\"id\":");
	add_id(node, scratch, out);
	text_add_string(out, ",\"label\":");
	text_clear(scratch);
	node_add_label(node, clusters, scratch);
	text_add_json_repaired(out, scratch->data, scratch->length);
	add_part(out, "kind", node_kind_name(node));
	add_part(out, "cluster", node->cluster);
	add_part(out, "namespace", node->namespace);
	add_part(out, "name", node->name);
	text_add_string(out, "}");
}

static void add_histogram(const struct histogram *histogram, struct text *out)
{
	text_add_format(out, ",\"histogram\":{\"scale\":%d,\"offset\":%" PRId64 ",\"counts\":[",
			histogram->scale, histogram->offset);
	for (size_t i = 0; i < histogram->used; i++)
		add_number(out, i == 0 ? "" : ",", histogram->counts[i]);
	text_add_string(out, "]}");
}

static void add_measures(const struct graph_edge *edge, struct text *out)
{
	add_number(out, "\"flows\":", edge->flows);
	add_number(out, ",\"provisional\":", edge->provisional);
	add_number(out, ",\"bytes\":{\"source\":", edge->source_bytes);
	add_number(out, ",\"destination\":", edge->destination_bytes);
	add_number(out, "},\"packets\":{\"source\":", edge->source_packets);
	add_number(out, ",\"destination\":", edge->destination_packets);
	add_number(out, "},\"requests\":{\"count\":", edge->requests);
	if (edge->response_count > 0) {
		add_number(out, ",\"response_time\":{\"count\":", edge->response_count);
		add_number(out, ",\"sum\":", edge->response_sum_ns);
		add_number(out, ",\"min\":", edge->response_min_ns);
		add_number(out, ",\"max\":", edge->response_max_ns);
		add_number(out, ",\"mean\":", view_mean(edge));
		if (edge->histogram != NULL) {
			add_number(out, ",\"p50\":", view_percentile(edge, 500));
			add_number(out, ",\"p95\":", view_percentile(edge, 950));
			add_histogram(edge->histogram, out);
		}
		text_add_string(out, "}");
	}
	add_number(out, "},\"errors\":{\"refused\":", edge->refused);
	add_number(out, ",\"unanswered\":", edge->unanswered);
	add_number(out, ",\"reset\":", edge->reset);
	text_add_string(out, "}}");
}

static void add_window(const struct view *view, struct text *out)
{
	text_add_string(out, "{\"window\":{\"from\":");
	text_add_when(out, view->from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, view->to);
	text_add_string(out, ",\"first\":");
	text_add_when(out, view->graph->first);
	text_add_string(out, ",\"last\":");
	text_add_when(out, view->graph->last);
	text_add_string(out, "}");
}

static void add_records(const struct view_records *records, struct text *out)
{
	add_number(out, ",\"records\":{\"read\":", records->read);
	add_number(out, ",\"unreadable\":", records->unreadable);
	add_number(out, ",\"outside\":", records->outside);
	add_number(out, ",\"repeated\":", records->repeated);
	add_number(out, ",\"superseded\":", records->superseded);
	add_number(out, ",\"early\":", records->early);
	text_add_string(out, "}}\n");
}

int graph_json_format(const struct view *view, struct text *out)
{
	bool clusters = view_has_clusters(view);
	struct listing listing;
	struct text scratch;

	text_init(&scratch, VIEW_TEXT_MAX);
	if (listing_make(&listing, view) < 0)
		return -1;
	add_window(view, out);
	text_add_string(out, ",\"nodes\":[");
	for (size_t i = 0; i < listing.node_count; i++) {
		if (i > 0)
			text_add_string(out, ",");
		add_node(&view->nodes->nodes[listing.nodes[i]], clusters, &scratch, out);
	}
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < view->graph->count; i++) {
		const struct graph_edge *edge = listing.edges[i];

		text_add_string(out, i == 0 ? "{\"source\":" : ",{\"source\":");
		add_id(&view->nodes->nodes[edge->client], &scratch, out);
		text_add_string(out, ",\"target\":");
		add_id(&view->nodes->nodes[edge->server], &scratch, out);
		text_add_string(out, ",");
		add_measures(edge, out);
	}
	text_add_string(out, "]");
	if (view->graph->rest.flows > 0) {
		text_add_string(out, ",\"further\":{");
		add_measures(&view->graph->rest, out);
	}
	add_records(&view->records, out);
	listing_clear(&listing);

	bool failed = out->failed || scratch.failed;

	text_free(&scratch);
	return failed ? -1 : 0;
}
