#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/compare.h"

/* A window that is filled edge by edge. */
struct sample {
	struct node_table nodes;
	struct graph graph;
	struct snapshot snapshot;
};

static int32_t node(struct sample *sample, const char *name)
{
	struct node node = {.kind = NODE_SERVICE, .namespace = "shop"};

	snprintf(node.name, sizeof(node.name), "%s", name);
	return node_table_index(&sample->nodes, &node);
}

/* Adds FLOWS, of which FAILED failed, with RESPONSES in BUCKET at scale 3. */
static void add(struct sample *sample, const char *client, const char *server, bool directed,
		uint64_t flows, uint64_t failed, uint64_t responses, int64_t bucket)
{
	struct graph_edge like = graph_edge_none(), *edge;

	like.client = node(sample, client);
	like.server = node(sample, server);
	like.directed = directed;
	like.measures = (struct measures){.flows = flows, .reset = failed};
	assert_int_equal(histogram_add(&like.histogram, 3, bucket, &responses, 1), 0);
	edge = graph_edge_like(&sample->graph, &like);
	assert_non_null(edge);
	assert_int_equal(graph_edge_add(edge, &like), 0);
	graph_edge_clear(&like);
}

static void begin(struct sample *sample)
{
	*sample = (struct sample){0};
	graph_init(&sample->graph);
}

static struct compare_window end(struct sample *sample)
{
	assert_int_equal(
		snapshot_make(&sample->snapshot, &sample->graph, &sample->nodes, 0, SIZE_MAX), 0);
	return (struct compare_window){&sample->snapshot, true};
}

static void clear(struct sample *sample)
{
	snapshot_free(&sample->snapshot);
	graph_free(&sample->graph);
	node_table_free(&sample->nodes);
}

/* "slower a b, new a c": the changes of COMPARISON. */
static const char *changes_of(const struct comparison *comparison)
{
	static char text[500];

	text[0] = '\0';
	for (size_t i = 0; i < comparison->count; i++) {
		const struct compare_edge *edge = &comparison->edges[i];
		const struct snapshot *snapshot = compare_snapshot(comparison, edge);
		const struct snapshot_edge *shown = compare_shown(edge);
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, "%s%s %s %s", i == 0 ? "" : ", ",
			 compare_change_name(edge->change),
			 snapshot_label(snapshot, shown->client) + 5,
			 snapshot_label(snapshot, shown->server) + 5);
	}
	return text;
}

static void names_what_changed(void **state)
{
	struct sample before, after;
	struct comparison comparison;

	(void)state;
	begin(&before);
	add(&before, "a", "slow", true, 10, 0, 20, 100);
	add(&before, "a", "fast", true, 10, 0, 20, 100);
	add(&before, "a", "same", true, 10, 0, 20, 100);
	add(&before, "a", "few", true, 10, 0, 7, 100);
	add(&before, "a", "failing", true, 100, 0, 20, 100);
	add(&before, "a", "mended", true, 100, 50, 0, 0);
	add(&before, "a", "old", true, 1, 0, 0, 0);
	begin(&after);
	add(&after, "a", "young", true, 1, 0, 0, 0);
	add(&after, "a", "mended", true, 100, 1, 0, 0);
	add(&after, "a", "failing", true, 100, 50, 20, 200);
	add(&after, "a", "few", true, 10, 0, 7, 200);
	add(&after, "a", "same", true, 10, 0, 20, 100);
	add(&after, "a", "fast", true, 10, 0, 20, 90);
	add(&after, "a", "slow", true, 10, 0, 20, 110);
	assert_int_equal(compare_make(&comparison, end(&before), end(&after)), 0);
	assert_string_equal(changes_of(&comparison),
			    "new a young, gone a old, more_errors a failing, slower a slow, "
			    "fewer_errors a mended, faster a fast, same a few, same a same");
	assert_int_equal(comparison.changes[COMPARE_SAME], 2);
	compare_free(&comparison);
	clear(&before);
	clear(&after);
}

