/* What is in memory for scrapes is what the rows say, and no sum of it shrinks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/graph/history/history_internal.h"
#include "tests/unit/sink/graph/history/history_folder.h"

/* Opens the history with room for EDGES of the totals. */
static struct history *open_with(struct history_folder *folder, int64_t edges)
{
	struct history_options options = {folder->path, 7 * DAY * NS_PER_SECOND, 1000, 1000, edges};
	struct history *history = history_open(&options, &folder->ends);

	assert_non_null(history);
	return history;
}

/* Adds COUNT slices of the first 600 s. */
static void add_slices(struct history_folder *folder, struct history *history, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(history_add(history, history_folder_slice(
							      folder, (int64_t)history_folder_draw(
									      folder, 600))),
				 0);
}

static uint64_t flows_of(const struct graph *graph)
{
	uint64_t flows = graph->rest.measures.flows;

	for (size_t i = 0; i < graph->count; i++)
		flows += graph->edges[i].measures.flows;
	return flows;
}

static void assert_same_edge(const struct graph_edge *a, const struct graph_edge *b)
{
	assert_memory_equal(&a->measures, &b->measures, sizeof(a->measures));
	assert_int_equal(graph_edge_percentile(a, 500), graph_edge_percentile(b, 500));
	assert_int_equal(graph_edge_handshake_percentile(a, 500),
			 graph_edge_handshake_percentile(b, 500));
}

/* The edge of the totals between the nodes of EDGE, which is of NODES; NULL if it is not apart. */
static const struct graph_edge *find_total(const struct history_totals *totals,
					   const struct node_table *nodes,
					   const struct graph_edge *edge)
{
	for (size_t i = 0; i < totals->graph.count; i++) {
		const struct graph_edge *total = &totals->graph.edges[i];

		if (total->directed == edge->directed &&
		    node_compare(&totals->nodes.nodes[total->client],
				 &nodes->nodes[edge->client]) == 0 &&
		    node_compare(&totals->nodes.nodes[total->server],
				 &nodes->nodes[edge->server]) == 0)
			return total;
	}
	return NULL;
}

/* The totals are the sum of the rows, edge by edge. */
static void assert_as_rows(struct history *history, bool settled)
{
	const struct history_totals *totals = history_totals(history);
	const struct history_filter filter = {.settled = settled};
	struct node_table nodes = {0};
	struct graph graph;

	graph_init(&graph);
	assert_int_equal(history_sum(history, WHEN_MIN, WHEN_MAX, NODE_LEVEL_SERVICE, &filter,
				     &nodes, &graph),
			 0);
	assert_int_equal(totals->graph.count, graph.count);
	for (size_t i = 0; i < graph.count; i++) {
		const struct graph_edge *total = find_total(totals, &nodes, &graph.edges[i]);

		assert_non_null(total);
		assert_same_edge(total, &graph.edges[i]);
	}
	assert_same_edge(&totals->graph.rest, &graph.rest);
	graph_free(&graph);
	node_table_free(&nodes);
}

static void they_are_what_the_rows_say(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = open_with(folder, 1000);

	history_folder_cover(history, 0, 600);
	add_slices(folder, history, 100);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_null(history_totals(history));
	assert_int_equal(history_totals_begin(history, true), 0);
	for (int i = 0; i < 5; i++) {
		assert_as_rows(history, true);
		add_slices(folder, history, 100);
		assert_int_equal(history_save(history, span_of("")), 0);
		/* The numbers of edges are read again. */
		if (i == 2)
			assert_int_equal(history_totals_begin(history, true), 0);
	}
	assert_as_rows(history, true);
	history_close(history);
	history = open_with(folder, 1000);
	assert_null(history_totals(history));
	assert_int_equal(history_totals_begin(history, true), 0);
	assert_as_rows(history, true);
	history_close(history);
}

static void what_is_added_counts_once_it_is_saved(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = open_with(folder, 1000);

	history_folder_cover(history, 0, 600);
	assert_int_equal(history_totals_begin(history, true), 0);
	add_slices(folder, history, 10);
	assert_int_equal(flows_of(&history_totals(history)->graph), 0);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 10);
	assert_int_equal(history_provisional_add(history, history_folder_slice(folder, 1)), 0);
	assert_int_equal(history_totals_begin(history, true), 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 10);
	assert_int_equal(history_totals_begin(history, false), 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 11);
	assert_as_rows(history, false);
	history_close(history);
}

