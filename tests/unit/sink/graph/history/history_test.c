/* One edge, gaps, limits, addresses and damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "sink/graph/history/history_internal.h"
#include "tests/unit/sink/graph/flow.h"
#include "tests/unit/sink/graph/history/history_folder.h"

static void finds_one_edge(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	struct node client, server;
	struct history_filter filter = {.client = "service/shop/s0", .server = "service/shop/s1"};
	struct node_table nodes = {0};
	struct history_points points;
	struct graph graph;
	uint64_t bytes = 0;

	history_folder_cover(history, 0, 7200);
	for (int i = 0; i < 1000; i++) {
		struct conversation_slice *slice =
			history_folder_slice(folder, (int64_t)history_folder_draw(folder, 7200));

		slice->directed = true;
		client = node_of(end_table_at(&folder->ends, slice->client), NODE_LEVEL_SERVICE);
		server = node_of(end_table_at(&folder->ends, slice->server), NODE_LEVEL_SERVICE);
		if (strcmp(client.name, "s0") == 0 && strcmp(server.name, "s1") == 0)
			bytes += slice->measures.source_bytes;
		assert_int_equal(history_add(history, slice), 0);
		if (i == 500)
			assert_int_equal(history_save(history, span_of("")), 0);
	}
	assert_true(bytes > 0);
	graph_init(&graph);
	assert_int_equal(history_sum(history, history_folder_time(0), history_folder_time(7200),
				     NODE_LEVEL_SERVICE, &filter, &nodes, &graph),
			 0);
	assert_int_equal(graph.count, 1);
	assert_int_equal(graph.edges[0].measures.source_bytes, bytes);
	graph_free(&graph);
	node_table_free(&nodes);

	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, &filter,
					history_folder_time(0), history_folder_time(7200),
					600 * NS_PER_SECOND, &points),
			 0);
	assert_int_equal(points.count, 12);
	for (size_t i = 0; i < points.count; i++)
		bytes -= points.points[i].measures.source_bytes;
	assert_int_equal(bytes, 0);
	history_points_free(&points);
	history_close(history);
}

static void tells_a_gap_from_silence(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	struct history_points points;

	history_folder_cover(history, 30, 200);
	history_folder_cover(history, 300, 301);
	assert_int_equal(history_add(history, history_folder_slice(folder, 300)), 0);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, history_folder_time(0),
					history_folder_time(360), 60 * NS_PER_SECOND, &points),
			 0);
	assert_int_equal(points.count, 6);
	for (size_t i = 0; i < points.count; i++) {
		assert_int_equal(points.points[i].at.ns, history_folder_time((int64_t)i * 60).ns);
		assert_int_equal(points.points[i].covered, i != 4);
		assert_int_equal(points.points[i].measures.flows, i == 5);
		assert_true(i != 5 || points.points[i].p50_ns == 1000000);
	}
	assert_true(history_covers(history, history_folder_time(60), history_folder_time(180)));
	/* What is next to a gap may be covered in part. */
	assert_false(history_covers(history, history_folder_time(0), history_folder_time(180)));
	assert_false(history_covers(history, history_folder_time(60), history_folder_time(240)));
	assert_false(history_covers(history, history_folder_time(60), history_folder_time(241)));
	history_points_free(&points);
	history_close(history);
}

static void sums_the_edges_that_do_not_fit(void **state)
{
	struct history_folder *folder = *state;
	struct history_options options = {folder->path, 7 * DAY * NS_PER_SECOND, 1000, 5, 1000};
	struct history *history = history_open(&options, &folder->ends);
	struct node_table nodes = {0};
	struct graph graph;
	uint64_t flows = 0;

	assert_non_null(history);
	history_folder_cover(history, 0, 60);
	for (int i = 0; i < 500; i++)
		assert_int_equal(history_add(history, history_folder_slice(folder, i % 60)), 0);
	assert_int_equal(history_save(history, span_of("")), 0);
	graph_init(&graph);
	assert_int_equal(history_sum(history, history_folder_time(0), history_folder_time(60),
				     NODE_LEVEL_SERVICE, NULL, &nodes, &graph),
			 0);
	for (size_t i = 0; i < graph.count; i++)
		flows += graph.edges[i].measures.flows;
	assert_true(flows > 0 && graph.rest.measures.flows > 0);
	assert_int_equal(flows + graph.rest.measures.flows, 500);
	assert_true(history_stats(history).further_edges > 0);
	graph_free(&graph);
	node_table_free(&nodes);
	history_close(history);
}

