#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus/bus.h"
#include "common/record/kube_event.h"
#include "common/timeline/feed/kube_event_newest.h"
#include "tests/unit/quoted.h"
#include <cmocka.h>

#define POD                                                               \
	"{'kind':'Pod','metadata':{'uid':'u','name':'n','namespace':'s'," \
	"'resourceVersion':'12'}}"

static struct when at(const char *text)
{
	struct when moment;

	assert_int_equal(when_parse(text, strlen(text), &moment), 0);
	return moment;
}

static struct kube_event read_event(const char *text)
{
	struct kube_event event;
	struct fault fault;

	assert_int_equal(kube_event_parse(text, strlen(text), &event, &fault), 0);
	return event;
}

static void check_refused(const char *text, enum fault_reason reason, const char *member)
{
	struct kube_event event;
	struct fault fault;

	assert_int_equal(kube_event_parse(text, strlen(text), &event, &fault), -1);
	if (fault.reason != reason || strcmp(fault.member, member) != 0)
		fail_msg("%s: %s at '%s', expected %s at '%s'", text, fault_name(fault.reason),
			 fault.member, fault_name(reason), member);
	assert_false(value_present(event.object.whole));
}

static void reads_what_tenure_kube_writes(void **state)
{
	(void)state;
	struct kube_event event =
		read_event(quoted("{'type':'MODIFIED','cluster':'prod','resource':'pods',"
				  "'received':'2026-11-23T08:00:01.250Z','object':" POD "}"));

	assert_int_equal(event.type, KUBE_MODIFIED);
	assert_string_equal(event.cluster, "prod");
	assert_int_equal(event.resource, KUBE_PODS);
	assert_int_equal(event.received.ns, at("2026-11-23T08:00:01.25Z").ns);
	assert_int_equal(event.resource_version, 12);
	assert_true(span_equal(event.uid, span_of("u")));
	assert_true(span_equal(event.name, span_of("n")));
	assert_true(span_equal(event.namespace, span_of("s")));
	kube_event_clear(&event);
}

static void reads_records_about_the_watch(void **state)
{
	(void)state;
	uint64_t revisions[KUBE_RESOURCES] = {[KUBE_PODS] = 845, [KUBE_JOBS] = UINT64_MAX};
	struct kube_event event = read_event(quoted("{'type':'SYNC_BEGIN','resource':'nodes',"
						    "'resourceVersion':'812','scope':{}}"));

	assert_int_equal(event.type, KUBE_SYNC_BEGIN);
	assert_int_equal(event.resource, KUBE_NODES);
	assert_int_equal(event.resource_version, 812);
	assert_int_equal(event.scope.namespace_count, 0);
	assert_false(event.scope.selective);

	event = read_event(
		quoted("{'type':'SYNC_END','resource':'nodes','resourceVersion':'812'}"));
	assert_int_equal(event.type, KUBE_SYNC_END);

	event = read_event(quoted("{'type':'GAP','resource':'pods','from':'2026-11-23T08:00:00Z',"
				  "'to':'2026-11-23T08:00:01Z','reason':'expired'}"));
	assert_int_equal(event.type, KUBE_GAP);
	assert_int_equal(when_since(event.to, event.from), NS_PER_SECOND);
	assert_string_equal(event.reason, "expired");

	event = read_event(quoted("{'type':'PROGRESS','known':'2026-11-23T08:00:00Z',"
				  "'revisions':{'pods':'845','jobs':'18446744073709551615'},"
				  "'proved':{'nodes':'900'},'scope':{'podLabels':'a=b'}}"));
	assert_int_equal(event.type, KUBE_PROGRESS);
	assert_int_equal(event.resource, KUBE_RESOURCES);
	assert_memory_equal(event.revisions, revisions, sizeof(revisions));
	assert_int_equal(event.proved[KUBE_NODES], 900);
	assert_true(event.scope.selective);
	assert_string_equal(event.scope.pod_labels, "a=b");
}

static void reads_a_line_of_kubectl(void **state)
{
	(void)state;
	struct kube_event event = read_event(quoted("{'type':'DELETED','object':" POD "}"));

	assert_int_equal(event.type, KUBE_DELETED);
	assert_int_equal(event.resource, KUBE_PODS);
	assert_int_equal(event.received.ns, WHEN_MIN.ns);
	assert_string_equal(event.cluster, "");
	kube_event_clear(&event);

	event = read_event(quoted("{'type':'BOOKMARK','object':{'kind':'Pod',"
				  "'metadata':{'resourceVersion':'9'}}}"));
	assert_int_equal(event.type, KUBE_BOOKMARK);
	assert_int_equal(event.resource_version, 9);
	kube_event_clear(&event);

	event = read_event(quoted("{'type':'ERROR','object':{'kind':'Status','code':410}}"));
	assert_int_equal(event.type, KUBE_ERROR);
	kube_event_clear(&event);

	event = read_event(quoted(POD));
	assert_int_equal(event.type, KUBE_ADDED);
	assert_true(span_equal(event.uid, span_of("u")));
	kube_event_clear(&event);
}

