/* A graph that runs out of memory reports it; what was counted before can be freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "sink/graph/conversation/conversations.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/snapshot.h"
#include "sink/graph/window.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/sink/graph/flow.h"

#define FLOWS 80

struct shown {
	struct node_table nodes;
	struct window window;
	struct graph graph;
	struct conversations *conversations;
};

static int take(struct shown *shown, int number)
{
	static struct tagged_flow flow;
	struct conversation_slice *slice;
	struct node client, server;
	int32_t client_index, server_index;

	flow_make(&flow, number, number, number + 1, "n1", "veth1");
	flow.source.port = 1000 + number;
	flow.response.count = 1;
	flow.response.scale = 3;
	flow.response.bucket_count = 1;
	flow.response.buckets[0] = 1;
	if (number % 2 == 0) {
		snprintf(flow.messages.protocol, sizeof(flow.messages.protocol), "p%d", number % 3);
		flow.messages.requests = 1;
		flow.messages.first_byte = flow.messages.last_byte = flow.response;
	}
	snprintf(flow.destination.service, sizeof(flow.destination.service), "shop/web-%d",
		 number % 70);
	client = flow_node(&flow.source, false, NODE_LEVEL_SERVICE);
	server = flow_node(&flow.destination, false, NODE_LEVEL_SERVICE);
	client_index = node_table_index(&shown->nodes, &client);
	server_index = node_table_index(&shown->nodes, &server);
	if (client_index < 0 || server_index < 0)
		return -1;
	slice = conversation_slice_new(&flow, client_index, server_index);
	if (slice == NULL)
		return -1;
	return conversations_add(shown->conversations, &flow, slice);
}

/* What is settled goes to the window and to the graph. */
static int settle(struct shown *shown)
{
	struct conversation *conversation;
	int rc = 0;

	conversations_settle(shown->conversations, WHEN_MAX);
	while ((conversation = conversations_next_settled(shown->conversations)) != NULL) {
		conversation_choose(conversation, WHEN_MIN, WHEN_MAX);
		for (size_t s = 0; s < conversation->count && rc == 0; s++) {
			rc = window_add(&shown->window, conversation->slices[s]);
			if (rc == 0)
				rc = graph_add(&shown->graph, conversation->slices[s]);
		}
		conversation_free(conversation);
	}
	return rc;
}

static int show(const struct shown *shown)
{
	struct snapshot snapshot;
	struct graph sum;
	struct text out;
	int rc;

	text_init(&out, 1u << 20);
	graph_init(&sum);
	rc = window_sum(&shown->window, &sum);
	if (rc == 0)
		rc = graph_merge(&sum, &shown->graph);
	if (rc == 0)
		rc = snapshot_make(&snapshot, &sum, &shown->nodes, 2, 1);
	if (rc == 0) {
		assert_int_equal(snapshot.total.measures.flows, 2 * FLOWS);
		for (enum format format = 0; formats_names[format] != NULL; format++)
			formats_write((enum format)format, &snapshot, &out);
		rc = out.failed ? -1 : 0;
		snapshot_free(&snapshot);
	}
	graph_free(&sum);
	text_free(&out);
	return rc;
}

static int make_graph(void)
{
	struct shown shown = {.conversations = conversations_new(50)};
	int rc = -1;

	graph_init(&shown.graph);
	window_init(&shown.window, 1000 * NS_PER_SECOND);
	window_advance(&shown.window, (struct when){FLOWS * NS_PER_SECOND});
	if (shown.conversations == NULL)
		goto out;
	rc = 0;
	for (int i = 0; i < FLOWS && rc == 0; i++)
		rc = take(&shown, i);
	if (rc == 0)
		rc = settle(&shown);
	if (rc == 0)
		rc = show(&shown);
out:
	conversations_free(shown.conversations);
	window_free(&shown.window);
	graph_free(&shown.graph);
	node_table_free(&shown.nodes);
	return rc;
}

static void a_graph_is_made_completely_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(make_graph, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_graph_is_made_completely_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