static void the_95th_percentile_decides_before_the_median(void **state)
{
	struct sample before, after;
	struct comparison comparison;

	(void)state;
	/* Most became faster, a tenth slower. */
	begin(&before);
	add(&before, "a", "b", true, 1, 0, 1000, 100);
	begin(&after);
	add(&after, "a", "b", true, 1, 0, 900, 90);
	add(&after, "a", "b", true, 1, 0, 100, 120);
	assert_int_equal(compare_make(&comparison, end(&before), end(&after)), 0);
	assert_string_equal(changes_of(&comparison), "slower a b");
	compare_free(&comparison);
	clear(&before);
	clear(&after);
}

/* REQUESTS that were read, of which FAILED failed, with responses in BUCKET at scale 3. */
static void add_messages(struct sample *sample, const char *server, uint64_t requests,
			 uint64_t failed, int64_t bucket)
{
	struct graph_edge like = graph_edge_none(), *edge;
	struct messages_kind *kind = messages_like(&like.messages, "http", false);

	assert_non_null(kind);
	like.client = node(sample, "a");
	like.server = node(sample, server);
	like.directed = true;
	like.measures.flows = 1;
	kind->counts = (struct messages_counts){.records = 1,
						.requests = requests,
						.errors = failed / 2,
						.unanswered = failed - failed / 2};
	assert_int_equal(histogram_add(&kind->first_bytes, 3, bucket, &requests, 1), 0);
	edge = graph_edge_like(&sample->graph, &like);
	assert_non_null(edge);
	assert_int_equal(graph_edge_add(edge, &like), 0);
	graph_edge_clear(&like);
}

static void each_family_is_compared_with_itself(void **state)
{
	struct sample before, after;
	struct comparison comparison;

	(void)state;
	begin(&before);
	add_messages(&before, "slow", 20, 0, 100);
	add_messages(&before, "failing", 100, 0, 100);
	add_messages(&before, "mended", 100, 50, 100);
	/* Turns became slow, messages fast: what rose comes first. */
	add_messages(&before, "both", 20, 0, 100);
	add(&before, "a", "both", true, 0, 0, 20, 100);
	/* Slow turns became fast messages: nothing is proven. */
	add(&before, "a", "other", true, 1, 0, 20, 200);
	begin(&after);
	add_messages(&after, "slow", 20, 0, 110);
	add_messages(&after, "failing", 100, 50, 100);
	add_messages(&after, "mended", 100, 0, 100);
	add_messages(&after, "both", 20, 0, 90);
	add(&after, "a", "both", true, 0, 0, 20, 110);
	add_messages(&after, "other", 20, 0, 100);
	assert_int_equal(compare_make(&comparison, end(&before), end(&after)), 0);
	assert_string_equal(changes_of(&comparison),
			    "more_errors a failing, slower a both, slower a slow, "
			    "fewer_errors a mended, same a other");
	compare_free(&comparison);
	clear(&before);
	clear(&after);
}

static void does_not_claim_that_an_edge_is_new_if_it_may_have_been_there(void **state)
{
	struct sample before, after;
	struct compare_window base;
	struct comparison comparison;

	(void)state;
	begin(&before);
	add(&before, "a", "b", false, 1, 0, 0, 0);
	add(&before, "c", "d", true, 1, 0, 0, 0);
	begin(&after);
	add(&after, "b", "a", true, 1, 0, 0, 0);
	add(&after, "d", "c", true, 1, 0, 0, 0);
	base = end(&before);
	assert_int_equal(compare_make(&comparison, base, end(&after)), 0);
	assert_string_equal(changes_of(&comparison), "new d c, gone c d, unknown b a, unknown a b");
	compare_free(&comparison);
	base.complete = false;
	assert_int_equal(
		compare_make(&comparison, base, (struct compare_window){&after.snapshot, true}), 0);
	assert_string_equal(changes_of(&comparison),
			    "gone c d, unknown b a, unknown d c, unknown a b");
	compare_free(&comparison);
	clear(&before);
	clear(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_changed),
		cmocka_unit_test(the_95th_percentile_decides_before_the_median),
		cmocka_unit_test(each_family_is_compared_with_itself),
		cmocka_unit_test(does_not_claim_that_an_edge_is_new_if_it_may_have_been_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
