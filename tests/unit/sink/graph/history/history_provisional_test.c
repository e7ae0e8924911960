#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/history/history_internal.h"
#include "tests/unit/sink/graph/history/history_folder.h"

/* Conversations that are not over may be many: beyond the limit their edges are summed, and are in every sum. */
static void what_is_provisional_is_limited(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	struct node_table nodes = {0};
	struct history_points points;
	uint64_t bytes = 0, found;
	struct graph graph;

	history->provisional.limit = 10;
	history_folder_cover(history, 0, 600);
	for (int i = 0; i < 300; i++) {
		struct conversation_slice *slice =
			history_folder_slice(folder, (int64_t)history_folder_draw(folder, 600));

		bytes += slice->measures.source_bytes + slice->measures.destination_bytes;
		assert_int_equal(history_provisional_add(history, slice), 0);
	}
	assert_int_equal(history->provisional.edges, 10);
	graph_init(&graph);
	assert_int_equal(history_sum(history, history_folder_time(0), history_folder_time(600),
				     NODE_LEVEL_SERVICE, NULL, &nodes, &graph),
			 0);
	assert_in_range(graph.count, 1, 10);
	found = graph.rest.measures.source_bytes + graph.rest.measures.destination_bytes;
	for (size_t i = 0; i < graph.count; i++)
		found += graph.edges[i].measures.source_bytes +
			 graph.edges[i].measures.destination_bytes;
	assert_int_equal(found, bytes);
	graph_free(&graph);
	node_table_free(&nodes);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, history_folder_time(0),
					history_folder_time(600), 600 * NS_PER_SECOND, &points),
			 0);
	assert_int_equal(points.points[0].measures.source_bytes +
				 points.points[0].measures.destination_bytes,
			 bytes);
	history_points_free(&points);
	history_provisional_clear(history);
	assert_int_equal(history->provisional.edges, 0);
	history_close(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_provisional_is_limited,
						history_folder_set_up, history_folder_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