/* A process that ends at once after a save, as one that is killed, has lost nothing that it has shown. */
static void what_is_shown_is_on_disk(void **state)
{
	struct history_folder *folder = *state;
	struct history *history;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		history = open_with(folder, 1000);
		history_folder_cover(history, 0, 600);
		if (history_totals_begin(history, true) < 0)
			_exit(1);
		add_slices(folder, history, 10);
		if (history_save(history, span_of("")) < 0)
			_exit(2);
		_exit(flows_of(&history_totals(history)->graph) == 10 ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	history = open_with(folder, 1000);
	assert_int_equal(history_totals_begin(history, true), 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 10);
	history_close(history);
}

/* Without room: the largest are apart, what others have more from then on is in the rest, and nothing shrinks. */
static void what_has_no_room_is_summed(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = open_with(folder, 3);
	uint64_t flows[3], apart = 0, rest = 0;
	const struct graph *graph;

	history_folder_cover(history, 0, 600);
	add_slices(folder, history, 300);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(history_totals_begin(history, true), 0);
	graph = &history_totals(history)->graph;
	assert_int_equal(graph->count, 3);
	assert_int_equal(graph->rest.measures.flows, 0);
	for (size_t i = 0; i < 3; i++)
		apart += flows[i] = graph->edges[i].measures.flows;
	for (int round = 0; round < 4; round++) {
		add_slices(folder, history, 300);
		assert_int_equal(history_save(history, span_of("")), 0);
		graph = &history_totals(history)->graph;
		assert_int_equal(graph->count, 3);
		/* Nor are there nodes of others. */
		assert_true(history_totals(history)->nodes.count <= 6);
		assert_int_equal(flows_of(graph), apart + 300u * (unsigned)(round + 1));
		assert_true(graph->rest.measures.flows > rest);
		rest = graph->rest.measures.flows;
		for (size_t i = 0; i < 3; i++) {
			assert_true(graph->edges[i].measures.flows > flows[i]);
			flows[i] = graph->edges[i].measures.flows;
		}
	}
	/* Of what is complete all is shown. */
	assert_int_equal(history_totals_begin(history, false), 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 1500);
	history_close(history);
}

/* A second beginning chooses the edges again, with all of their sums, and the rest begins anew. */
static void a_second_beginning_starts_over(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = open_with(folder, 3);
	const struct graph *graph;
	uint64_t apart;

	history_folder_cover(history, 0, 600);
	add_slices(folder, history, 50);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(history_totals_begin(history, true), 0);
	for (int i = 0; i < 4; i++) {
		add_slices(folder, history, 300);
		assert_int_equal(history_save(history, span_of("")), 0);
	}
	graph = &history_totals(history)->graph;
	assert_true(graph->rest.measures.flows > 0);
	apart = flows_of(graph) - graph->rest.measures.flows;

	assert_int_equal(history_totals_begin(history, true), 0);
	graph = &history_totals(history)->graph;
	assert_int_equal(graph->count, 3);
	assert_int_equal(graph->rest.measures.flows, 0);
	/* The largest edges of all are no smaller than those that were the largest at first. */
	assert_true(flows_of(graph) >= apart);
	apart = flows_of(graph);
	add_slices(folder, history, 300);
	assert_int_equal(history_save(history, span_of("")), 0);
	graph = &history_totals(history)->graph;
	assert_true(graph->rest.measures.flows > 0);
	assert_int_equal(flows_of(graph), apart + 300);
	history_close(history);
}

/* Edges beyond --max-edges have no number. */
static void what_has_no_number_is_summed(void **state)
{
	struct history_folder *folder = *state;
	struct history_options options = {folder->path, 7 * DAY * NS_PER_SECOND, 1000, 2, 1000};
	struct history *history = history_open(&options, &folder->ends);

	assert_non_null(history);
	history_folder_cover(history, 0, 600);
	assert_int_equal(history_totals_begin(history, true), 0);
	add_slices(folder, history, 200);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_as_rows(history, true);
	assert_true(history_totals(history)->graph.rest.measures.flows > 0);
	assert_int_equal(flows_of(&history_totals(history)->graph), 200);
	history_close(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: a child would lack the threads that RocksDB has begun. */
		cmocka_unit_test_setup_teardown(what_is_shown_is_on_disk, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(they_are_what_the_rows_say, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(what_is_added_counts_once_it_is_saved,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(what_has_no_room_is_summed, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(a_second_beginning_starts_over,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(what_has_no_number_is_summed, history_folder_set_up,
						history_folder_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
