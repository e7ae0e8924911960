#include "sink/graph/formats/edge_records.h"

#include "sink/graph/formats/flat_edge.h"
#include "sink/graph/formats/graph_json.h"

static void add_node(const char *before, const struct snapshot *whole, size_t index,
		     struct text *out)
{
	text_add_string(out, before);
	graph_json_add_node(whole, index, out);
	text_add_string(out, "}");
}

bool edge_records_add(const struct snapshot *whole, size_t index, const struct series_step *step,
		      struct text *key, struct text *out)
{
	const struct snapshot_edge *edge = &whole->edges[index];
	const struct graph_edge *measured = graph_find(&step->graph, edge->edge);

	if (measured == NULL)
		return false;
	text_clear(key);
	flat_edge_add_key(whole, edge, key);
	text_add_string(out, "{\"window\":{\"from\":");
	text_add_when(out, step->from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, step->to);
	graph_json_add_string(out, "},\"id\":", text_terminate(key));
	add_node(",\"source\":{", whole, edge->client, out);
	add_node(",\"target\":{", whole, edge->server, out);
	text_add_string(out, edge->edge->directed ? ",\"directed\":true," : ",\"directed\":false,");
	graph_json_add_measures(measured, out);
	text_add_string(out, "}");
	out->failed |= key->failed;
	return true;
}
