/* A planned list, which runs beside the watch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/kube/evidence.h"
#include "producers/kube/watch.h"
#include "tests/unit/producers/kube/watch_steps.h"
#include "tests/unit/quoted.h"

static void a_planned_list_is_at_the_watchs_own_revision(void **state)
{
	(void)state;
	struct watch watch, list;

	steps_open_watch(&watch);
	watch_init(&list, KUBE_PODS, "c", 2, &steps_stats);
	watch_keep_idle(&list);
	assert_false(watch_due(&list, steps_now(20)));
	evidence_prove(&watch, watch.era, 15, steps_at(20));
	watch_plan(&list, &watch);
	steps_ask(&list, "/api/v1/pods?limit=500&resourceVersionMatch=Exact&resourceVersion=15",
		  21);
	/* It begins before the answer, so that no change after 15 comes before it. */
	assert_string_equal(steps_next(&list, steps_now(21)), "SYNC_BEGIN 15");
	steps_bring(&watch, quoted(LINE("ADDED", "16")));
	assert_string_equal(steps_next(&watch, steps_now(21)), "ADDED 16");
	steps_answer_list(&list, quoted("{'metadata':{'resourceVersion':'15'},'items':[]}"), 21);
	assert_string_equal(steps_next(&list, steps_now(21)), "SYNC_END 15");
	assert_int_equal(list.state, WATCH_IDLE);
	assert_int_equal(watch.revision, 16);

	watch_plan(&list, &watch);
	steps_ask(&list, "/api/v1/pods?limit=500&resourceVersionMatch=Exact&resourceVersion=16",
		  23);
	watch_ended(&list, &(struct watch_end){.status = 410}, steps_now(23));
	assert_int_equal(list.state, WATCH_IDLE);
	assert_null(list.gap);
	watch_free(&list);
	watch_free(&watch);
}

static void a_planned_list_of_another_revision_is_wrong(void **state)
{
	(void)state;
	struct watch watch, list;

	steps_open_watch(&watch);
	watch_init(&list, KUBE_PODS, "c", 2, &steps_stats);
	watch_keep_idle(&list);
	watch_plan(&list, &watch);
	steps_ask(&list, "/api/v1/pods?limit=500&resourceVersionMatch=Exact&resourceVersion=10", 0);
	steps_answer_list(&list, quoted("{'metadata':{'resourceVersion':'11'},'items':[]}"), 0);
	assert_string_equal(steps_next(&list, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&list, steps_now(0)), "");
	assert_int_equal(list.state, WATCH_TO_LIST);
	assert_false(watch_due(&list, steps_now(0)));
	watch_free(&list);
	watch_free(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_planned_list_is_at_the_watchs_own_revision),
		cmocka_unit_test(a_planned_list_of_another_revision_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
