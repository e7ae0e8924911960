/* Records in lines, in documents of several lines and in Lists. */
#include "common/record/kube_documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/bus/bus.h"
#include "common/record/kube_event.h"

/* The records in TEXT, each with "L " before it if it is of a List and a | after it. */
static void assert_records(const char *text, const char *expected, bool open)
{
	struct kube_documents documents;
	struct kube_document document;
	struct text all;

	kube_documents_init(&documents);
	text_init(&all, 1 << 20);
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		kube_documents_add(&documents, (struct span){text, length});
		while (kube_documents_next(&documents, &document) == 1) {
			text_add_string(&all, document.listed ? "L " : "");
			text_add(&all, document.bytes.data, document.bytes.length);
			text_add(&all, "|", 1);
		}
		text += length + (text[length] == '\n');
	}
	assert_string_equal(text_terminate(&all), expected);
	assert_int_equal(kube_documents_is_open(&documents), open);
	text_free(&all);
	kube_documents_free(&documents);
}

static void a_line_is_a_record(void **state)
{
	(void)state;
	assert_records("{\"type\":\"ADDED\"}\n{\"a\":[}\nnot JSON\n\n [1]\n",
		       "{\"type\":\"ADDED\"}|{\"a\":[}|not JSON|| [1]|", false);
	assert_records("{\"items\":1}\n{\"kind\":\"NoList\"}\n",
		       "{\"items\":1}|{\"kind\":\"NoList\"}|", false);
}

static void a_document_is_a_record(void **state)
{
	(void)state;
	assert_records("{\n  \"a\": \"}\\\"{\",\n  \"b\": {}\n}\n{\"c\":1}\n{\n}\n",
		       "{\n  \"a\": \"}\\\"{\",\n  \"b\": {}\n}|{\"c\":1}|{\n}|", false);
	assert_records("{\n  \"a\": {\n", "", true);
	assert_records("{\n} x\n", "{\n} x|", false);
}

static void another_document_ends_a_broken_one(void **state)
{
	(void)state;
	assert_records("{\"a\":\n{\"b\":1}\n{\n \"c\": \"\n}\n",
		       "{\"a\":\n|{\"b\":1}|{\n \"c\": \"\n}|", false);
	assert_records("{\n \"items\": [\n{\"b\":1}\n", "L |{\"b\":1}|", false);
}

#define ITEM(object) "L {\"type\":\"MODIFIED\",\"object\":" object "}|"
#define POD(object) "L {\"type\":\"MODIFIED\",\"resource\":\"pods\",\"object\":" object "}|"

static void a_list_is_its_items(void **state)
{
	(void)state;
	assert_records("{\"apiVersion\":\"v1\",\"items\":[{\"a\":{}},{\"items\":[{}]}],\"kind\":"
		       "\"List\"}\n",
		       ITEM("{\"a\":{}}") ITEM("{\"items\":[{}]}"), false);
	assert_records(
		"{\n  \"metadata\": {\"a\": [{\"b\": {}}]},\n  \"items\": [\n    {\n     \"a\": 1\n"
		"    }, {}\n  ],\n  \"kind\": \"List\",\n  \"x\": {\"y\": {\"z\": 1}}\n}\n{}\n",
		ITEM("{\n     \"a\": 1\n    }") ITEM("{}") "{}|", false);
	assert_records("{\"kind\":\"PodList\",\"items\":[{},{}]}\n", POD("{}") POD("{}"), false);
	assert_records(
		"{\"kind\":\"XList\",\"items\":[{}]} {\"kind\":\"PodList\",\"items\":[{}]}\n",
		"L {\"type\":\"MODIFIED\",\"resource\":\"XList\",\"object\":{}}|" POD("{}"), false);
	assert_records("{\"items\":[]}\n{\"items\":[1,\"{\"]}\n", "", false);
}

static void an_items_record_can_be_read(void **state)
{
	const char *line = "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"a\","
			   "\"uid\":\"u\"}}]}";
	struct kube_documents documents;
	struct kube_document document;
	struct kube_event event;
	struct fault fault;

	(void)state;
	kube_documents_init(&documents);
	kube_documents_add(&documents, span_of(line));
	assert_int_equal(kube_documents_next(&documents, &document), 1);
	assert_int_equal(
		kube_event_parse(document.bytes.data, document.bytes.length, &event, &fault), 0);
	assert_int_equal(event.type, KUBE_MODIFIED);
	assert_int_equal(event.resource, KUBE_PODS);
	kube_event_clear(&event);
	kube_documents_free(&documents);
}

static void a_long_document_is_cut(void **state)
{
	const size_t half = BUS_RECORD_MAX / 2 + 10;
	char *line = malloc(half);
	struct kube_documents documents;
	struct kube_document document;

	(void)state;
	assert_non_null(line);
	memset(line, ' ', half);
	kube_documents_init(&documents);
	kube_documents_add(&documents, span_of("{"));
	for (int l = 0; l < 3; l++) {
		assert_int_equal(kube_documents_next(&documents, &document), 0);
		kube_documents_add(&documents, (struct span){line, half});
	}
	assert_int_equal(kube_documents_next(&documents, &document), 0);
	kube_documents_add(&documents, span_of("}"));
	assert_int_equal(kube_documents_next(&documents, &document), 1);
	assert_int_equal(document.bytes.length, (size_t)BUS_RECORD_MAX + 1);
	kube_documents_free(&documents);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_record),
		cmocka_unit_test(a_document_is_a_record),
		cmocka_unit_test(another_document_ends_a_broken_one),
		cmocka_unit_test(a_list_is_its_items),
		cmocka_unit_test(an_items_record_can_be_read),
		cmocka_unit_test(a_long_document_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
