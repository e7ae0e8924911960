/* The labels and annotations of a pod that answers show (docs/answers.md section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/feed/object_parsed.h"
#include "tests/unit/quoted.h"

static void only_values_of_the_keys_are_kept(void **state)
{
	static char long_value[2 * KEPT_VALUE_BYTES];
	struct kube_object tree;
	struct kept_keys keys = {.count = 0};
	struct text json;
	uint64_t refused = 0;
	char object[4 * KEPT_VALUE_BYTES];

	(void)state;
	memset(long_value, 'x', KEPT_VALUE_BYTES - 1);
	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'labels':{'team':'a\\tb','other':'o','app':'','n':1,"
			"'long':'%s','full':'%s'}}}"),
		 long_value, long_value + 1);
	tree = object_parsed(object);
	kept_keys_add(&keys, "team");
	kept_keys_add(&keys, "app");
	kept_keys_add(&keys, "absent");
	kept_keys_add(&keys, "n");
	kept_keys_add(&keys, "long");
	text_init(&json, UINT16_MAX);
	object_kept(&tree, tree.parts[PART_LABELS], &keys, &json, &refused);
	assert_string_equal(text_terminate(&json), quoted("{'app':'','team':'a\\tb'}"));
	assert_int_equal(refused, 1);
	kept_keys_add(&keys, "full");
	object_kept(&tree, tree.parts[PART_LABELS], &keys, &json, &refused);
	assert_true(json.length > KEPT_VALUE_BYTES);
	object_kept(&tree, tree.parts[PART_ANNOTATIONS], &keys, &json, &refused);
	assert_int_equal(json.length, 0);
	text_free(&json);
	plain_free(&tree.plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_values_of_the_keys_are_kept)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
