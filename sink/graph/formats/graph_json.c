#include "sink/graph/formats/graph_json.h"

#include <inttypes.h>
#include <string.h>

#include "sink/graph/formats/flat_edge.h"

void graph_json_add_number(struct text *out, const char *before, uint64_t number)
{
	text_add_string(out, before);
	text_add_u64(out, number);
}

/* Names come from records that anybody may write. */
void graph_json_add_string(struct text *out, const char *before, const char *string)
{
	text_add_string(out, before);
	text_add_json_repaired(out, string, strlen(string));
}

static void add_part(struct text *out, const char *before, const char *value)
{
	if (value[0] != '\0')
		graph_json_add_string(out, before, value);
}

void graph_json_add_node(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct node *node = snapshot->nodes[index].node;

	graph_json_add_string(out, "\"id\":", snapshot_id(snapshot, index));
	graph_json_add_string(out, ",\"label\":", snapshot_label(snapshot, index));
	graph_json_add_string(out, ",\"kind\":", node_kind_name(node));
	add_part(out, ",\"cluster\":", node->cluster);
	add_part(out, ",\"namespace\":", node->namespace);
	add_part(out, ",\"name\":", node->name);
}

/* Only of edges that are kept apart by them. */
static void add_port(const struct graph_edge *edge, struct text *out)
{
	if (edge->transport >= 0) {
		text_add_string(out, ",\"transport\":\"");
		flat_edge_add_transport(edge, out);
		text_add_string(out, "\"");
	}
	if (edge->port >= 0)
		text_add_format(out, ",\"port\":%" PRId32, edge->port);
}

void graph_json_add_edge_ends(const struct snapshot *snapshot, const struct snapshot_edge *edge,
			      struct text *out)
{
	struct text key;

	text_init(&key, out->limit);
	flat_edge_add_key(snapshot, edge, &key);
	graph_json_add_string(out, "\"id\":", text_terminate(&key));
	out->failed |= key.failed;
	text_free(&key);
	graph_json_add_string(out, ",\"source\":", snapshot_id(snapshot, edge->client));
	graph_json_add_string(out, ",\"target\":", snapshot_id(snapshot, edge->server));
	add_port(edge->edge, out);
}

static void add_histogram(const struct histogram *histogram, struct text *out)
{
	text_add_format(out, ",\"histogram\":{\"scale\":%d,\"offset\":%" PRId64 ",\"counts\":[",
			histogram->scale, histogram->offset);
	for (size_t i = 0; i < histogram->used; i++)
		graph_json_add_number(out, i == 0 ? "" : ",", histogram->counts[i]);
	text_add_string(out, "]}");
}

/* Adds the member NAME, unless nothing was timed. */
static void add_times(const char *name, const struct durations *times,
		      const struct histogram *histogram, struct text *out)
{
	if (times->count == 0)
		return;
	text_add_format(out, ",\"%s\":", name);
	graph_json_add_number(out, "{\"count\":", times->count);
	graph_json_add_number(out, ",\"sum\":", times->sum_ns);
	graph_json_add_number(out, ",\"min\":", times->min_ns);
	graph_json_add_number(out, ",\"max\":", times->max_ns);
	graph_json_add_number(out, ",\"mean\":", durations_mean(times));
	if (histogram != NULL) {
		graph_json_add_number(out,
				      ",\"p50\":", durations_percentile(times, histogram, 500));
		graph_json_add_number(out,
				      ",\"p95\":", durations_percentile(times, histogram, 950));
		graph_json_add_number(out,
				      ",\"p99\":", durations_percentile(times, histogram, 990));
		add_histogram(histogram, out);
	}
	text_add_string(out, "}");
}

