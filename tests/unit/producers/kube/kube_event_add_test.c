#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/kube_event_add.h"
#include "tests/unit/quoted.h"

#define NOW "2026-11-23T08:00:01.250Z"

static struct when at(const char *text)
{
	struct when moment;

	assert_int_equal(when_parse(text, strlen(text), &moment), 0);
	return moment;
}

/* OUT is EXPECTED, and the topic's reader accepts it. */
static void check(struct text *out, enum kube_event_type type, const char *expected)
{
	struct kube_event event;
	struct fault fault;

	assert_string_equal(text_terminate(out), expected);
	assert_int_equal(kube_event_parse(out->data, out->length, &event, &fault), 0);
	assert_int_equal(event.type, type);
	assert_int_equal(event.received.ns, at(NOW).ns);
	kube_event_clear(&event);
	text_free(out);
}

static void writes_what_is_kept_of_an_object(void **state)
{
	(void)state;
	const char *pod = quoted("{'metadata': {'uid': 'u', 'name': 'n'}, 'x': 1}");
	struct value object;
	struct text out;

	text_init(&out, 4096);
	assert_true(value_parse(pod, strlen(pod), &object));
	kube_event_add_object(&out, KUBE_MODIFIED, quoted("a 'name'"), KUBE_PODS, at(NOW), object);
	check(&out, KUBE_MODIFIED,
	      quoted("{'type':'MODIFIED','cluster':'a "
		     "\\\"name\\\"','resource':'pods','received':'" NOW
		     "','object':{'kind':'Pod','metadata':{'uid':'u',"
		     "'name':'n'}}}"));
}

static void writes_the_ends_of_a_list(void **state)
{
	(void)state;
	struct text out;

	text_init(&out, 4096);
	kube_event_add_sync(&out, KUBE_SYNC_BEGIN, "c", KUBE_NODES, at(NOW), 812, NULL, false);
	check(&out, KUBE_SYNC_BEGIN,
	      quoted("{'type':'SYNC_BEGIN','cluster':'c','resource':'nodes','received':'" NOW
		     "','resourceVersion':'812','scope':{}}"));
	kube_event_add_sync(&out, KUBE_SYNC_BEGIN, "c", KUBE_NODES, at(NOW), 8, NULL, true);
	check(&out, KUBE_SYNC_BEGIN,
	      quoted("{'type':'SYNC_BEGIN','cluster':'c','resource':'nodes','received':'" NOW
		     "','resourceVersion':'8','scope':{},'epoch':'" NOW "'}"));
	kube_event_add_sync(&out, KUBE_SYNC_END, "c", KUBE_NODES, at(NOW), UINT64_MAX, NULL, true);
	check(&out, KUBE_SYNC_END,
	      quoted("{'type':'SYNC_END','cluster':'c','resource':'nodes','received':'" NOW
		     "','resourceVersion':'18446744073709551615'}"));
}

static void writes_a_gap(void **state)
{
	(void)state;
	struct text out;

	text_init(&out, 4096);
	kube_event_add_gap(&out, "c", KUBE_PODS, at(NOW), at("2026-11-23T08:00:00Z"), at(NOW),
			   "expired");
	check(&out, KUBE_GAP,
	      quoted("{'type':'GAP','cluster':'c','resource':'pods','received':'" NOW "',"
		     "'from':'2026-11-23T08:00:00Z','to':'" NOW "','reason':'expired'}"));
}

static void writes_a_progress_with_the_known_revisions(void **state)
{
	(void)state;
	const struct kube_progress none = {.known = at(NOW)};
	const struct scope scope = {.namespaces = {{"shop"}, 1}};
	const struct kube_progress some = {
		.known = at("2026-11-23T08:00:00Z"),
		.revisions = {[KUBE_PODS] = 845, [KUBE_JOBS] = 9},
		.proved = {[KUBE_PODS] = 845, [KUBE_JOBS] = 12},
		.scope = &scope,
	};
	struct text out;

	text_init(&out, 4096);
	kube_event_add_progress(&out, "c", at(NOW), &some);
	check(&out, KUBE_PROGRESS,
	      quoted("{'type':'PROGRESS','cluster':'c','received':'" NOW "',"
		     "'known':'2026-11-23T08:00:00Z','scope':{'namespaces':['shop']},"
		     "'revisions':{'pods':'845','jobs':'9'},'proved':{'jobs':'12'}}"));
	kube_event_add_progress(&out, "c", at(NOW), &none);
	check(&out, KUBE_PROGRESS,
	      quoted("{'type':'PROGRESS','cluster':'c','received':'" NOW "',"
		     "'known':'" NOW "','scope':{},'revisions':{},'proved':{}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_is_kept_of_an_object),
		cmocka_unit_test(writes_the_ends_of_a_list),
		cmocka_unit_test(writes_a_gap),
		cmocka_unit_test(writes_a_progress_with_the_known_revisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