static void says_who_held_an_address(void **state)
{
	struct history_folder *folder = *state;
	static struct tagged_flow flow;
	struct history_tenures tenures;
	struct history_matches matches;
	struct history *history = history_folder_open(folder, 7);

	for (int turn = 0; turn < 3; turn++) {
		flow_make(&flow, 1, (double)(START + 10 * turn), (double)(START + 10 * turn + 1),
			  "n1", "veth1");
		flow.source.bound_from = history_folder_time(turn == 2);
		flow.source.bound_to = turn == 1 ? history_folder_time(1) : WHEN_MAX;
		if (turn == 2)
			flow_pod(&flow.source, "later", "n1", NULL);
		assert_int_equal(history_note(history, &flow), 0);
		/* What is not saved is there too. */
		if (turn == 0)
			assert_int_equal(history_save(history, span_of("")), 0);
	}
	assert_int_equal(history_tenures(history, &flow.source.ip, &tenures), 0);
	assert_int_equal(tenures.count, 2);
	assert_string_equal(tenures.tenures[0].holder, "shop/client (pod)");
	assert_string_equal(tenures.tenures[0].kind, "pod");
	assert_string_equal(tenures.tenures[0].services, "shop/client");
	assert_int_equal(tenures.tenures[0].from.ns, history_folder_time(0).ns);
	assert_int_equal(tenures.tenures[0].to.ns, history_folder_time(1).ns);
	assert_int_equal(tenures.tenures[0].first_seen.ns, history_folder_time(1).ns);
	assert_int_equal(tenures.tenures[0].last_seen.ns, history_folder_time(11).ns);
	assert_string_equal(tenures.tenures[1].holder, "shop/later (pod)");
	assert_true(when_is_max(tenures.tenures[1].to));
	history_tenures_free(&tenures);

	/* A service's tag without a service names nobody, and not who was in the record before. */
	flow_service(&flow.source, "shop/before");
	flow_address(&flow.source, "10.0.1.9", 80);
	flow.source.service[0] = '\0';
	flow.source.service_count = 0;
	assert_int_equal(history_note(history, &flow), 0);
	assert_int_equal(history_tenures(history, &flow.source.ip, &tenures), 0);
	assert_int_equal(tenures.count, 1);
	assert_null(strstr(tenures.tenures[0].holder, "before"));
	history_tenures_free(&tenures);

	assert_int_equal(history_search(history, span_of("LATER"), 10, &matches), 0);
	assert_int_equal(matches.count, 1);
	assert_string_equal(matches.matches[0].type, "pod");
	assert_string_equal(matches.matches[0].id, "pod/shop/later");
	history_matches_free(&matches);
	assert_int_equal(history_search(history, span_of("10.0.0"), 10, &matches), 0);
	assert_int_equal(matches.count, 2);
	assert_string_equal(matches.matches[1].label, "10.0.0.2");
	history_matches_free(&matches);
	history_close(history);
}

static void notes_more_holders_than_fit_in_memory(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	static struct tagged_flow flow;
	struct history_tenures tenures;

	flow_make(&flow, 1, (double)START, (double)START + 1, "n1", "veth1");
	for (unsigned i = 0; i <= TENURE_NOTES_MAX; i++) {
		memcpy(flow.source.ip.bytes + 12, &i, sizeof(i));
		assert_int_equal(history_note(history, &flow), 0);
	}
	assert_int_equal(history_tenures(history, &flow.source.ip, &tenures), 0);
	assert_int_equal(tenures.count, 1);
	history_tenures_free(&tenures);
	history_close(history);
}

static void keeps_few_days_in_memory(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 100);
	struct history_matches matches;
	struct history_points points;

	for (int64_t day = 0; day < 60; day++) {
		history_folder_cover(history, day * DAY, day * DAY + 1);
		assert_int_equal(history_add(history, history_folder_slice(folder, day * DAY)), 0);
	}
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(history_search(history, span_of("bare"), 10, &matches), 0);
	assert_true(history->day_count < 30);
	history_matches_free(&matches);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, history_folder_time(0),
					history_folder_time(60 * DAY), DAY * NS_PER_SECOND,
					&points),
			 0);
	assert_int_equal(points.count, 60);
	for (size_t i = 0; i < points.count; i++)
		assert_int_equal(points.points[i].measures.flows, 1);
	assert_true(history->day_count < 30);
	history_points_free(&points);
	history_close(history);
}

