#include "sink/graph/formats/node_graph.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/amount.h"
#include "sink/graph/formats/describe.h"
#include "sink/graph/formats/flat_edge.h"
#include "sink/graph/formats/graph_json.h"

/* The 95th percentile of the family that describe_requests() begins with, and the requests of both. */
static void add_stats(const struct graph_edge *edge, struct text *out)
{
	struct messages_kind sum;

	if (messages_sum(edge->messages, &sum) < 0) {
		out->failed = true;
		return;
	}
	text_add_string(out, ",\"mainstat\":\"");
	if (sum.first_bytes != NULL)
		amount_add_duration(out,
				    durations_percentile(&sum.first_byte, sum.first_bytes, 950));
	else if (edge->messages == NULL && edge->histogram != NULL)
		amount_add_duration(out, graph_edge_percentile(edge, 950));
	else
		text_add_string(out, "-");
	messages_kind_clear(&sum);
	text_add_string(out, "\",\"secondarystat\":\"");
	describe_requests(out, edge);
	text_add_string(out, "\"");
}

static void add_node(const struct snapshot *snapshot, size_t index, const struct graph_edge *served,
		     struct text *out)
{
	const struct node *node = snapshot->nodes[index].node;
	double flows = (double)served->measures.flows;
	double failed = flows > 0 ? (double)measures_errors(&served->measures) / flows : 0;
	bool inside = node->namespace[0] != '\0';

	graph_json_add_string(out,
			      index == 0 ? "{\"id\":" : ",{\"id\":", snapshot_id(snapshot, index));
	graph_json_add_string(out,
			      ",\"title\":", inside ? node->name : snapshot_label(snapshot, index));
	graph_json_add_string(out, ",\"subtitle\":", node->namespace);
	add_stats(served, out);
	text_add_format(out, ",\"arc__answered\":%.4f,\"arc__failed\":%.4f",
			flows > 0 ? 1 - failed : 0, failed);
	text_add_string(out, ",\"arc__answered_color\":\"green\",\"arc__failed_color\":\"red\"");
	graph_json_add_string(out, ",\"detail__kind\":", node_kind_name(node));
	graph_json_add_string(out, ",\"detail__cluster\":", node->cluster);
	text_add_string(out, "}");
}

/* A point thicker for each factor of 16 in the bytes. */
static unsigned thickness_of(const struct measures *measures)
{
	uint64_t bytes = measures->source_bytes / 2 + measures->destination_bytes / 2;
	unsigned thickness = 1;

	for (; bytes >= 16; bytes /= 16)
		thickness++;
	return thickness;
}

static void add_edge(const struct snapshot *snapshot, size_t index, struct text *out)
{
	const struct snapshot_edge *edge = &snapshot->edges[index];
	const struct measures *measures = &edge->edge->measures;
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	text_add_string(out, index == 0 ? "{" : ",{");
	graph_json_add_edge_ends(snapshot, edge, out);
	add_stats(edge->edge, out);
	text_add_format(out, ",\"thickness\":%u,\"color\":\"%s\",\"strokeDasharray\":\"%s\"",
			thickness_of(measures),
			measures_errors(measures) + messages_failed(edge->edge->messages) > 0
				? "red"
				: "gray",
			edge->edge->directed ? "" : "4");
	if (flat_edge_numbers(edge->edge, numbers) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++) {
		if (numbers[i].known)
			text_add_format(out, ",\"detail__%s\":%" PRIu64, numbers[i].name,
					numbers[i].value);
	}
	text_add_string(out, "}");
}

/* Sums what each node served. -1 if out of memory. */
static int sum_served(const struct snapshot *snapshot, struct graph_edge *served)
{
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		if (edge->edge->directed && graph_edge_add(&served[edge->server], edge->edge) < 0)
			return -1;
	}
	return 0;
}

void node_graph_format(const struct snapshot *snapshot, struct text *out)
{
	struct graph_edge *served = calloc(snapshot->node_count + 1, sizeof(*served));

	if (served == NULL || sum_served(snapshot, served) < 0) {
		out->failed = true;
		goto out;
	}
	text_add_string(out, "{\"nodes\":[");
	for (size_t i = 0; i < snapshot->node_count; i++)
		add_node(snapshot, i, &served[i], out);
	text_add_string(out, "],\"edges\":[");
	for (size_t i = 0; i < snapshot->edge_count; i++)
		add_edge(snapshot, i, out);
	text_add_string(out, "]}\n");
out:
	for (size_t i = 0; served != NULL && i < snapshot->node_count; i++)
		graph_edge_clear(&served[i]);
	free(served);
}
