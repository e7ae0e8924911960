#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/window.h"
#include "tests/unit/sink/graph/flow.h"

static void add_at(struct window *window, int64_t seconds)
{
	struct conversation_slice *slice = flow_slice(seconds, 0, 1);

	assert_int_equal(window_add(window, slice), 0);
	conversation_slice_free(slice);
}

static uint64_t flows_in(const struct window *window)
{
	struct graph graph;
	uint64_t flows = 0;

	graph_init(&graph);
	assert_int_equal(window_sum(window, &graph), 0);
	for (size_t i = 0; i < graph.count; i++)
		flows += graph.edges[i].measures.flows;
	graph_free(&graph);
	return flows;
}

static void drops_the_oldest_slot(void **state)
{
	static struct window window;

	(void)state;
	window_init(&window, 30 * NS_PER_SECOND);
	assert_int_equal(window_start(&window).ns, WHEN_MIN.ns);
	add_at(&window, 5); /* before any time is known */
	assert_int_equal(window.late, 1);
	for (int64_t i = 1; i <= 100; i++) {
		window_advance(&window, (struct when){i * NS_PER_SECOND});
		add_at(&window, i);
	}
	assert_int_equal(flows_in(&window), 30);
	assert_int_equal(window_start(&window).ns, 71 * NS_PER_SECOND);
	add_at(&window, 71);
	add_at(&window, 70);
	add_at(&window, 101);
	assert_int_equal(window.late, 3);
	assert_int_equal(flows_in(&window), 31);
	window_advance(&window, (struct when){1});
	assert_int_equal(flows_in(&window), 31);
	window_advance(&window, (struct when){110 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 20);
	window_advance(&window, (struct when){100000 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 0);
	window_free(&window);
}

static void works_before_1970_too(void **state)
{
	static struct window window;

	(void)state;
	window_init(&window, 30 * NS_PER_SECOND);
	window_advance(&window, (struct when){-45 * NS_PER_SECOND});
	add_at(&window, -45);
	add_at(&window, -50);
	window_advance(&window, (struct when){-20 * NS_PER_SECOND});
	assert_int_equal(flows_in(&window), 1);
	window_free(&window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_the_oldest_slot),
		cmocka_unit_test(works_before_1970_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
