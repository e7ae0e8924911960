/* What is asked of the history is what was added to it: whatever was saved, reopened and merged in
 * between, and however the windows are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/grouping.h"
#include "tests/unit/sink/graph/history/history_folder.h"

/* The sum of the slices of FOLDER, found in the plainest way. */
static void sum_plainly(struct history_folder *folder, struct when from, struct when to,
			enum node_level level, bool by_port, struct node_table *nodes,
			struct graph *graph)
{
	struct graph ends;
	struct grouping grouping;

	graph_init(&ends);
	ends.by_port = by_port;
	grouping_init(&grouping, &folder->ends, level, nodes);
	for (size_t i = 0; i < folder->count; i++) {
		if (when_not_after(from, folder->slices[i]->end) &&
		    when_before(folder->slices[i]->end, to))
			assert_int_equal(graph_add(&ends, folder->slices[i]), 0);
	}
	for (size_t i = 0; i < ends.count; i++)
		assert_int_equal(grouping_add(&grouping, &ends.edges[i], by_port, graph), 0);
	grouping_free(&grouping);
	graph_free(&ends);
}

static void assert_same_histogram(const struct histogram *a, const struct histogram *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL || b == NULL)
		return;
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->scale, b->scale);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->used, b->used);
	assert_memory_equal(a->counts, b->counts, a->used * sizeof(a->counts[0]));
}

/* The edge of B that is EDGE of A; the tables of nodes may be in different orders. */
static struct graph_edge *same_edge(const struct graph_edge *edge, const struct node_table *a,
				    struct graph *graph, struct node_table *b)
{
	struct graph_edge like = *edge;
	size_t count = graph->count;
	struct graph_edge *found;

	like.client = node_table_index(b, &a->nodes[edge->client]);
	like.server = node_table_index(b, &a->nodes[edge->server]);
	found = graph_edge_like(graph, &like);
	assert_int_equal(graph->count, count);
	return found;
}

static void assert_window(struct history_folder *folder, struct history *history, struct when from,
			  struct when to, enum node_level level, bool by_port)
{
	const struct history_filter filter = {.by_port = by_port};
	struct node_table nodes = {0}, plain_nodes = {0};
	struct graph graph, plain;

	graph_init(&graph);
	graph_init(&plain);
	assert_int_equal(history_sum(history, from, to, level, &filter, &nodes, &graph), 0);
	history_round(&from, &to);
	sum_plainly(folder, from, to, level, by_port, &plain_nodes, &plain);
	assert_int_equal(graph.count, plain.count);
	for (size_t i = 0; i < graph.count; i++) {
		const struct graph_edge *edge = &graph.edges[i];
		const struct graph_edge *other = same_edge(edge, &nodes, &plain, &plain_nodes);

		assert_memory_equal(&edge->measures, &other->measures, sizeof(edge->measures));
		assert_same_histogram(edge->histogram, other->histogram);
		assert_same_histogram(edge->handshake, other->handshake);
	}
	graph_free(&graph);
	graph_free(&plain);
	node_table_free(&nodes);
	node_table_free(&plain_nodes);
}

static void assert_windows(struct history_folder *folder, struct history *history, int64_t length)
{
	for (int i = 0; i < 40; i++) {
		int64_t from = (int64_t)history_folder_draw(folder, (uint64_t)length);
		int64_t to = from + 1 +
			     (int64_t)history_folder_draw(folder, i % 2 ? 7000 : (uint64_t)length);

		assert_window(folder, history, history_folder_time(from), history_folder_time(to),
			      (enum node_level)(i % 4), i % 3 == 0);
	}
	assert_window(folder, history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE, false);
	assert_window(folder, history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_WORKLOAD, true);
}

static void sums_what_was_added(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 100);
	int64_t length = 4 * DAY;

	history_folder_cover(history, 0, length);
	for (int64_t day = 0; day < 4; day++)
		history_folder_cover(history, day * DAY, (day + 1) * DAY);
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 300; i++) {
			int64_t at = (int64_t)history_folder_draw(folder, (uint64_t)length);

			/* Some minutes are busy. */
			if (i % 3 == 0)
				at = at / DAY * DAY + at % 300;
			assert_int_equal(history_add(history, history_folder_slice(folder, at)), 0);
		}
		assert_windows(folder, history, length);
		if (round == 2)
			continue;
		assert_int_equal(history_save(history, span_of("here")), 0);
		if (round % 2 == 0) {
			assert_int_equal(history_flush(history), 0);
			history_close(history);
			history = history_folder_open(folder, 100);
		}
		assert_windows(folder, history, length);
	}
	history_close(history);
}