static void reads_a_scope(void **state)
{
	(void)state;
	struct kube_event event =
		read_event(quoted("{'type':'SYNC_BEGIN','resource':'pods','resourceVersion':'5',"
				  "'scope':{'namespaces':['a','b'],'labelSelector':'app=x'}}"));

	assert_int_equal(event.scope.namespace_count, 2);
	assert_string_equal(event.scope.namespaces[1], "b");
	assert_true(event.scope.selective);
}

static void takes_a_revision_only_as_an_integer(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t revision;
	} cases[] = {{"1", 1},
		     {"18446744073709551615", UINT64_MAX},
		     {"18446744073709551616", 0},
		     {"01", 0},
		     {"", 0},
		     {"12a", 0},
		     {"-1", 0},
		     {"0", 0}};
	char record[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(record, sizeof(record),
			 quoted("{'kind':'Node','metadata':{'uid':'u','name':'n',"
				"'resourceVersion':'%s'}}"),
			 cases[i].text);
		struct kube_event event = read_event(record);

		assert_int_equal(event.resource_version, cases[i].revision);
		kube_event_clear(&event);
	}
}

static void says_which_member_is_at_fault(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum fault_reason reason;
		const char *member;
	} cases[] = {
		{"", FAULT_NOT_JSON, ""},
		{"{'type':", FAULT_NOT_JSON, ""},
		{POD "x", FAULT_NOT_JSON, ""},
		{"[1]", FAULT_NOT_AN_OBJECT, ""},
		{"{'type':NaN}", FAULT_NOT_JSON, ""},
		{"{'type':'A\tB'}", FAULT_NOT_JSON, ""},
		{"{}", FAULT_MISSING_MEMBER, "type"},
		{"{'type':7,'object':" POD "}", FAULT_WRONG_TYPE, "type"},
		{"{'type':'CHANGED','object':" POD "}", FAULT_UNKNOWN_TYPE, "type"},
		{"{'type':'ADDED'}", FAULT_MISSING_MEMBER, "object"},
		{"{'type':'ADDED','object':[]}", FAULT_WRONG_TYPE, "object"},
		{"{'object':{'kind':'Pod'}}", FAULT_MISSING_MEMBER, "object.metadata"},
		{"{'object':{'metadata':{'name':'n'}}}", FAULT_MISSING_MEMBER,
		 "object.metadata.uid"},
		{"{'object':{'metadata':{'uid':'u'}}}", FAULT_MISSING_MEMBER,
		 "object.metadata.name"},
		{"{'object':{'metadata':{'uid':'u\\u0000','name':'n'}}}", FAULT_WRONG_TYPE,
		 "object.metadata.uid"},
		{"{'object':{'metadata':{'uid':'u','name':'n'}}}", FAULT_MISSING_MEMBER,
		 "resource"},
		{"{'object':{'kind':'PartialObjectMetadata','metadata':{'uid':'u','name':'n'}}}",
		 FAULT_MISSING_MEMBER, "resource"},
		{"{'object':{'kind':'Secret','metadata':{'uid':'u','name':'n'}}}",
		 FAULT_UNKNOWN_RESOURCE, "object.kind"},
		{"{'resource':'secrets','object':" POD "}", FAULT_UNKNOWN_RESOURCE, "resource"},
		{"{'received':'yesterday','object':" POD "}", FAULT_WRONG_TYPE, "received"},
		{"{'type':'GAP','from':'2026-11-23T08:00:00Z'}", FAULT_MISSING_MEMBER, "to"},
		{"{'type':'PROGRESS'}", FAULT_MISSING_MEMBER, "known"},
		{"{'type':'SYNC_END','resource':'pods'}", FAULT_MISSING_MEMBER, "resourceVersion"},
		{"{'type':'SYNC_END','resourceVersion':'1'}", FAULT_MISSING_MEMBER, "resource"},
		{"{'type':'SYNC_BEGIN','resource':'pods','scope':{'namespaces':3}}",
		 FAULT_WRONG_TYPE, "scope.namespaces"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_refused(quoted(cases[i].text), cases[i].reason, cases[i].member);
}

static void says_what_the_bytes_seem_to_be(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"{'a'", "it is not JSON"},
		{"{\r",
		 "it is not JSON: it begins an object of several lines; jq -c . writes one on "
		 "one line"},
		{"\xff\xfe{",
		 "it is not JSON: it is UTF-16, as PowerShell's > writes it; write UTF-8"},
		{"\xef\xbb\xbf{}",
		 "it is not JSON: it begins with a byte order mark; write UTF-8 without one"},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "it is nested too deeply"},
		{"7", "it is not one JSON object"},
		{"[]", "it is not one JSON object: it is an array; jq -c '.[]' writes its elements "
		       "one to a line"},
		{"{'kind':'List','items':[],'metadata':{'resourceVersion':''}}",
		 "it is not one JSON object: it is a List; jq -c '.items[]' writes its items one "
		 "to a "
		 "line"},
		{"{'kind':'Pod','metadata':{'name':'n'}}", "object.metadata.uid is missing"},
	};
	struct kube_event event;
	struct fault fault;
	char words[FAULT_WORDS_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(kube_event_parse(quoted(cases[i].text), strlen(cases[i].text),
						  &event, &fault),
				 -1);
		fault_words(&fault, words);
		assert_string_equal(words, cases[i].words);
	}
}

