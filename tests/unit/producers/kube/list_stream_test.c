#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/list_stream.h"
#include "tests/unit/quoted.h"

#define HEAD "{'kind':'PodList','apiVersion':'v1','metadata':{'resourceVersion':'12'"
#define ITEM(uid) \
	"{'metadata':{'name':'n}],\\\"\\\\','uid':'" uid "'},'spec':{'a':[1,{}],'b':null}}"
#define LIST                                                                           \
	HEAD ",'continue':'a\\u0026b'},'items':[" ITEM("1") " ,\n" ITEM("2") "," ITEM( \
		"3") "],'other':-1.5e3 , 'more' : [ true ]}\n"

/* What came of a list, as text: items, then how it ended. */
static void read_in(const char *list, size_t length, size_t first, size_t step, struct text *result)
{
	enum list_stream_status status = LIST_STREAM_MORE;
	struct list_stream stream;
	struct value item;
	struct text body;

	list_stream_init(&stream);
	text_init(&body, 16u * 1024 * 1024);
	text_clear(result);
	for (size_t at = 0, piece = first; at < length && status == LIST_STREAM_MORE;
	     at += piece, piece = step) {
		if (piece > length - at)
			piece = length - at;
		text_add(&body, list + at, piece);
		while ((status = list_stream_next(&stream, &body, &item)) == LIST_STREAM_ITEM) {
			text_add(result, item.bytes, item.length);
			text_add_string(result, "\n");
		}
	}
	text_add_u64(result, stream.revision);
	text_add_string(result, " ");
	text_add(result, stream.token.data, stream.token.length);
	text_add_string(result, status == LIST_STREAM_END     ? " end"
				: status == LIST_STREAM_WRONG ? " wrong: "
							      : " more");
	text_add_string(result, stream.fault != NULL ? stream.fault : "");
	text_free(&body);
	list_stream_free(&stream);
}

static void check(const char *list, const char *expected)
{
	struct text result;

	text_init(&result, 65536);
	read_in(list, strlen(list), strlen(list), 1, &result);
	assert_string_equal(text_terminate(&result), expected);
	text_free(&result);
}

static void returns_each_item_as_it_arrives(void **state)
{
	(void)state;
	const char *list = quoted(LIST);
	const char *second = strstr(list, quoted(ITEM("2")));
	struct list_stream stream;
	struct value item;
	struct text body;

	list_stream_init(&stream);
	text_init(&body, 65536);
	text_add(&body, list, (size_t)(second + 10 - list));
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_ITEM);
	assert_int_equal(stream.revision, 12);
	assert_string_equal(text_terminate(&stream.token), "a&b");
	assert_memory_equal(item.bytes, quoted(ITEM("1")), item.length);
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_MORE);
	assert_int_equal(body.length, 10);
	text_add_string(&body, second + 10);
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_ITEM);
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_ITEM);
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_END);
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_END);
	text_clear(&body);
	list_stream_restart(&stream);
	assert_int_equal(stream.token.length, 0);
	text_add_string(&body, quoted(HEAD "},'items':[]}"));
	assert_int_equal(list_stream_next(&stream, &body, &item), LIST_STREAM_END);
	text_free(&body);
	list_stream_free(&stream);
}

static void reads_the_same_however_the_bytes_are_cut(void **state)
{
	(void)state;
	const char *list = quoted(LIST);
	size_t length = strlen(list);
	struct text whole, pieces;

	text_init(&whole, 65536);
	text_init(&pieces, 65536);
	read_in(list, length, length, 1, &whole);
	assert_non_null(strstr(text_terminate(&whole), "\n12 a&b end"));
	for (size_t cut = 1; cut < length; cut++) {
		read_in(list, length, cut, length, &pieces);
		assert_string_equal(text_terminate(&pieces), whole.data);
	}
	for (size_t step = 1; step <= 64; step++) {
		read_in(list, length, step, step, &pieces);
		assert_string_equal(text_terminate(&pieces), whole.data);
	}
	text_free(&whole);
	text_free(&pieces);
}

