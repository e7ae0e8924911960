#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/kept_keys.h"

static void keys_are_in_order_each_once(void **state)
{
	struct kept_keys keys = {.count = 0};

	(void)state;
	assert_int_equal(kept_keys_add(&keys, "team"), 0);
	assert_int_equal(kept_keys_add(&keys, "app"), 0);
	assert_int_equal(kept_keys_add(&keys, "team"), 0);
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.list[0], "app");
	assert_string_equal(keys.list[1], "team");
}

static void there_are_limits(void **state)
{
	static char names[KEPT_KEYS_MAX + 1][2];
	char longest[KEPT_KEY_BYTES + 2];
	struct kept_keys keys = {.count = 0};

	(void)state;
	memset(longest, 'k', sizeof(longest) - 1);
	longest[KEPT_KEY_BYTES + 1] = '\0';
	assert_int_equal(kept_keys_add(&keys, ""), -1);
	assert_int_equal(kept_keys_add(&keys, longest), -1);
	longest[KEPT_KEY_BYTES] = '\0';
	assert_int_equal(kept_keys_add(&keys, longest), 0);
	for (int k = 0; k < KEPT_KEYS_MAX; k++) {
		names[k][0] = (char)('a' + k);
		assert_int_equal(kept_keys_add(&keys, names[k]), k < KEPT_KEYS_MAX - 1 ? 0 : -1);
	}
}

static void a_hash_is_of_the_keys_and_what_they_are_of(void **state)
{
	struct kept_keys none = {.count = 0}, one = {.count = 0}, two = {.count = 0};

	(void)state;
	kept_keys_add(&one, "app");
	kept_keys_add(&two, "app");
	kept_keys_add(&two, "team");
	assert_int_equal(kept_keys_hash(&none, &none), 0);
	assert_true(kept_keys_hash(&one, &none) != 0);
	assert_true(kept_keys_hash(&one, &none) != kept_keys_hash(&none, &one));
	assert_true(kept_keys_hash(&one, &none) != kept_keys_hash(&two, &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_in_order_each_once),
		cmocka_unit_test(there_are_limits),
		cmocka_unit_test(a_hash_is_of_the_keys_and_what_they_are_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