static void forgets_what_was_not_saved(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	struct text progress;

	text_init(&progress, 100);
	assert_int_equal(history_progress(history, &progress), 0);
	history_folder_cover(history, 0, 60);
	assert_int_equal(history_add(history, history_folder_slice(folder, 10)), 0);
	assert_int_equal(history_save(history, span_of("one")), 0);
	assert_int_equal(history_flush(history), 0);
	assert_int_equal(history_add(history, folder->slices[0]), 0);
	history_close(history);
	history = history_folder_open(folder, 7);
	assert_int_equal(history_progress(history, &progress), 1);
	assert_true(span_equal(text_span(&progress), span_of("one")));
	assert_window(folder, history, history_folder_time(0), history_folder_time(60),
		      NODE_LEVEL_SERVICE, false);
	history_close(history);
	text_free(&progress);
}

static void shows_what_is_provisional_until_it_is_cleared(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);

	history_folder_cover(history, 0, 60);
	assert_int_equal(history_provisional_add(history, history_folder_slice(folder, 10)), 0);
	assert_window(folder, history, history_folder_time(0), history_folder_time(60),
		      NODE_LEVEL_SERVICE, false);
	assert_int_equal(history_save(history, span_of("")), 0);
	history_provisional_clear(history);
	conversation_slice_free(folder->slices[--folder->count]);
	assert_window(folder, history, history_folder_time(0), history_folder_time(60),
		      NODE_LEVEL_SERVICE, false);
	history_close(history);
}

static void sums_what_is_settled_alone(void **state)
{
	const struct history_filter settled = {.settled = true};
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);

	history_folder_cover(history, 0, 60);
	assert_int_equal(history_add(history, history_folder_slice(folder, 10)), 0);
	assert_int_equal(history_provisional_add(history, history_folder_slice(folder, 10)), 0);
	for (int all = 0; all < 2; all++) {
		struct node_table nodes = {0};
		struct graph graph;
		uint64_t flows = 0;

		graph_init(&graph);
		assert_int_equal(history_sum(history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE,
					     all ? NULL : &settled, &nodes, &graph),
				 0);
		for (size_t i = 0; i < graph.count; i++)
			flows += graph.edges[i].measures.flows;
		assert_int_equal(flows, all ? 2 : 1);
		graph_free(&graph);
		node_table_free(&nodes);
	}
	history_close(history);
}

static void forgets_whole_days_after_the_retention(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 2);
	struct graph graph;
	struct node_table nodes = {0};

	graph_init(&graph);
	for (int64_t day = 0; day < 6; day++) {
		history_folder_cover(history, day * DAY, day * DAY + 3600);
		assert_int_equal(history_add(history, history_folder_slice(folder, day * DAY + 5)),
				 0);
		assert_int_equal(history_save(history, span_of("")), 0);
	}
	/* Day 5 and the two days before it, as a part of day 3 is not older than 2 days. */
	assert_int_equal(history_bounds(history).first.ns, history_folder_time(3 * DAY).ns);
	assert_int_equal(history_sum(history, history_folder_time(0), history_folder_time(3 * DAY),
				     NODE_LEVEL_SERVICE, NULL, &nodes, &graph),
			 0);
	assert_int_equal(graph.count, 0);
	assert_window(folder, history, history_folder_time(3 * DAY), history_folder_time(6 * DAY),
		      NODE_LEVEL_SERVICE, false);
	/* What is older than that does not come back, but counts in the total. */
	assert_int_equal(history_add(history, folder->slices[0]), 0);
	assert_int_equal(history_stats(history).late, 1);
	assert_window(folder, history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE, false);
	graph_free(&graph);
	node_table_free(&nodes);
	history_close(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_what_was_added, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(forgets_what_was_not_saved, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(sums_what_is_settled_alone, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(shows_what_is_provisional_until_it_is_cleared,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(forgets_whole_days_after_the_retention,
						history_folder_set_up, history_folder_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