static void add_kind(const struct messages_kind *kind, struct text *out)
{
	const struct messages_counts *counts = &kind->counts;

	graph_json_add_string(out, "{\"protocol\":", kind->protocol);
	text_add_string(out, kind->from_server ? ",\"requester\":\"destination\""
					       : ",\"requester\":\"source\"");
	graph_json_add_number(out, ",\"records\":", counts->records);
	graph_json_add_number(out, ",\"incomplete\":", counts->incomplete);
	graph_json_add_number(out, ",\"requests\":", counts->requests);
	graph_json_add_number(out, ",\"responses\":", counts->responses);
	graph_json_add_number(out, ",\"retries\":", counts->retries);
	graph_json_add_number(out, ",\"unanswered\":", counts->unanswered);
	graph_json_add_number(out, ",\"errors\":", counts->errors);
	graph_json_add_number(out, ",\"client_errors\":", counts->client_errors);
	graph_json_add_number(out, ",\"turns\":", counts->turns);
	add_times("time_to_first_byte", &kind->first_byte, kind->first_bytes, out);
	add_times("time_to_last_byte", &kind->last_byte, kind->last_bytes, out);
	text_add_string(out, "}");
}

static void add_messages(const struct messages *messages, struct text *out)
{
	if (messages == NULL || messages->count == 0)
		return;
	text_add_string(out, ",\"messages\":[");
	for (size_t i = 0; i < messages->count; i++) {
		if (i > 0)
			text_add_string(out, ",");
		add_kind(&messages->kinds[i], out);
	}
	text_add_string(out, "]");
}

void graph_json_add_measures(const struct graph_edge *edge, struct text *out)
{
	const struct measures *m = &edge->measures;

	graph_json_add_number(out, "\"flows\":", m->flows);
	graph_json_add_number(out, ",\"provisional\":", m->provisional);
	graph_json_add_number(out, ",\"bytes\":{\"source\":", m->source_bytes);
	graph_json_add_number(out, ",\"destination\":", m->destination_bytes);
	graph_json_add_number(out, "},\"packets\":{\"source\":", m->source_packets);
	graph_json_add_number(out, ",\"destination\":", m->destination_packets);
	graph_json_add_number(out, "},\"retransmissions\":{\"source\":", m->retransmissions_sent);
	graph_json_add_number(out, ",\"destination\":", m->retransmissions_received);
	text_add_string(out, "}");
	add_times("handshake", &m->handshake, edge->handshake, out);
	graph_json_add_number(out, ",\"requests\":{\"count\":", m->requests);
	if (m->set_aside > 0)
		graph_json_add_number(out, ",\"incomplete_messages\":", m->set_aside);
	add_times("response_time", &m->response, edge->histogram, out);
	text_add_string(out, "}");
	add_messages(edge->messages, out);
	graph_json_add_number(out, ",\"errors\":{\"refused\":", m->refused);
	graph_json_add_number(out, ",\"unanswered\":", m->unanswered);
	graph_json_add_number(out, ",\"reset\":", m->reset);
	text_add_string(out, "}");
	/* Not in errors, whose members may be summed. */
	if (m->failed_read > 0)
		graph_json_add_number(out, ",\"errors_read\":", m->failed_read);
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
	graph_json_add_number(out, ",\"records\":{\"read\":", records->read);
	graph_json_add_number(out, ",\"unreadable\":", records->unreadable);
	graph_json_add_number(out, ",\"outside\":", records->outside);
	graph_json_add_number(out, ",\"repeated\":", records->repeated);
	graph_json_add_number(out, ",\"superseded\":", records->superseded);
	graph_json_add_number(out, ",\"early\":", records->early);
	text_add_string(out, "}}\n");
}

void graph_json_format(const struct snapshot *snapshot, struct text *out)
{
	add_window(snapshot, out);
	text_add_string(out, ",\"nodes\":[");
	for (size_t i = 0; i < snapshot->node_count; i++) {
		text_add_string(out, i == 0 ? "{" : ",{");
		graph_json_add_node(snapshot, i, out);
		text_add_string(out, "}");
	}
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		graph_json_add_string(out, i == 0 ? "{\"source\":" : ",{\"source\":",
				      snapshot_id(snapshot, edge->client));
		graph_json_add_string(out, ",\"target\":", snapshot_id(snapshot, edge->server));
		add_port(edge->edge, out);
		text_add_string(out, edge->edge->directed ? "," : ",\"directed\":false,");
		graph_json_add_measures(edge->edge, out);
		text_add_string(out, "}");
	}
	text_add_string(out, "]");
	if (snapshot->rest.measures.flows > 0) {
		text_add_string(out, ",\"further\":{");
		graph_json_add_measures(&snapshot->rest, out);
		text_add_string(out, "}");
	}
	add_records(&snapshot->records, out);
}
