#include "sink/graph/formats/graph_json.h"

#include <inttypes.h>
#include <string.h>

static void add_number(struct text *out, const char *before, uint64_t number)
{
	text_add_string(out, before);
	text_add_u64(out, number);
}

/* Names come from records that anybody may write. */
static void add_string(struct text *out, const char *string)
{
	text_add_json_repaired(out, string, strlen(string));
}

static void add_part(struct text *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	text_add_format(out, ",\"%s\":", name);
	add_string(out, value);
}

static void add_node(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct node *node = snapshot->nodes[index].node;

	text_add_string(out, index == 0 ? "{\"id\":" : ",{\"id\":");
	add_string(out, snapshot_id(snapshot, index));
	add_part(out, "label", snapshot_label(snapshot, index));
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
	const struct measures *measures = &edge->measures;

	add_number(out, "\"flows\":", measures->flows);
	add_number(out, ",\"provisional\":", measures->provisional);
	add_number(out, ",\"bytes\":{\"source\":", measures->source_bytes);
	add_number(out, ",\"destination\":", measures->destination_bytes);
	add_number(out, "},\"packets\":{\"source\":", measures->source_packets);
	add_number(out, ",\"destination\":", measures->destination_packets);
	add_number(out, "},\"requests\":{\"count\":", measures->requests);
	if (measures->response_count > 0) {
		add_number(out, ",\"response_time\":{\"count\":", measures->response_count);
		add_number(out, ",\"sum\":", measures->response_sum_ns);
		add_number(out, ",\"min\":", measures->response_min_ns);
		add_number(out, ",\"max\":", measures->response_max_ns);
		add_number(out, ",\"mean\":", measures_mean(measures));
		if (edge->histogram != NULL) {
			add_number(out, ",\"p50\":", graph_edge_percentile(edge, 500));
			add_number(out, ",\"p95\":", graph_edge_percentile(edge, 950));
			add_histogram(edge->histogram, out);
		}
		text_add_string(out, "}");
	}
	add_number(out, "},\"errors\":{\"refused\":", measures->refused);
	add_number(out, ",\"unanswered\":", measures->unanswered);
	add_number(out, ",\"reset\":", measures->reset);
	text_add_string(out, "}}");
}

static void add_window(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "{\"window\":{\"from\":");
	text_add_when(out, snapshot->from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, snapshot->to);
	text_add_string(out, ",\"first\":");
	text_add_when(out, snapshot->first);
	text_add_string(out, ",\"last\":");
	text_add_when(out, snapshot->last);
	text_add_string(out, "}");
}

static void add_records(const struct snapshot_records *records, struct text *out)
{
	add_number(out, ",\"records\":{\"read\":", records->read);
	add_number(out, ",\"unreadable\":", records->unreadable);
	add_number(out, ",\"outside\":", records->outside);
	add_number(out, ",\"repeated\":", records->repeated);
	add_number(out, ",\"superseded\":", records->superseded);
	add_number(out, ",\"early\":", records->early);
	text_add_string(out, "}}\n");
}

void graph_json_format(const struct snapshot *snapshot, struct text *out)
{
	add_window(snapshot, out);
	text_add_string(out, ",\"nodes\":[");
	for (size_t i = 0; i < snapshot->node_count; i++)
		add_node(snapshot, i, out);
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		text_add_string(out, i == 0 ? "{\"source\":" : ",{\"source\":");
		add_string(out, snapshot_id(snapshot, edge->client));
		text_add_string(out, ",\"target\":");
		add_string(out, snapshot_id(snapshot, edge->server));
		text_add_string(out, edge->edge->directed ? "," : ",\"directed\":false,");
		add_measures(edge->edge, out);
	}
	text_add_string(out, "]");
	if (snapshot->rest.measures.flows > 0) {
		text_add_string(out, ",\"further\":{");
		add_measures(&snapshot->rest, out);
	}
	add_records(&snapshot->records, out);
}
