#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/series.h"
#include "tests/unit/sink/graph/flow.h"

#define STEP (10 * NS_PER_SECOND)

/* Adds a flow between the ends 1 and 2 that ended at SECONDS. */
static void add(struct series *series, int64_t seconds)
{
	struct conversation_slice *slice = flow_slice(seconds, 1, 2);

	assert_non_null(slice);
	assert_int_equal(series_add(series, slice), 0);
	conversation_slice_free(slice);
}

static void keeps_the_steps_that_have_flows_in_order(void **state)
{
	static const int64_t starts[] = {-10, 0, 20, 100};
	static const uint64_t flows[] = {2, 1, 3, 1};
	struct series series;

	(void)state;
	series_init(&series, STEP);
	add(&series, 29);
	add(&series, 100);
	add(&series, 20);
	add(&series, -1);
	add(&series, 21);
	add(&series, -10);
	add(&series, 0);
	assert_int_equal(series.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(series.steps[i].from.ns, starts[i] * NS_PER_SECOND);
		assert_int_equal(series.steps[i].to.ns, starts[i] * NS_PER_SECOND + STEP);
		assert_int_equal(series.steps[i].graph.edges[0].measures.flows, flows[i]);
	}
	assert_int_equal(series.edges, 4);
	assert_false(series.full);
	series_free(&series);
}

static void says_when_it_is_full(void **state)
{
	struct series series;

	(void)state;
	series_init(&series, STEP);
	add(&series, 1);
	series.edges = SERIES_EDGES_MAX;
	add(&series, 1);
	assert_true(series.full);
	assert_int_equal(series.steps[0].graph.edges[0].measures.flows, 1);
	series_free(&series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_steps_that_have_flows_in_order),
		cmocka_unit_test(says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
