/* What the end of a list closes (docs/answers.md section 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

/* A service at 10.2.0.1 whose record, of REVISION, was received at SECOND. */
static void feed_typed(struct timeline *timeline, int second, const char *type, int revision)
{
	char object[256];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web','namespace':'shop','uid':'uid-s',"
			"'resourceVersion':'%d','creationTimestamp':'2026-11-23T08:00:01Z'},"
			"'spec':{'clusterIP':'10.2.0.1'}}"),
		 revision);
	fed_object(timeline, second, type, "services", object);
}

static void feed_service(struct timeline *timeline, int second, int revision)
{
	feed_typed(timeline, second, "MODIFIED", revision);
}

static void feed_list(struct timeline *timeline, int second, int revision)
{
	fed_sync(timeline, second, "SYNC_BEGIN", "services", revision);
	fed_sync(timeline, second, "SYNC_END", "services", revision);
}

#define WITHOUT_ADDRESS(revision)                                     \
	"{'metadata':{'name':'web','namespace':'shop','uid':'uid-s'," \
	"'resourceVersion':'" revision "'},'spec':{}}"

/* The first list, which is empty, so that the resource is covered. */
static struct timeline *opened(void)
{
	struct timeline *timeline = fed_open();

	feed_list(timeline, 2, 1);
	return timeline;
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
	} cases[] = {{7, 7, false}, {7, 8, false}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = opened();

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
	struct timeline *timeline = opened();

	(void)state;
	feed_service(timeline, 3, 7);
	fed_sync(timeline, 10, "SYNC_END", "services", 9);
	assert_true(held(timeline));
	timeline_close(timeline);
}