static void takes_null_but_nothing_else_for_no_items(void **state)
{
	(void)state;
	static const struct {
		const char *list, *result;
	} cases[] = {
		{HEAD "},'items':[]}", "12  end"},
		{HEAD "},'items':null}", "12  end"},
		{HEAD ",'continue':null},'items':[ ] } x", "12  end"},
		{HEAD "},'items':'oops'}", "12  wrong: its items are not an array"},
		{HEAD "},'items':{}}", "12  wrong: its items are not an array"},
		{HEAD "},'items':0}", "12  wrong: its items are not an array"},
		{HEAD "}}", "12  wrong: it has no items"},
		{HEAD "},'items':[1]}", "12  wrong: an item has no metadata.uid"},
		{HEAD "},'items':[null]}", "12  wrong: an item has no metadata.uid"},
		{HEAD "},'items':[{}]}", "12  wrong: an item has no metadata.uid"},
		{HEAD "},'items':[{'metadata':{'uid':7}}]}",
		 "12  wrong: an item has no metadata.uid"},
		{HEAD "},'items':[],'items':[]}", "12  wrong: it has a member twice"},
		{HEAD "},'metadata':{}}", "12  wrong: it has a member twice"},
		{HEAD ",'continue':1},'items':[]}", "12  wrong: metadata.continue is not a string"},
		{"{'items':[],'metadata':{'resourceVersion':'12'}}",
		 "0  wrong: its items come before its metadata"},
		{"{'metadata':{'resourceVersion':'0'},'items':[]}",
		 "0  wrong: it has no metadata.resourceVersion"},
		{"{'metadata':7,'items':[]}", "0  wrong: it has no metadata.resourceVersion"},
		{"{'kind':'Status','code':500}", "0  wrong: it has no items"},
		{"{}", "0  wrong: it is not a list in JSON"},
		{"[]", "0  wrong: it is not a list in JSON"},
		{"upstream failed", "0  wrong: it is not a list in JSON"},
		{HEAD "},'items':[,]}", "12  wrong: it is not JSON"},
		{HEAD "}:'items':[]}", "12  wrong: it is not JSON"},
		{HEAD "} 'items':[]}", "12  wrong: it is not JSON"},
		{HEAD "},,'items':[]}", "12  wrong: it is not a list in JSON"},
		{HEAD "},'x':01,'items':[]}", "12  wrong: it is not JSON"},
		{HEAD "},'x':,'items':[]}", "12  wrong: it is not JSON"},
		{HEAD "},'items':[{'metadata':{'uid':'1'}]]", "12  wrong: it is not JSON"},
		{HEAD "},'items':[{'metadata':{'uid':'1'} ]}", "12  wrong: it is not JSON"},
		{HEAD "},'items':[" ITEM("1") ITEM("2") "]}", NULL},
		{HEAD "},'items':[" ITEM("1") ",]}", NULL},
		{HEAD "},'items':[" ITEM("1"), NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char list[512];
		struct text result;

		snprintf(list, sizeof(list), "%s", quoted(cases[i].list));
		if (cases[i].result != NULL) {
			check(list, cases[i].result);
			continue;
		}
		text_init(&result, 4096);
		read_in(list, strlen(list), strlen(list), 1, &result);
		assert_null(strstr(text_terminate(&result), "end"));
		text_free(&result);
	}
}

/* A list whose only item is SIZE bytes long. */
static void add_large(struct text *list, size_t size)
{
	static const char begin[] = "{'metadata':{'uid':'1'},'a':'", end[] = "'}";

	text_add_string(list, quoted(HEAD "},'items':["));
	text_add_string(list, quoted(begin));
	for (size_t left = size - strlen(begin) - strlen(end); left > 0; left--)
		text_add(list, "x", 1);
	text_add_string(list, quoted(end));
	text_add_string(list, "]}");
}

static void limits_an_item_and_not_the_list(void **state)
{
	(void)state;
	struct text list, result;

	text_init(&list, 16u * 1024 * 1024);
	text_init(&result, 16u * 1024 * 1024);
	add_large(&list, LIST_STREAM_VALUE_MAX);
	read_in(list.data, list.length, 65536, 65536, &result);
	assert_non_null(strstr(text_terminate(&result), "12  end"));
	for (size_t step = 65536; step <= 16u * 1024 * 1024; step *= 256) {
		text_clear(&list);
		add_large(&list, LIST_STREAM_VALUE_MAX + 1);
		read_in(list.data, list.length, step, step, &result);
		assert_string_equal(text_terminate(&result),
				    "12  wrong: an object is longer than 8 MiB");
	}
	text_free(&list);
	text_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_each_item_as_it_arrives),
		cmocka_unit_test(reads_the_same_however_the_bytes_are_cut),
		cmocka_unit_test(takes_null_but_nothing_else_for_no_items),
		cmocka_unit_test(limits_an_item_and_not_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
