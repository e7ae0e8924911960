/* What the end of a list closes (docs/answers.md section 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

/* A service at 10.2.0.1 whose record, of REVISION, was received at SECOND. */
static void feed_service(struct timeline *timeline, int second, int revision)
{
	char object[256];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web','namespace':'shop','uid':'uid-s',"
			"'resourceVersion':'%d','creationTimestamp':'2026-11-23T08:00:01Z'},"
			"'spec':{'clusterIP':'10.2.0.1'}}"),
		 revision);
	fed_object(timeline, second, "MODIFIED", "services", object);
}

static void feed_list(struct timeline *timeline, int second, int revision)
{
	fed_sync(timeline, second, "SYNC_BEGIN", "services", revision);
	fed_sync(timeline, second, "SYNC_END", "services", revision);
}

/* Whether the service holds its address at the end of the minute. */
static bool held(struct timeline *timeline)
{
	return fed_answer(timeline, "10.2.0.1", 80, 59).status == TIMELINE_KNOWN;
}

static void a_list_closes_what_it_lacks_up_to_its_own_revision(void **state)
{
	static const struct {
		int object, list;
		bool held;
	} cases[] = {{7, 6, true}, {7, 7, false}, {7, 8, false}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = fed_open();

		feed_service(timeline, 3, cases[c].object);
		assert_true(held(timeline));
		feed_list(timeline, 10, cases[c].list);
		if (held(timeline) != cases[c].held)
			fail_msg("an object of %d, a list of %d", cases[c].object, cases[c].list);
		timeline_close(timeline);
	}
}

static void a_list_end_without_a_beginning_closes_nothing(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	feed_service(timeline, 3, 7);
	fed_sync(timeline, 10, "SYNC_END", "services", 9);
	assert_true(held(timeline));
	timeline_close(timeline);
}

static void what_came_back_can_be_absent_again(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	feed_service(timeline, 3, 7);
	feed_list(timeline, 10, 8);
	assert_false(held(timeline));
	feed_service(timeline, 20, 9);
	assert_true(held(timeline));
	feed_list(timeline, 30, 10);
	assert_false(held(timeline));
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_closes_what_it_lacks_up_to_its_own_revision),
		cmocka_unit_test(a_list_end_without_a_beginning_closes_nothing),
		cmocka_unit_test(what_came_back_can_be_absent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
