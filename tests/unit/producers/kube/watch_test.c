#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/quoted.h"

#define OBJECT(revision) "{'metadata':{'uid':'u','name':'n','resourceVersion':'" revision "'}}"
#define LINE(type, revision) "{'type':'" type "','object':" OBJECT(revision) "}\n"

/* 2026-01-01T00:00:00Z and some seconds. */
static struct when at(int64_t seconds)
{
	return (struct when){(1767225600 + seconds) * NS_PER_SECOND};
}

/* Every clock shows this instant. */
static const struct clocks *now(int64_t seconds)
{
	static struct clocks clocks;

	clocks = (struct clocks){at(seconds), at(seconds), at(seconds)};
	return &clocks;
}

static struct watch_stats stats;

static void begin(struct watch *watch, enum kube_resource resource)
{
	stats = (struct watch_stats){0};
	watch_init(watch, resource, "c", 1, &stats);
}

static void bring(struct watch *watch, const char *text)
{
	text_add_string(&watch->body, text);
}

/* The next record as its type and revision, or as GAP and its reason; "" for none. */
static const char *next(struct watch *watch, const struct clocks *clocks)
{
	static char what[64];
	struct text record;
	const char *type, *revision;

	text_init(&record, 65536);
	what[0] = '\0';
	if (watch_records_next(watch, clocks, &record)) {
		type = strstr(text_terminate(&record), quoted("'type':'")) + 8;
		revision = strstr(type, quoted("resourceVersion':'"));
		revision = revision != NULL ? revision + 18 : quoted("'");
		snprintf(what, sizeof(what), "%.*s %.*s", (int)strcspn(type, quoted("'")), type,
			 (int)strcspn(revision, quoted("'")), revision);
		if (strstr(type, quoted("'reason':'")))
			snprintf(what, sizeof(what), "GAP %.20s",
				 strstr(type, quoted("'reason':'")) + 10);
	}
	text_free(&record);
	return what;
}

static void ask(struct watch *watch, const char *path_begins, int64_t second)
{
	struct text path;

	text_init(&path, 4096);
	assert_true(watch_due(watch, now(second)));
	watch_ask(watch, now(second), &path);
	if (strncmp(text_terminate(&path), path_begins, strlen(path_begins)) != 0)
		fail_msg("%s does not begin with %s", path.data, path_begins);
	text_free(&path);
}

static void answer_list(struct watch *watch, const char *page, int64_t second)
{
	bring(watch, page);
	watch_ended(watch, &(struct watch_end){.status = 200}, now(second));
}

/* Lists no pods at revision 10 and opens the watch. */
static void open_watch(struct watch *watch)
{
	begin(watch, KUBE_PODS);
	ask(watch, "/api/v1/pods?limit=500", 0);
	answer_list(watch, quoted("{'metadata':{'resourceVersion':'10'},'items':[]}"), 0);
	assert_string_equal(next(watch, now(0)), "SYNC_BEGIN 10");
	assert_string_equal(next(watch, now(0)), "SYNC_END 10");
	assert_string_equal(next(watch, now(0)), "");
	ask(watch, "/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=", 0);
	watch_answered(watch, 200, now(0));
	assert_int_equal(watch->state, WATCH_OPEN);
}

static void lists_page_by_page_and_then_watches(void **state)
{
	(void)state;
	struct watch watch;

	begin(&watch, KUBE_PODS);
	ask(&watch, "/api/v1/pods?limit=500", 0);
	answer_list(&watch,
		    quoted("{'metadata':{'resourceVersion':'10','continue':'a+b'},'items':[" OBJECT(
			    "5") "]}"),
		    0);
	assert_string_equal(next(&watch, now(0)), "SYNC_BEGIN 10");
	assert_string_equal(next(&watch, now(0)), "ADDED 5");
	assert_string_equal(next(&watch, now(0)), "");
	ask(&watch, "/api/v1/pods?limit=500&continue=a%2Bb", 0);
	answer_list(&watch,
		    quoted("{'metadata':{'resourceVersion':'10'},'items':[" OBJECT("7") "]}"), 0);
	assert_string_equal(next(&watch, now(0)), "ADDED 7");
	assert_string_equal(next(&watch, now(0)), "SYNC_END 10");
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	watch_free(&watch);
}