static void sets_aside_what_it_cannot_read(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	char path[128];
	FILE *file;

	history_folder_cover(history, 0, 60);
	assert_int_equal(history_save(history, span_of("one")), 0);
	assert_int_equal(history_flush(history), 0);
	history_close(history);
	snprintf(path, sizeof(path), "%s/DAMAGED", folder->path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	history = history_folder_open(folder, 7);
	assert_true(when_is_max(history_bounds(history).first));
	history_close(history);
}

/* Adds one flow of each of COUNT different edges, all in one minute, with ADD. */
static void add_edges(struct history_folder *folder, struct history *history, int32_t count,
		      int (*add)(struct history *history, const struct conversation_slice *slice))
{
	const int32_t pods = 300;

	for (int32_t i = 0; i < count; i++) {
		struct conversation_slice *slice =
			flow_slice(START + 1, history_folder_pod(folder, (unsigned)(i / pods)),
				   history_folder_pod(folder, (unsigned)(i % pods)));

		assert_non_null(slice);
		assert_int_equal(add(history, slice), 0);
		conversation_slice_free(slice);
	}
}

/* The flows of the first minute. */
static uint64_t count_flows(struct history *history)
{
	struct node_table nodes = {0};
	struct graph graph;
	uint64_t flows;

	graph_init(&graph);
	assert_int_equal(history_sum(history, history_folder_time(0), history_folder_time(60),
				     NODE_LEVEL_SERVICE, NULL, &nodes, &graph),
			 0);
	flows = graph.rest.measures.flows;
	for (size_t i = 0; i < graph.count; i++)
		flows += graph.edges[i].measures.flows;
	graph_free(&graph);
	node_table_free(&nodes);
	return flows;
}

/* The same, from the sum of all edges. */
static uint64_t count_point(struct history *history)
{
	struct history_points points;
	uint64_t flows;

	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, history_folder_time(0),
					history_folder_time(60), 60 * NS_PER_SECOND, &points),
			 0);
	flows = points.points[0].measures.flows;
	history_points_free(&points);
	return flows;
}

static void loses_no_edge_of_a_full_minute(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	const int32_t count = GRAPH_EDGES_MAX + 1000;

	history_folder_cover(history, 0, 60);
	add_edges(folder, history, count, history_provisional_add);
	assert_int_equal(count_flows(history), count);
	assert_int_equal(count_point(history), count);
	history_provisional_clear(history);
	add_edges(folder, history, count, history_add);
	assert_int_equal(count_flows(history), count);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(count_flows(history), count);
	assert_int_equal(count_point(history), count);
	history_close(history);
}

static void reads_what_was_written_with_higher_limits(void **state)
{
	struct history_folder *folder = *state;
	struct history_options options = {folder->path, 7 * DAY * NS_PER_SECOND, 3, 2, 1000};
	struct history *history = history_folder_open(folder, 7);

	history_folder_cover(history, 0, 60);
	add_edges(folder, history, 100, history_add);
	assert_int_equal(history_save(history, span_of("")), 0);
	history_close(history);
	for (int turn = 1; turn <= 2; turn++) {
		history = history_open(&options, &folder->ends);
		assert_non_null(history);
		assert_int_equal(count_flows(history), turn * 100);
		add_edges(folder, history, 100, history_add);
		assert_int_equal(history_save(history, span_of("")), 0);
		assert_int_equal(count_flows(history), turn * 100 + 100);
		history_close(history);
	}
}

/* Nothing is known of almost all of it, and that takes no time. */
static void answers_about_centuries(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	const int64_t minutes = INT64_MAX / (60 * NS_PER_SECOND);
	struct history_points points;
	clock_t begun = clock();
	uint64_t flows = 0;

	history_folder_cover(history, 0, 60);
	assert_int_equal(history_add(history, history_folder_slice(folder, 5)), 0);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, (struct when){1},
					when_add(WHEN_MAX, -1),
					(minutes / 400 + 1) * 60 * NS_PER_SECOND, &points),
			 0);
	for (size_t i = 0; i < points.count; i++)
		flows += points.points[i].measures.flows;
	assert_int_equal(flows, 1);
	history_points_free(&points);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, when_add(WHEN_MIN, 1),
					(struct when){1}, (minutes / 400 + 1) * 60 * NS_PER_SECOND,
					&points),
			 0);
	assert_int_equal(points.points[0].at.ns, WHEN_MIN.ns);
	history_points_free(&points);
	assert_int_equal(history_series(history, NODE_LEVEL_SERVICE, NULL, (struct when){1},
					when_add(WHEN_MAX, -1), minutes * 60 * NS_PER_SECOND,
					&points),
			 0);
	assert_int_equal(points.points[0].measures.flows, 1);
	history_points_free(&points);
	assert_true(clock() - begun < CLOCKS_PER_SEC / 4);
	history_close(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_one_edge, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(tells_a_gap_from_silence, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(sums_the_edges_that_do_not_fit,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(loses_no_edge_of_a_full_minute,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(reads_what_was_written_with_higher_limits,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(answers_about_centuries, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(says_who_held_an_address, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(notes_more_holders_than_fit_in_memory,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(keeps_few_days_in_memory, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(sets_aside_what_it_cannot_read,
						history_folder_set_up, history_folder_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
