/* What is read as a tagged flow keeps to its struct's limits, becomes a conversation
 * that is counted once, and a view of it in every format holds no control character. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/graph/dot.h"
#include "sink/graph/graph_json.h"
#include "sink/graph/intake.h"
#include "sink/graph/mermaid.h"
#include "sink/graph/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_end(const struct tagged_flow_end *end)
{
	require(end->port >= -1 && end->port <= UINT16_MAX);
	require(end->service_count <= TAGGED_FLOW_SERVICES_MAX);
	require((end->status == TAGGED_FLOW_KNOWN) == (end->kind != TAGGED_FLOW_NO_KIND));
	require(memchr(end->reason, '\0', sizeof(end->reason)) != NULL);
	require(memchr(end->pod, '\0', sizeof(end->pod)) != NULL);
}

static void check_formats(const struct view *view)
{
	struct text text;

	text_init(&text, VIEW_TEXT_MAX);
	require(table_format(view, 0, &text) == 0 && dot_format(view, &text) == 0 &&
		mermaid_format(view, &text) == 0 && graph_json_format(view, &text) == 0);
	for (size_t i = 0; i < text.length; i++)
		require((text.data[i] & 0xe0) != 0 || text.data[i] == '\n');
	text_free(&text);
}

/* Each line is a record; the graph of the lines must be the same a second time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tagged_flow flow;
	const struct intake_limits limits = {WHEN_MIN, WHEN_MAX, 0, true};
	struct tagged_flow_fault fault;
	struct conversation *conversation;
	struct intake intake;
	struct graph graph;
	uint64_t flows = 0;

	require(intake_init(&intake, &limits, 100) == 0);
	graph_init(&graph);
	for (size_t from = 0; from < size;) {
		const uint8_t *end = memchr(data + from, '\n', size - from);
		size_t length = end != NULL ? (size_t)(end - data) - from : size - from;
		const char *bytes = (const char *)data + from;

		if (tagged_flow_parse(bytes, length, &flow, &fault) == TAGGED_FLOW_READ) {
			check_end(&flow.source);
			check_end(&flow.destination);
			require(when_not_after(flow.start, flow.end));
		} else {
			require(fault.wanted != NULL);
		}
		for (int turn = 0; turn < 2; turn++)
			require(intake_take(&intake, bytes, length, 0, 0, flow.end) == 0);
		from += length + 1;
	}
	conversations_settle(intake.conversations, WHEN_MAX);
	while ((conversation = conversations_next_settled(intake.conversations))) {
		conversation_choose(conversation, WHEN_MIN, WHEN_MAX);
		for (size_t i = 0; i < conversation->count; i++) {
			require(graph_add(&graph, conversation->slices[i]) == 0);
			flows += conversation->slices[i]->ends_flow;
		}
		conversation_free(conversation);
	}
	require(graph_total(&graph).flows == flows && flows <= intake.read / 2);
	check_formats(
		&(struct view){&graph, &intake.nodes, WHEN_MIN, WHEN_MAX, intake_records(&intake)});
	graph_free(&graph);
	intake_free(&intake);
	return 0;
}
