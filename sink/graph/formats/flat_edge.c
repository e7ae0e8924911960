#include "sink/graph/formats/flat_edge.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/transport.h"

static void add_measures(const struct graph_edge *edge, struct flat_edge_number *numbers)
{
	const struct measures *m = &edge->measures;
	bool timed = m->response.count > 0, spread = timed && edge->histogram != NULL;
	bool met = m->handshake.count > 0, shaken = met && edge->handshake != NULL;
	const struct flat_edge_number all[FLAT_EDGE_MEASURES] = {
		{"flows", m->flows, true},
		{"provisional", m->provisional, true},
		{"source_bytes", m->source_bytes, true},
		{"destination_bytes", m->destination_bytes, true},
		{"source_packets", m->source_packets, true},
		{"destination_packets", m->destination_packets, true},
		{"retransmissions_sent", m->retransmissions_sent, true},
		{"retransmissions_received", m->retransmissions_received, true},
		{"requests", m->requests, true},
		{"responses", m->response.count, true},
		{"response_sum_ns", m->response.sum_ns, timed},
		{"response_min_ns", m->response.min_ns, timed},
		{"response_max_ns", m->response.max_ns, timed},
		{"response_mean_ns", measures_mean(m), timed},
		{"response_p50_ns", graph_edge_percentile(edge, 500), spread},
		{"response_p95_ns", graph_edge_percentile(edge, 950), spread},
		{"response_p99_ns", graph_edge_percentile(edge, 990), spread},
		{"handshakes", m->handshake.count, true},
		{"handshake_sum_ns", m->handshake.sum_ns, met},
		{"handshake_min_ns", m->handshake.min_ns, met},
		{"handshake_max_ns", m->handshake.max_ns, met},
		{"handshake_p50_ns", graph_edge_handshake_percentile(edge, 500), shaken},
		{"handshake_p95_ns", graph_edge_handshake_percentile(edge, 950), shaken},
		{"handshake_p99_ns", graph_edge_handshake_percentile(edge, 990), shaken},
		{"refused", m->refused, true},
		{"unanswered", m->unanswered, true},
		{"reset", m->reset, true},
		{"errors", measures_errors(m), true},
	};

	memcpy(numbers, all, sizeof(all));
}

static void add_messages(const struct messages_kind *sum, struct flat_edge_number *numbers)
{
	const struct messages_counts *c = &sum->counts;
	const struct durations *first = &sum->first_byte, *last = &sum->last_byte;
	const struct histogram *firsts = sum->first_bytes, *lasts = sum->last_bytes;
	bool read = c->records > 0;
	const struct flat_edge_number all[FLAT_EDGE_MESSAGES] = {
		{"message_records", c->records, read},
		{"message_incomplete_records", c->incomplete, read},
		{"message_requests", c->requests, read},
		{"message_responses", c->responses, read},
		{"message_retries", c->retries, read},
		{"message_unanswered", c->unanswered, read},
		{"message_errors", c->errors, read},
		{"message_client_errors", c->client_errors, read},
		{"message_turns", c->turns, read},
		{"first_byte_count", first->count, read},
		{"first_byte_mean_ns", durations_mean(first), first->count > 0},
		{"first_byte_max_ns", first->max_ns, first->count > 0},
		{"first_byte_p50_ns", durations_percentile(first, firsts, 500), firsts != NULL},
		{"first_byte_p95_ns", durations_percentile(first, firsts, 950), firsts != NULL},
		{"first_byte_p99_ns", durations_percentile(first, firsts, 990), firsts != NULL},
		{"last_byte_count", last->count, read},
		{"last_byte_mean_ns", durations_mean(last), last->count > 0},
		{"last_byte_max_ns", last->max_ns, last->count > 0},
		{"last_byte_p50_ns", durations_percentile(last, lasts, 500), lasts != NULL},
		{"last_byte_p95_ns", durations_percentile(last, lasts, 950), lasts != NULL},
		{"last_byte_p99_ns", durations_percentile(last, lasts, 990), lasts != NULL},
	};

	memcpy(numbers, all, sizeof(all));
}

int flat_edge_numbers(const struct graph_edge *edge,
		      struct flat_edge_number numbers[static FLAT_EDGE_NUMBERS])
{
	struct messages_kind sum;

	if (messages_sum(edge->messages, &sum) < 0)
		return -1;
	add_measures(edge, numbers);
	add_messages(&sum, numbers + FLAT_EDGE_MEASURES);
	messages_kind_clear(&sum);
	return 0;
}

void flat_edge_add_protocols(const struct graph_edge *edge, struct text *out)
{
	messages_describe(edge->messages, out);
}

void flat_edge_add_transport(const struct graph_edge *edge, struct text *out)
{
	const char *name = transport_name(edge->transport);

	if (name != NULL)
		text_add_string(out, name);
	else
		text_add_i64(out, edge->transport);
}

void flat_edge_add_key(const struct snapshot *snapshot, const struct snapshot_edge *edge,
		       struct text *out)
{
	text_add_string(out, snapshot_id(snapshot, edge->client));
	text_add_string(out, "|");
	text_add_string(out, snapshot_id(snapshot, edge->server));
	if (!edge->edge->directed)
		text_add_string(out, "|undirected");
	if (edge->edge->transport >= 0) {
		text_add_string(out, "|");
		flat_edge_add_transport(edge->edge, out);
	}
	if (edge->edge->port >= 0)
		text_add_format(out, "|%" PRId32, edge->edge->port);
}
