#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "sink/graph/history/match_list.h"

static void assert_label(const struct match_list *list, size_t at, const char *label)
{
	assert_true(at < list->count);
	assert_string_equal(list->names.data + list->matches[at].label, label);
}

static void keeps_labels_that_contain_the_text(void **state)
{
	struct match_list list;

	(void)state;
	match_list_init(&list, span_of("Cart"));
	assert_int_equal(match_list_add(&list, "service", "1", "shop/cart"), 0);
	assert_int_equal(match_list_add(&list, "service", "2", "shop/car"), 0);
	assert_int_equal(match_list_add(&list, "service", "3", ""), 0);
	assert_int_equal(match_list_add(&list, "pod", "4", "shop/old-CART-x2x (pod)"), 0);
	assert_int_equal(match_list_add(&list, "namespace", "5", "cart"), 0);
	assert_int_equal(list.count, 3);
	assert_label(&list, 0, "shop/cart");
	assert_label(&list, 1, "shop/old-CART-x2x (pod)");
	assert_true(list.matches[2].begins);
	assert_false(list.matches[0].begins);
	match_list_free(&list);
	assert_int_equal(list.count, 0);
}

static void of_one_thing_the_first_counts(void **state)
{
	struct match_list list;

	(void)state;
	match_list_init(&list, span_of("a"));
	assert_int_equal(match_list_add(&list, "pod", "x", "first a"), 0);
	assert_int_equal(match_list_add(&list, "pod", "x", "second a"), 0);
	assert_int_equal(match_list_add(&list, "node", "x", "third a"), 0);
	assert_int_equal(list.count, 2);
	assert_label(&list, 0, "first a");
	assert_label(&list, 1, "third a");
	match_list_free(&list);
}

static void those_that_begin_with_the_text_come_first(void **state)
{
	static const char *const labels[] = {"b/web", "web-2", "a/web", "WEB-1", "web-2"};
	static const char *const sorted[] = {"WEB-1", "web-2", "web-2", "a/web", "b/web"};
	struct match_list list;
	char id[2] = "e";

	(void)state;
	match_list_init(&list, span_of("web"));
	match_list_sort(&list);
	for (size_t i = 0; i < 5; i++, id[0]--)
		assert_int_equal(match_list_add(&list, "service", id, labels[i]), 0);
	match_list_sort(&list);
	for (size_t i = 0; i < 5; i++)
		assert_label(&list, i, sorted[i]);
	/* Of equal labels, by id. */
	assert_string_equal(list.names.data + list.matches[1].id, "a");
	match_list_free(&list);
}

static void leaves_out_what_is_too_much(void **state)
{
	struct match_list list;
	char id[16];

	(void)state;
	match_list_init(&list, span_of("w"));
	for (int i = 0; i < MATCH_LIST_MAX + 10; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(match_list_add(&list, "pod", id, "w"), 0);
	}
	assert_int_equal(list.count, MATCH_LIST_MAX);
	match_list_sort(&list);
	match_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_labels_that_contain_the_text),
		cmocka_unit_test(of_one_thing_the_first_counts),
		cmocka_unit_test(those_that_begin_with_the_text_come_first),
		cmocka_unit_test(leaves_out_what_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