static void restarts_an_interrupted_list(void **state)
{
	(void)state;
	struct watch watch;

	begin(&watch, KUBE_PODS);
	ask(&watch, "/api/v1/pods?limit=500", 0);
	answer_list(&watch,
		    quoted("{'metadata':{'resourceVersion':'10','continue':'x'},'items':[]}"), 0);
	assert_string_equal(next(&watch, now(0)), "SYNC_BEGIN 10");
	assert_string_equal(next(&watch, now(0)), "");
	ask(&watch, "/api/v1/pods?limit=500&continue=x", 0);
	bring(&watch, quoted("{'kind':'Status','code':410,'reason':'Expired'}"));
	watch_ended(&watch, &(struct watch_end){.status = 410}, now(0));
	assert_false(watch_due(&watch, now(0)));
	ask(&watch, "/api/v1/pods?limit=500", 60);
	answer_list(&watch, quoted("{'metadata':{'resourceVersion':'12'},'items':null}"), 60);
	assert_string_equal(next(&watch, now(60)), "SYNC_BEGIN 12");
	assert_string_equal(next(&watch, now(60)), "SYNC_END 12");
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

		begin(&watch, KUBE_PODS);
		ask(&watch, "/api/v1/pods?limit=500", 0);
		answer_list(&watch, quoted(pages[i]), 0);
		assert_string_equal(next(&watch, now(0)), "");
		assert_int_equal(watch.state, WATCH_TO_LIST);
		assert_int_equal(stats.unreadable, 1);
		assert_false(watch_due(&watch, now(0)));
		watch_free(&watch);
	}
}

static void lists_again_when_a_page_is_of_another_revision(void **state)
{
	(void)state;
	struct watch watch;

	begin(&watch, KUBE_PODS);
	ask(&watch, "/api/v1/pods?limit=500", 0);
	answer_list(&watch,
		    quoted("{'metadata':{'resourceVersion':'10','continue':'x'},'items':[]}"), 0);
	assert_string_equal(next(&watch, now(0)), "SYNC_BEGIN 10");
	assert_string_equal(next(&watch, now(0)), "");
	ask(&watch, "/api/v1/pods?limit=500&continue=x", 0);
	answer_list(&watch,
		    quoted("{'metadata':{'resourceVersion':'13'},'items':[" OBJECT("12") "]}"), 0);
	assert_string_equal(next(&watch, now(0)), "");
	assert_int_equal(watch.state, WATCH_TO_LIST);
	ask(&watch, "/api/v1/pods?limit=500", 60);
	watch_free(&watch);
}

static void returns_each_change_once_and_in_order(void **state)
{
	(void)state;
	struct watch watch;

	open_watch(&watch);
	bring(&watch, quoted(LINE("ADDED", "11") "{'type':'MODI"));
	assert_string_equal(next(&watch, now(1)), "ADDED 11");
	assert_string_equal(next(&watch, now(1)), "");
	bring(&watch, quoted("FIED','object':" OBJECT("12") "}\n" LINE("MODIFIED", "12")
				     LINE("BOOKMARK", "20")));
	assert_string_equal(next(&watch, now(1)), "MODIFIED 12");
	assert_string_equal(next(&watch, now(1)), "");
	assert_int_equal(stats.duplicates, 1);
	assert_int_equal(stats.bookmarks, 1);
	assert_int_equal(watch.revision, 20);
	bring(&watch, quoted(LINE("DELETED", "15")));
	assert_string_equal(next(&watch, now(1)), "DELETED 15");
	assert_int_equal(stats.late, 1);
	assert_int_equal(watch.revision, 20);
	watch_free(&watch);
}

static void watches_again_from_the_last_revision_after_a_clean_end(void **state)
{
	(void)state;
	struct watch watch;
	struct text path;

	open_watch(&watch);
	bring(&watch, quoted(LINE("ADDED", "11") "{'type':'MODIFIED','object':"));
	assert_string_equal(next(&watch, now(1)), "ADDED 11");
	assert_string_equal(next(&watch, now(1)), "");
	watch_ended(&watch, &(struct watch_end){.status = 200}, now(30));
	assert_true(watch_due(&watch, now(30)));
	text_init(&path, 4096);
	watch_ask(&watch, now(30), &path);
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

		open_watch(&watch);
		watch_prove(&watch, 10, at(20));
		bring(&watch, quoted(errors[i]));
		assert_string_equal(next(&watch, now(30)), "");
		assert_false(watch_listening(&watch));
		ask(&watch, "/api/v1/pods?limit=500", 30);
		answer_list(&watch, quoted("{'metadata':{'resourceVersion':'99'},'items':[]}"), 31);
		assert_string_equal(next(&watch, now(31)), quoted(gaps[i]));
		assert_string_equal(next(&watch, now(31)), "SYNC_BEGIN 99");
		assert_string_equal(next(&watch, now(31)), "SYNC_END 99");
		assert_int_equal(watch.known.ns, at(30).ns);
		watch_free(&watch);
	}
}

