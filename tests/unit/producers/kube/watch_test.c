#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/evidence.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/producers/kube/watch_steps.h"
#include "tests/unit/quoted.h"

static void lists_page_by_page_and_then_watches(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	steps_answer_list(
		&watch,
		quoted("{'metadata':{'resourceVersion':'10','continue':'a+b'},'items':[" OBJECT(
			"5") "]}"),
		0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 5");
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	steps_ask(&watch, "/api/v1/pods?limit=500&continue=a%2Bb", 0);
	steps_answer_list(&watch,
			  quoted("{'metadata':{'resourceVersion':'10'},'items':[" OBJECT("7") "]}"),
			  0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 7");
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_END 10");
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	watch_free(&watch);
}

static void writes_items_while_the_page_arrives(void **state)
{
	(void)state;
	const char *page = quoted("{'metadata':{'resourceVersion':'10'},'items':[" OBJECT("5"));
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	steps_bring(&watch, page);
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	watch_answered(&watch, 200, steps_now(0));
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 5");
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	steps_bring(&watch, ",");
	steps_bring(&watch, quoted(OBJECT("7")));
	assert_string_equal(steps_next(&watch, steps_now(1)), "ADDED 7");
	assert_string_equal(steps_next(&watch, steps_now(1)), "");
	assert_false(watch_expire(&watch, steps_now(20)));
	steps_bring(&watch, "]}");
	/* Not when libcurl says that the answer has ended: that may come a minute later. */
	assert_string_equal(steps_next(&watch, steps_now(20)), "SYNC_END 10");
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	watch_free(&watch);
}

static void lists_again_when_a_page_breaks_off_or_stands_still(void **state)
{
	(void)state;
	static const struct watch_end ends[] = {
		{.status = 200},
		{.status = 200, .failed = true, .message = "the connection broke"},
	};

	for (int i = 0; i < 3; i++) {
		struct watch watch;

		steps_begin(&watch, KUBE_PODS);
		steps_ask(&watch, "/api/v1/pods?limit=500", 0);
		steps_answer_list(
			&watch,
			quoted("{'metadata':{'resourceVersion':'10'},'items':[" OBJECT("5")), 0);
		assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
		assert_string_equal(steps_next(&watch, steps_now(10)), "ADDED 5");
		assert_string_equal(steps_next(&watch, steps_now(10)), "");
		if (i < 2)
			watch_ended(&watch, &ends[i], steps_now(10));
		else
			assert_true(watch_expire(&watch, steps_now(41)));
		assert_int_equal(watch.state, WATCH_TO_LIST);
		assert_string_equal(steps_next(&watch, steps_now(41)), "");
		steps_ask(&watch, "/api/v1/pods?limit=500", 100);
		steps_answer_list(&watch,
				  quoted("{'metadata':{'resourceVersion':'11'},'items':[]}"), 100);
		assert_string_equal(steps_next(&watch, steps_now(100)), "SYNC_BEGIN 11");
		assert_string_equal(steps_next(&watch, steps_now(100)), "SYNC_END 11");
		watch_free(&watch);
	}
}

static void restarts_an_interrupted_list(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	steps_answer_list(&watch,
			  quoted("{'metadata':{'resourceVersion':'10','continue':'x'},'items':[]}"),
			  0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	steps_ask(&watch, "/api/v1/pods?limit=500&continue=x", 0);
	steps_bring(&watch, quoted("{'kind':'Status','code':410,'reason':'Expired'}"));
	watch_ended(&watch, &(struct watch_end){.status = 410}, steps_now(0));
	assert_false(watch_due(&watch, steps_now(0)));
	steps_ask(&watch, "/api/v1/pods?limit=500", 60);
	steps_answer_list(&watch, quoted("{'metadata':{'resourceVersion':'12'},'items':null}"), 60);
	assert_string_equal(steps_next(&watch, steps_now(60)), "SYNC_BEGIN 12");
	assert_string_equal(steps_next(&watch, steps_now(60)), "SYNC_END 12");
	watch_free(&watch);
}

static void lists_again_when_a_page_has_the_wrong_shape(void **state)
{
	(void)state;
	static const char *const pages[] = {
		"{'metadata':{'resourceVersion':'10'},'items':'oops'}",
		"{'metadata':{'resourceVersion':'10'},'items':{}}",
		"{'metadata':{'resourceVersion':'10'},'items':0}",
		"{'metadata':{'resourceVersion':'10'}}",
		"{'metadata':{'resourceVersion':'0'},'items':[]}",
		"{'metadata':{},'items':[]}",
		"{'kind':'Status','code':500}",
		"[]",
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct watch watch;

		steps_begin(&watch, KUBE_PODS);
		steps_ask(&watch, "/api/v1/pods?limit=500", 0);
		steps_answer_list(&watch, quoted(pages[i]), 0);
		assert_string_equal(steps_next(&watch, steps_now(0)), "");
		assert_int_equal(watch.state, WATCH_TO_LIST);
		assert_int_equal(steps_stats.unreadable, 1);
		assert_false(watch_due(&watch, steps_now(0)));
		watch_free(&watch);
	}
}

static void lists_again_when_a_page_is_of_another_revision(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_PODS);
	steps_ask(&watch, "/api/v1/pods?limit=500", 0);
	steps_answer_list(&watch,
			  quoted("{'metadata':{'resourceVersion':'10','continue':'x'},'items':[]}"),
			  0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	steps_ask(&watch, "/api/v1/pods?limit=500&continue=x", 0);
	steps_answer_list(
		&watch, quoted("{'metadata':{'resourceVersion':'13'},'items':[" OBJECT("12") "]}"),
		0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	assert_int_equal(watch.state, WATCH_TO_LIST);
	steps_ask(&watch, "/api/v1/pods?limit=500", 60);
	watch_free(&watch);
}

static void returns_each_change_once_and_in_order(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	steps_bring(&watch, quoted(LINE("ADDED", "11") "{'type':'MODI"));
	assert_string_equal(steps_next(&watch, steps_now(1)), "ADDED 11");
	assert_string_equal(steps_next(&watch, steps_now(1)), "");
	steps_bring(&watch, quoted("FIED','object':" OBJECT("12") "}\n" LINE("MODIFIED", "12")
					   LINE("BOOKMARK", "20")));
	assert_string_equal(steps_next(&watch, steps_now(1)), "MODIFIED 12");
	assert_string_equal(steps_next(&watch, steps_now(1)), "");
	assert_int_equal(steps_stats.duplicates, 1);
	assert_int_equal(steps_stats.bookmarks, 1);
	assert_int_equal(watch.revision, 20);
	watch_free(&watch);
}

static void watches_again_from_the_last_revision_after_a_clean_end(void **state)
{
	(void)state;
	struct watch watch;
	struct text path;

	steps_open_watch(&watch);
	steps_bring(&watch, quoted(LINE("ADDED", "11") "{'type':'MODIFIED','object':"));
	assert_string_equal(steps_next(&watch, steps_now(1)), "ADDED 11");
	assert_string_equal(steps_next(&watch, steps_now(1)), "");
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(30));
	assert_true(watch_due(&watch, steps_now(30)));
	text_init(&path, 4096);
	watch_ask(&watch, steps_now(30), &path);
	assert_non_null(strstr(text_terminate(&path), "&resourceVersion=11"));
	text_free(&path);
	watch_free(&watch);
}

static void reports_what_was_lost_when_the_revision_is_gone(void **state)
{
	(void)state;
	static const char *const errors[] = {
		"{'type':'ERROR','object':{'kind':'Status','code':410}}\n",
		"{'type':'ERROR','object':{'kind':'Status','code':504,"
		"'details':{'causes':[{'reason':'ResourceVersionTooLarge'}]}}}\n",
	};
	static const char *const gaps[] = {"GAP expired'}", "GAP revision_ahead'}"};

	for (int i = 0; i < 2; i++) {
		struct watch watch;

		steps_open_watch(&watch);
		evidence_prove(&watch, watch.era, 10, steps_at(20));
		steps_bring(&watch, quoted(errors[i]));
		assert_string_equal(steps_next(&watch, steps_now(30)), "");
		assert_false(watch_listening(&watch));
		steps_ask(&watch, "/api/v1/pods?limit=500", 30);
		steps_answer_list(&watch,
				  quoted("{'metadata':{'resourceVersion':'99'},'items':[]}"), 31);
		assert_string_equal(steps_next(&watch, steps_now(31)), quoted(gaps[i]));
		assert_string_equal(steps_next(&watch, steps_now(31)), "SYNC_BEGIN 99");
		assert_string_equal(steps_next(&watch, steps_now(31)), "SYNC_END 99");
		assert_int_equal(watch.known.ns, steps_at(30).ns);
		watch_free(&watch);
	}
}

static void lists_again_on_http_410_but_not_on_refusals(void **state)
{
	(void)state;
	struct watch watch;

	steps_open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(30));
	steps_ask(&watch, "/api/v1/pods?watch=1", 30);
	steps_bring(&watch, "Too many requests, please try again later.");
	watch_ended(&watch, &(struct watch_end){.status = 429, .retry_after_s = 7}, steps_now(30));
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	assert_false(watch_due(&watch, steps_now(36)));
	assert_true(watch_due(&watch, steps_now(38)));
	retry_hurry(&watch.retry, steps_now(31));
	assert_false(watch_due(&watch, steps_now(31)));
	steps_ask(&watch, "/api/v1/pods?watch=1", 40);
	watch_ended(&watch, &(struct watch_end){.failed = true, .message = "refused"},
		    steps_now(40));
	assert_false(watch_due(&watch, steps_now(40)));
	retry_hurry(&watch.retry, steps_now(40));
	steps_ask(&watch, "/api/v1/pods?watch=1", 40);
	watch_ended(&watch, &(struct watch_end){.status = 410}, steps_now(41));
	assert_int_equal(watch.state, WATCH_TO_LIST);
	assert_string_equal(watch.gap, "expired");
	watch_free(&watch);
}

static void distrusts_watches_that_end_at_once(void **state)
{
	(void)state;
	struct watch watch;
	int64_t second = 100;

	steps_open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(30));
	for (int i = 0; i < 8; i++, second += 100) {
		steps_ask(&watch, "/api/v1/pods?watch=1", second);
		watch_answered(&watch, 200, steps_now(second));
		watch_ended(&watch, &(struct watch_end){.status = 200}, steps_now(second));
	}
	assert_string_equal(watch.gap, "watch_ends_at_once");
	watch_free(&watch);
}

static void leaves_out_what_a_server_or_an_account_lacks(void **state)
{
	(void)state;
	struct watch watch;

	steps_begin(&watch, KUBE_SERVICECIDRS);
	steps_ask(&watch, "/apis/networking.k8s.io/v1/servicecidrs?limit=500", 0);
	watch_ended(&watch, &(struct watch_end){.status = 404}, steps_now(0));
	assert_true(watch_left_out(&watch));
	assert_false(watch_due(&watch, steps_now(599)));
	assert_true(watch_due(&watch, steps_now(600)));
	watch_free(&watch);
	steps_begin(&watch, KUBE_PODS);
	/* Refused once, it may be allowed by now. */
	for (int second = 0; second < 30; second += 9) {
		watch.retry.at = steps_at(second);
		steps_ask(&watch, "/api/v1/pods?limit=500", second);
		watch_ended(&watch, &(struct watch_end){.status = 403}, steps_now(second));
		assert_int_equal(watch_left_out(&watch), second >= 10);
	}
	/* Once it is in the output it cannot be left out. */
	watch.covered = true;
	assert_false(watch_left_out(&watch));
	watch_free(&watch);
}

static void refuses_lines_that_are_not_events(void **state)
{
	(void)state;
	static const char *const lines[] = {"no json\n", "{'type':'ADDED'}\n",
					    "{'type':'OTHER','object':{}}\n",
					    "{'type':'ADDED','object':{'metadata':{}}}\n"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct watch watch;

		steps_open_watch(&watch);
		steps_bring(&watch, quoted(lines[i]));
		assert_string_equal(steps_next(&watch, steps_now(30)), "");
		assert_int_equal(steps_stats.unreadable, 1);
		assert_int_equal(watch.state, WATCH_TO_WATCH);
		watch_free(&watch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_page_by_page_and_then_watches),
		cmocka_unit_test(writes_items_while_the_page_arrives),
		cmocka_unit_test(lists_again_when_a_page_breaks_off_or_stands_still),
		cmocka_unit_test(restarts_an_interrupted_list),
		cmocka_unit_test(lists_again_when_a_page_has_the_wrong_shape),
		cmocka_unit_test(lists_again_when_a_page_is_of_another_revision),
		cmocka_unit_test(returns_each_change_once_and_in_order),
		cmocka_unit_test(watches_again_from_the_last_revision_after_a_clean_end),
		cmocka_unit_test(reports_what_was_lost_when_the_revision_is_gone),
		cmocka_unit_test(lists_again_on_http_410_but_not_on_refusals),
		cmocka_unit_test(distrusts_watches_that_end_at_once),
		cmocka_unit_test(leaves_out_what_a_server_or_an_account_lacks),
		cmocka_unit_test(refuses_lines_that_are_not_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
