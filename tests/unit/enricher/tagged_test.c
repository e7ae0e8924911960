#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/scan.h"
#include "enricher/rejected.h"
#include "enricher/tagged.h"
#include "tests/unit/quoted.h"

static const struct tagged_common common = {
	.rules = 1,
	.revision = 1,
	.kube_position = 4711,
	.topic = "tenure.flows",
	.partition = 3,
};

static void assert_tagged(const char *record, size_t brace, bool empty,
			  const struct tagged_common *tagged, const char *wanted)
{
	struct text out, json;

	text_init(&out, 4096);
	text_init(&json, 4096);
	tagged_common_add(&json, tagged);
	tagged_begin(&out, record, brace, empty);
	text_add_string(&out, quoted("{'status':'known'}"));
	tagged_between(&out);
	text_add_string(&out, "{}");
	tagged_end(&out, text_span(&json), 991);
	assert_string_equal(text_terminate(&out), wanted);
	assert_int_equal(scan_validate(out.data, out.length), SCAN_GOOD);
	text_free(&out);
	text_free(&json);
}

static void leaves_the_flow_s_own_bytes_as_they_are(void **state)
{
	struct tagged_common tagged = common;

	(void)state;
	tagged.kube_known = (struct when){NS_PER_SECOND};
	assert_tagged(
		quoted("{ 'n': 1e3 ,'n':-0 }  "), 18, false, &tagged,
		quoted("{ 'n': 1e3 ,'n':-0,'tenure':{'source':{'status':'known'},'destination':{},"
		       "'rules':1,'revision':1,'kube':{'partition':0,'position':4711,"
		       "'known':'1970-01-01T00:00:01Z'},'flow':{'topic':'tenure.flows',"
		       "'partition':3,'offset':991}}}"));
}

static void an_empty_flow_gets_no_comma(void **state)
{
	struct tagged_common tagged = common;

	(void)state;
	tagged.kube_known = WHEN_MAX;
	assert_tagged("{}", 1, true, &tagged,
		      quoted("{'tenure':{'source':{'status':'known'},'destination':{},'rules':1,"
			     "'revision':1,'kube':{'partition':0,'position':4711,'known':null},"
			     "'flow':{'topic':'tenure.flows','partition':3,'offset':991}}}"));
}

static void translated_ends_come_after_the_two(void **state)
{
	struct text out, json;

	(void)state;
	text_init(&out, 4096);
	text_init(&json, 4096);
	tagged_begin(&out, "{}", 1, true);
	text_add_string(&out, "1");
	tagged_between(&out);
	text_add_string(&out, "2");
	tagged_other(&out, "nat", "source", true);
	text_add_string(&out, "3");
	tagged_other(&out, "nat", "destination", false);
	text_add_string(&out, "4");
	tagged_others_end(&out);
	tagged_other(&out, "original", "destination", true);
	text_add_string(&out, "5");
	tagged_others_end(&out);
	text_add_string(&json, quoted(",'flow':{'offset':"));
	tagged_end(&out, text_span(&json), 991);
	assert_string_equal(text_terminate(&out),
			    quoted("{'tenure':{'source':1,'destination':2,'nat':{'source':3,"
				   "'destination':4},'original':{'destination':5},'flow':{"
				   "'offset':991}}}"));
	text_free(&out);
	text_free(&json);
}

static void says_when_an_answer_is_provisional(void **state)
{
	struct tagged_common tagged = common;

	(void)state;
	tagged.kube_known = WHEN_MIN;
	tagged.provisional = "kube_stalled";
	assert_tagged("{}", 1, true, &tagged,
		      quoted("{'tenure':{'source':{'status':'known'},'destination':{},'rules':1,"
			     "'revision':1,'provisional':true,'provisional_reason':'kube_stalled',"
			     "'kube':{'partition':0,'position':4711,'known':null},"
			     "'flow':{'topic':'tenure.flows','partition':3,'offset':991}}}"));
}

static void a_rejection_holds_any_bytes(void **state)
{
	struct rejected rejected = {
		.reason = "not_json",
		.detail = "one JSON object is needed",
		.flow = {quoted("f'lows"), 0, 5},
		.bytes = quoted("\xff{'a\n\0"),
		.length = 6,
	};
	struct text out;

	(void)state;
	text_init(&out, 4096);
	rejected_add(&out, &rejected);
	assert_string_equal(text_terminate(&out),
			    quoted("{'reason':'not_json','detail':'one JSON object is needed',"
				   "'flow':{'topic':'f\\\"lows','partition':0,'offset':5},"
				   "'record':'\xef\xbf\xbd{\\\"a\\n\\u0000'}"));
	rejected.member = "event.end";
	text_clear(&out);
	rejected_add(&out, &rejected);
	assert_non_null(strstr(text_terminate(&out), quoted("'member':'event.end'")));
	text_free(&out);
}

static void a_rejection_keeps_the_first_64_kib(void **state)
{
	size_t length = REJECTED_BYTES_MAX + 10;
	char *bytes = malloc(length);
	struct rejected rejected = {"too_large", NULL, "", {"f", 0, 0}, bytes, length};
	struct text out;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', length);
	memcpy(bytes + REJECTED_BYTES_MAX - 1, "\xc3\xa9", 2); /* a character across the limit */
	text_init(&out, 1 << 20);
	rejected_add(&out, &rejected);
	assert_false(out.failed);
	assert_in_range(out.length, REJECTED_BYTES_MAX, REJECTED_BYTES_MAX + 100);
	assert_int_equal(scan_validate(out.data, out.length), SCAN_GOOD);
	text_free(&out);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_the_flow_s_own_bytes_as_they_are),
		cmocka_unit_test(an_empty_flow_gets_no_comma),
		cmocka_unit_test(translated_ends_come_after_the_two),
		cmocka_unit_test(says_when_an_answer_is_provisional),
		cmocka_unit_test(a_rejection_holds_any_bytes),
		cmocka_unit_test(a_rejection_keeps_the_first_64_kib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