static void lists_again_on_http_410_but_not_on_refusals(void **state)
{
	(void)state;
	struct watch watch;

	open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, now(30));
	ask(&watch, "/api/v1/pods?watch=1", 30);
	bring(&watch, "Too many requests, please try again later.");
	watch_ended(&watch, &(struct watch_end){.status = 429, .retry_after_s = 7}, now(30));
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	assert_false(watch_due(&watch, now(36)));
	assert_true(watch_due(&watch, now(38)));
	watch_hurry(&watch, now(31));
	assert_false(watch_due(&watch, now(31)));
	ask(&watch, "/api/v1/pods?watch=1", 40);
	watch_ended(&watch, &(struct watch_end){.failed = true, .message = "refused"}, now(40));
	assert_false(watch_due(&watch, now(40)));
	watch_hurry(&watch, now(40));
	ask(&watch, "/api/v1/pods?watch=1", 40);
	watch_ended(&watch, &(struct watch_end){.status = 410}, now(41));
	assert_int_equal(watch.state, WATCH_TO_LIST);
	assert_string_equal(watch.gap, "expired");
	watch_free(&watch);
}

static void distrusts_watches_that_end_at_once(void **state)
{
	(void)state;
	struct watch watch;
	int64_t second = 100;

	open_watch(&watch);
	watch_ended(&watch, &(struct watch_end){.status = 200}, now(30));
	for (int i = 0; i < 5; i++, second += 100) {
		ask(&watch, "/api/v1/pods?watch=1", second);
		watch_answered(&watch, 200, now(second));
		watch_ended(&watch, &(struct watch_end){.status = 200}, now(second));
	}
	assert_string_equal(watch.gap, "watch_ends_at_once");
	watch_free(&watch);
}

static void leaves_out_what_a_server_may_lack(void **state)
{
	(void)state;
	struct watch watch;

	begin(&watch, KUBE_SERVICECIDRS);
	ask(&watch, "/apis/networking.k8s.io/v1/servicecidrs?limit=500", 0);
	watch_ended(&watch, &(struct watch_end){.status = 404}, now(0));
	assert_int_equal(watch.state, WATCH_LEFT_OUT);
	watch_free(&watch);
	begin(&watch, KUBE_PODS);
	ask(&watch, "/api/v1/pods?limit=500", 0);
	watch_ended(&watch, &(struct watch_end){.status = 403}, now(0));
	assert_int_equal(watch.state, WATCH_TO_LIST);
	watch_free(&watch);
}

static void a_planned_list_is_at_the_watchs_own_revision(void **state)
{
	(void)state;
	struct watch watch;

	open_watch(&watch);
	watch_prove(&watch, 15, at(20));
	watch_sync(&watch);
	ask(&watch, "/api/v1/pods?limit=500&resourceVersionMatch=Exact&resourceVersion=15", 21);
	answer_list(&watch, quoted("{'metadata':{'resourceVersion':'15'},'items':[]}"), 21);
	assert_string_equal(next(&watch, now(21)), "SYNC_BEGIN 15");
	assert_string_equal(next(&watch, now(21)), "SYNC_END 15");
	assert_int_equal(watch.known.ns, at(20).ns);
	assert_int_equal(watch.revision, 15);

	ask(&watch, "/api/v1/pods?watch=1", 22);
	watch_answered(&watch, 200, now(22));
	watch_sync(&watch);
	ask(&watch, "/api/v1/pods?limit=500&resourceVersionMatch=Exact", 23);
	watch_ended(&watch, &(struct watch_end){.status = 410}, now(23));
	assert_int_equal(watch.state, WATCH_TO_WATCH);
	assert_null(watch.gap);
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

		open_watch(&watch);
		bring(&watch, quoted(lines[i]));
		assert_string_equal(next(&watch, now(30)), "");
		assert_int_equal(stats.unreadable, 1);
		assert_int_equal(watch.state, WATCH_TO_WATCH);
		watch_free(&watch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_page_by_page_and_then_watches),
		cmocka_unit_test(restarts_an_interrupted_list),
		cmocka_unit_test(lists_again_when_a_page_has_the_wrong_shape),
		cmocka_unit_test(lists_again_when_a_page_is_of_another_revision),
		cmocka_unit_test(returns_each_change_once_and_in_order),
		cmocka_unit_test(watches_again_from_the_last_revision_after_a_clean_end),
		cmocka_unit_test(reports_what_was_lost_when_the_revision_is_gone),
		cmocka_unit_test(lists_again_on_http_410_but_not_on_refusals),
		cmocka_unit_test(distrusts_watches_that_end_at_once),
		cmocka_unit_test(leaves_out_what_a_server_may_lack),
		cmocka_unit_test(a_planned_list_is_at_the_watchs_own_revision),
		cmocka_unit_test(refuses_lines_that_are_not_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
