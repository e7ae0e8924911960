#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/json.h"
#include "tests/unit/quoted.h"

static struct json_object *parse(const char *text)
{
	enum scan_outcome outcome;
	struct json_object *tree = json_parse(text, strlen(text), &outcome);

	assert_non_null(tree);
	return tree;
}

static const char pod[] = "{'metadata':{'name':'cart','deletionTimestamp':null,"
			  "'labels':{'topology.kubernetes.io/zone':'a'}},"
			  "'status':{'podIP':'10.0.0.1','startTime':'1970-01-01T00:00:01Z',"
			  "'podIPs':[{'ip':'10.0.0.1'},null,{'ip':'fd00::1'}]},'count':7,"
			  "'big':9223372036854775807,'small':-9223372036854775808,"
			  "'over':9223372036854775808,'way_over':99999999999999999999999,"
			  "'real':1.0,'exponent':1e3,'yes':true,'text':'1','nul':'a\\u0000b'}";

static void walks_a_path_to_a_text(void **state)
{
	struct json_object *tree = parse(quoted(pod));
	const char *text = NULL;

	(void)state;
	assert_int_equal(json_text(tree, "metadata.name", &text), JSON_FOUND);
	assert_string_equal(text, "cart");
	assert_int_equal(json_text(tree, "status.podIP", &text), JSON_FOUND);
	assert_string_equal(text, "10.0.0.1");
	json_free(tree);
}

static void distinguishes_absent_from_wrong_and_leaves_the_value_alone(void **state)
{
	static const struct {
		const char *path;
		enum json_found found;
	} cases[] = {
		{"metadata.namespace", JSON_ABSENT},
		{"spec.nodeName", JSON_ABSENT},
		{"metadata.deletionTimestamp", JSON_ABSENT},
		{"metadata.deletionTimestamp.deeper", JSON_ABSENT},
		{"metadata", JSON_WRONG_TYPE},
		{"count", JSON_WRONG_TYPE},
		{"yes", JSON_WRONG_TYPE},
		{"metadata.name.first", JSON_WRONG_TYPE},
		{"status.podIPs.ip", JSON_WRONG_TYPE},
		{"nul", JSON_WRONG_TYPE},
		{"", JSON_WRONG_TYPE},
	};
	struct json_object *tree = parse(quoted(pod));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = "untouched";

		assert_int_equal(json_text(tree, cases[i].path, &text), cases[i].found);
		assert_string_equal(text, "untouched");
	}
	json_free(tree);
}

static void reads_only_whole_numbers_in_range(void **state)
{
	static const char *const wrong[] = {"over", "way_over", "real", "exponent", "text", "yes"};
	struct json_object *tree = parse(quoted(pod));
	int64_t number = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(json_i64(tree, wrong[i], &number), JSON_WRONG_TYPE);
		assert_int_equal(number, 42);
	}
	assert_int_equal(json_i64(tree, "count", &number), JSON_FOUND);
	assert_int_equal(number, 7);
	assert_int_equal(json_i64(tree, "big", &number), JSON_FOUND);
	assert_int_equal(number, INT64_MAX);
	assert_int_equal(json_i64(tree, "small", &number), JSON_FOUND);
	assert_int_equal(number, INT64_MIN);
	assert_int_equal(json_i64(tree, "none", &number), JSON_ABSENT);
	json_free(tree);
}

static void reads_truth_and_time(void **state)
{
	struct json_object *tree = parse(quoted(pod));
	struct when moment = {42};
	bool truth = false;

	(void)state;
	assert_int_equal(json_boolean(tree, "yes", &truth), JSON_FOUND);
	assert_true(truth);
	assert_int_equal(json_boolean(tree, "count", &truth), JSON_WRONG_TYPE);
	assert_int_equal(json_when(tree, "status.podIP", &moment), JSON_WRONG_TYPE);
	assert_int_equal(json_when(tree, "status.none", &moment), JSON_ABSENT);
	assert_int_equal(moment.ns, 42);
	assert_int_equal(json_when(tree, "status.startTime", &moment), JSON_FOUND);
	assert_int_equal(moment.ns, NS_PER_SECOND);
	json_free(tree);
}

static void reads_arrays_objects_and_keys_with_dots(void **state)
{
	struct json_object *tree = parse(quoted(pod)), *array = NULL, *labels = NULL, *zone = NULL;
	const char *text = NULL;

	(void)state;
	assert_int_equal(json_array(tree, "status.podIPs", &array), JSON_FOUND);
	assert_int_equal(json_length(array), 3);
	assert_int_equal(json_text(json_element(array, 2), "ip", &text), JSON_FOUND);
	assert_string_equal(text, "fd00::1");
	assert_null(json_element(array, 1));
	assert_int_equal(json_text(json_element(array, 1), "ip", &text), JSON_ABSENT);
	assert_int_equal(json_object_at(tree, "metadata.labels", &labels), JSON_FOUND);
	assert_int_equal(json_member(labels, "topology.kubernetes.io/zone", &zone), JSON_FOUND);
	assert_int_equal(json_text(zone, "", &text), JSON_FOUND);
	assert_string_equal(text, "a");
	assert_int_equal(json_member(array, "ip", &zone), JSON_WRONG_TYPE);
	assert_int_equal(json_array(tree, "metadata", &array), JSON_WRONG_TYPE);
	json_free(tree);
}

static void refuses_what_rfc_8259_does_not_allow(void **state)
{
	static const char *const cases[] = {
		"",
		"null",
		"{",
		"{'a':1}x",
		"{'a':1,}",
		"[1,]",
		"{a:1}",
		"{'a':NaN}",
		"{'a':01}",
		"{'a':1.}",
		"{'a':1e}",
		"{'a':-}",
		"/**/{}",
		"{'a':True}",
		"{'a':'\x01'}",
		"'abc",
		"{'a':'\xff'}",
		"\xef\xbb\xbf{}",
		"{'a':-Infinity}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum scan_outcome outcome;
		const char *text = quoted(cases[i]);

		assert_null(json_parse(text, strlen(text), &outcome));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_a_path_to_a_text),
		cmocka_unit_test(distinguishes_absent_from_wrong_and_leaves_the_value_alone),
		cmocka_unit_test(reads_only_whole_numbers_in_range),
		cmocka_unit_test(reads_truth_and_time),
		cmocka_unit_test(reads_arrays_objects_and_keys_with_dots),
		cmocka_unit_test(refuses_what_rfc_8259_does_not_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