static void an_interface_is_of_no_watch(void **state)
{
	static const char interface[] = "{'type':'%s','resource':'interfaces','object':{'metadata':"
					"{'name':'v','uid':'u'}}}";
	static const struct {
		const char *type;
		bool read;
	} cases[] = {{"ADDED", true}, {"DELETED", true}, {"BOOKMARK", false}, {"SYNC_END", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kube_event event;
		struct fault fault;
		char record[256];

		snprintf(record, sizeof(record), quoted(interface), cases[i].type);
		assert_int_equal(kube_event_parse(record, strlen(record), &event, &fault),
				 cases[i].read ? 0 : -1);
		assert_int_equal(event.of_interface, cases[i].read);
		assert_int_equal(event.resource, KUBE_RESOURCES);
		assert_int_equal(event.other_kind, !cases[i].read);
		kube_event_clear(&event);
	}
}

static void says_that_a_record_is_too_long(void **state)
{
	(void)state;
	size_t length = BUS_RECORD_MAX + 1;
	char *bytes = malloc(length), words[FAULT_WORDS_SIZE];
	struct kube_event event;
	struct fault fault;

	assert_non_null(bytes);
	memset(bytes, ' ', length);
	bytes[0] = '{';
	assert_int_equal(kube_event_parse(bytes, length, &event, &fault), -1);
	fault_words(&fault, words);
	assert_string_equal(words, "it is not JSON: it is longer than 8388608 bytes");
	free(bytes);
}

static void a_list_is_of_the_kind_of_its_items(void **state)
{
	(void)state;
	static const struct {
		const char *kind;
		enum kube_resource resource;
		bool other;
	} cases[] = {{"List", KUBE_RESOURCES, false},
		     {"NodeList", KUBE_NODES, false},
		     {"SecretList", KUBE_RESOURCES, true}};
	struct kube_event event;
	struct fault fault;
	char record[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(record, sizeof(record), "{\"kind\":\"%s\",\"items\":[{}]}", cases[i].kind);
		assert_int_equal(kube_event_parse(record, strlen(record), &event, &fault), -1);
		assert_int_equal(event.resource, cases[i].resource);
		assert_int_equal(event.other_kind, cases[i].other);
	}
}

static void finds_the_newest_instant(void **state)
{
	struct kube_object none = {.whole = {NULL, 0}};

	(void)state;
	static const struct {
		const char *object;
		const char *newest;
	} cases[] = {
		{"{'status':{'startTime':'2026-01-01T00:00:01Z'}}", "2026-01-01T00:00:01Z"},
		{"{'metadata':{'creationTimestamp':'2026-01-01T00:00:01Z',"
		 "'deletionTimestamp':'2026-01-01T00:00:09Z','labels':{"
		 "'a':'2026-01-01T00:00:08Z'},'annotations':{'a':'2026-01-01T00:00:07Z'}}}",
		 "2026-01-01T00:00:01Z"},
		{"{'metadata':{'annotations':{"
		 "'endpoints.kubernetes.io/last-change-trigger-time':'2026-01-01T00:00:07Z'}}}",
		 "2026-01-01T00:00:07Z"},
		{"{'metadata':{'managedFields':[{'time':'2026-01-01T00:00:02Z'},"
		 "{'time':'2026-01-01T00:00:04Z'},{'time':'2026-01-01T00:00:03Z'}]}}",
		 "2026-01-01T00:00:04Z"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = quoted(cases[i].object);
		struct kube_object object;
		struct value whole;

		assert_true(value_parse(text, strlen(text), &whole));
		kube_object_read(whole, &object);
		assert_int_equal(kube_event_newest_instant(&object).ns, at(cases[i].newest).ns);
		plain_free(&object.plain);
	}
	assert_int_equal(kube_event_newest_instant(&none).ns, WHEN_MIN.ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_tenure_kube_writes),
		cmocka_unit_test(reads_records_about_the_watch),
		cmocka_unit_test(reads_a_line_of_kubectl),
		cmocka_unit_test(reads_a_scope),
		cmocka_unit_test(takes_a_revision_only_as_an_integer),
		cmocka_unit_test(says_which_member_is_at_fault),
		cmocka_unit_test(says_what_the_bytes_seem_to_be),
		cmocka_unit_test(an_interface_is_of_no_watch),
		cmocka_unit_test(says_that_a_record_is_too_long),
		cmocka_unit_test(a_list_is_of_the_kind_of_its_items),
		cmocka_unit_test(finds_the_newest_instant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