static void what_came_back_can_be_absent_again(void **state)
{
	struct timeline *timeline = opened();

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

static void an_absent_object_comes_back_with_the_same_revision(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	feed_service(timeline, 3, 7);
	feed_list(timeline, 10, 8);
	feed_service(timeline, 20, 6);
	assert_false(held(timeline));
	feed_service(timeline, 21, 7);
	assert_true(held(timeline));
	timeline_close(timeline);
}

static void deleted_is_final_at_any_revision(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	feed_service(timeline, 3, 7);
	feed_typed(timeline, 10, "DELETED", 6);
	assert_false(held(timeline));
	feed_service(timeline, 20, 9);
	assert_false(held(timeline));
	timeline_close(timeline);
}

static void a_list_of_a_smaller_revision_begins_a_new_order(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	feed_service(timeline, 3, 70);
	feed_list(timeline, 10, 8);
	assert_false(held(timeline));
	feed_service(timeline, 20, 9);
	assert_true(held(timeline));
	feed_list(timeline, 30, 10);
	assert_false(held(timeline));
	timeline_close(timeline);
}

static void a_list_that_begins_an_epoch_begins_a_new_order(void **state)
{
	(void)state;
	for (int epoch = 0; epoch < 2; epoch++) {
		struct timeline *timeline = opened();

		feed_service(timeline, 3, 70);
		fed_list(timeline, 10, "services", 80,
			 epoch ? quoted("{},'epoch':'2026-11-23T08:00:10Z'") : "{}");
		feed_service(timeline, 20, 60);
		assert_int_equal(held(timeline), epoch);
		timeline_close(timeline);
	}
}

static void what_kubectl_lists_again_closes_what_it_lacks(void **state)
{
	static const char other[] = "{'metadata':{'name':'other','namespace':'shop','uid':'uid-o',"
				    "'resourceVersion':'3'},'spec':{'clusterIP':'10.2.0.2'}}";
	struct timeline *timeline = fed_open();

	(void)state;
	feed_typed(timeline, 3, "ADDED", 7);
	fed_object(timeline, 4, "ADDED", "services", quoted(other));
	assert_true(held(timeline));
	fed_object(timeline, 30, "ADDED", "services", quoted(other));
	assert_true(held(timeline));
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_true(timeline_is_final(timeline));
	assert_false(held(timeline));
	timeline_close(timeline);

	timeline = fed_open();
	feed_typed(timeline, 3, "ADDED", 7);
	fed_object(timeline, 4, "ADDED", "services", quoted(other));
	fed_object(timeline, 30, "ADDED", "services", quoted(other));
	feed_typed(timeline, 31, "MODIFIED", 7); /* it is there again */
	assert_int_equal(timeline_set_closed(timeline, true), 0);
	assert_false(timeline_is_final(timeline));
	assert_true(held(timeline));
	timeline_close(timeline);
}

/* A list of REVISION that has the service at OBJECT. */
static void feed_list_of(struct timeline *timeline, int second, int revision, int object)
{
	fed_sync(timeline, second, "SYNC_BEGIN", "services", revision);
	feed_typed(timeline, second, "ADDED", object);
	fed_sync(timeline, second, "SYNC_END", "services", revision);
}

static void a_new_order_brings_back_what_was_deleted(void **state)
{
	static const struct {
		const char *what;
		int revision, object;
		bool held;
	} cases[] = {
		{"the same order", 80, 72, false},
		{"a list of a smaller revision", 50, 40, true},
		{"a list of a greater one with an older object", 900, 40, true},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = opened();

		feed_service(timeline, 3, 70);
		feed_typed(timeline, 10, "DELETED", 71);
		feed_list_of(timeline, 20, cases[c].revision, cases[c].object);
		if (held(timeline) != cases[c].held)
			fail_msg("%s", cases[c].what);
		feed_typed(timeline, 30, "DELETED", 902);
		assert_false(held(timeline));
		timeline_close(timeline);
	}
}

/* Whether a pod on n1 holds its address after a list of nodes, at a revision after that of n2. */
static bool is_held_after_nodes(const char *listed)
{
	static const char pod[] = "{'metadata':{'name':'a','namespace':'shop','uid':'uid-a',"
				  "'resourceVersion':'7'},'spec':{'nodeName':'n1'},'status':{"
				  "'phase':'Running','podIP':'10.1.0.1',"
				  "'startTime':'2026-11-23T08:00:02Z','containerStatuses':[{"
				  "'state':{'running':{'startedAt':'2026-11-23T08:00:02Z'}}}]}}";
	static const char node[] = "{'metadata':{'name':'n2','uid':'node-2',"
				   "'resourceVersion':'5'}}";
	struct timeline *timeline = opened();
	bool is_held;

	fed_object(timeline, 3, "MODIFIED", "pods", quoted(pod));
	fed_object(timeline, 3, "MODIFIED", "nodes", quoted(node));
	fed_sync(timeline, 10, "SYNC_BEGIN", "nodes", 8);
	if (listed != NULL)
		fed_object(timeline, 10, "ADDED", "nodes", listed);
	fed_sync(timeline, 10, "SYNC_END", "nodes", 8);
	is_held = fed_answer(timeline, "10.1.0.1", 80, 50).status == TIMELINE_KNOWN;
	timeline_close(timeline);
	return is_held;
}

static void only_a_list_that_has_nodes_shows_that_a_pods_node_is_gone(void **state)
{
	static const char other[] = "{'metadata':{'name':'n3','uid':'node-3',"
				    "'resourceVersion':'6'}}";

	(void)state;
	assert_true(is_held_after_nodes(NULL));
	assert_false(is_held_after_nodes(quoted(other)));
}

static void a_deleted_service_that_comes_back_may_have_had_its_address_all_the_time(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	feed_typed(timeline, 3, "DELETED", 70);
	fed_progress(timeline, 15);
	feed_list_of(timeline, 20, 50, 40);
	assert_non_null(strstr(fed_answer_json(timeline, "10.2.0.1", 80, 10), "starting"));
	timeline_close(timeline);
}

/* A list of REVISION, during which the service changes to MEANWHILE, shows it at OBJECT. */
static bool held_after(int meanwhile, int revision, const char *object)
{
	struct timeline *timeline = opened();
	bool still;

	feed_service(timeline, 3, 70);
	fed_sync(timeline, 20, "SYNC_BEGIN", "services", revision);
	feed_typed(timeline, 20, "MODIFIED", meanwhile);
	fed_object(timeline, 20, "ADDED", "services", object);
	fed_sync(timeline, 20, "SYNC_END", "services", revision);
	still = held(timeline);
	timeline_close(timeline);
	return still;
}

static void a_list_with_an_older_object_begins_a_new_order(void **state)
{
	(void)state;
	assert_false(held_after(80, 900, quoted(WITHOUT_ADDRESS("40"))));
	assert_true(
		held_after(90, 80, quoted(WITHOUT_ADDRESS("40")))); /* it is newer than the list */
	assert_true(held_after(80, 900, quoted(WITHOUT_ADDRESS("80")))); /* the same */
}

static void a_list_long_after_what_is_known_comes_after_a_gap(void **state)
{
	static const struct {
		int second;
		const char *reason;
	} cases[] = {{90, "before_coverage"}, {91, "gap"}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct timeline *timeline = opened();

		feed_service(timeline, 3, 7);
		fed_progress(timeline, 30);
		feed_list(timeline, cases[c].second, 8);
		fed_progress(timeline, cases[c].second + 30);
		assert_string_equal(fed_answer(timeline, "10.2.0.1", 80, 60).reason,
				    cases[c].reason);
		timeline_close(timeline);
	}
}

/* Why nothing is known of an address that nobody holds; NULL if it is outside. */
static const char *why_unknown(struct timeline *timeline, int second)
{
	struct timeline_answer answer = fed_answer(timeline, "192.0.2.1", 80, second);

	return answer.status == TIMELINE_KNOWN ? NULL : answer.reason;
}

static void a_limited_list_covers_nothing(void **state)
{
	static const char *const scopes[] = {"{'namespaces':['shop']}", "{'podLabels':'app=web'}"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct timeline *timeline = fed_open();

		fed_list(timeline, 1, "nodes", 1, "{}");
		fed_list(timeline, 1, "services", 1, "{}");
		fed_list(timeline, 1, "pods", 1, quoted(scopes[i]));
		fed_progress(timeline, 30);
		assert_string_equal(why_unknown(timeline, 20), "before_coverage");
		/* What is known is known. */
		feed_service(timeline, 31, 7);
		assert_int_equal(fed_answer(timeline, "10.2.0.1", 80, 59).status, TIMELINE_KNOWN);
		fed_list(timeline, 40, "pods", 8, "{}");
		assert_string_equal(why_unknown(timeline, 20), "before_coverage");
		assert_null(why_unknown(timeline, 50));
		timeline_close(timeline);
	}
}

static void a_limited_list_does_not_show_what_could_not_be_read(void **state)
{
	static const char bad[] = "{\"type\":\"ADDED\",\"resource\":\"pods\",\"object\":3}";
	struct timeline *timeline = fed_open();
	const char *why;

	(void)state;
	fed_list(timeline, 1, "nodes", 1, "{}");
	fed_list(timeline, 1, "services", 1, "{}");
	fed_list(timeline, 1, "pods", 1, "{}");
	assert_int_equal(timeline_apply(timeline, timeline_next_offset(timeline), bad, strlen(bad),
					-1, &why),
			 TIMELINE_UNREADABLE);
	assert_string_equal(why_unknown(timeline, 50), "unread");
	fed_list(timeline, 10, "pods", 8, quoted("{'namespaces':['shop']}"));
	assert_string_equal(why_unknown(timeline, 50), "unread");
	fed_list(timeline, 20, "pods", 9, "{}");
	assert_null(why_unknown(timeline, 50));
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_closes_what_it_lacks_up_to_its_own_revision),
		cmocka_unit_test(a_list_end_without_a_beginning_closes_nothing),
		cmocka_unit_test(what_came_back_can_be_absent_again),
		cmocka_unit_test(an_absent_object_comes_back_with_the_same_revision),
		cmocka_unit_test(deleted_is_final_at_any_revision),
		cmocka_unit_test(a_list_of_a_smaller_revision_begins_a_new_order),
		cmocka_unit_test(a_list_that_begins_an_epoch_begins_a_new_order),
		cmocka_unit_test(what_kubectl_lists_again_closes_what_it_lacks),
		cmocka_unit_test(a_new_order_brings_back_what_was_deleted),
		cmocka_unit_test(only_a_list_that_has_nodes_shows_that_a_pods_node_is_gone),
		cmocka_unit_test(
			a_deleted_service_that_comes_back_may_have_had_its_address_all_the_time),
		cmocka_unit_test(a_list_with_an_older_object_begins_a_new_order),
		cmocka_unit_test(a_list_long_after_what_is_known_comes_after_a_gap),
		cmocka_unit_test(a_limited_list_covers_nothing),
		cmocka_unit_test(a_limited_list_does_not_show_what_could_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
