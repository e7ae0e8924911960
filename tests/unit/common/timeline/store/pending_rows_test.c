/* Rows that wait to be written: what is found of them, and what is left to write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/store/pending_rows.h"

static void add(struct pending_rows *rows, const char *key, const char *value)
{
	struct pending_row row = {
		.key = span_of(key),
		.value = span_of(value != NULL ? value : ""),
		.removed = value == NULL,
	};

	assert_int_equal(pending_rows_add(rows, row), 0);
}

/* VALUE, NULL if KEY is removed, or "-" if it is not found. */
static void expect(const struct pending_rows *rows, const char *key, const char *value)
{
	struct pending_row row;

	if (!pending_rows_find(rows, span_of(key), &row)) {
		assert_string_equal(value, "-");
		return;
	}
	assert_int_equal(row.removed, value == NULL);
	if (value != NULL)
		assert_true(span_equal(row.value, span_of(value)));
}

static void the_last_row_of_a_key_is_found_once_it_is_accepted(void **state)
{
	struct pending_rows rows;

	(void)state;
	pending_rows_init(&rows);
	expect(&rows, "a", "-");
	add(&rows, "a", "1");
	expect(&rows, "a", "-");
	assert_int_equal(pending_rows_accept(&rows), 0);
	expect(&rows, "a", "1");
	add(&rows, "a", "2");
	add(&rows, "a", "3");
	add(&rows, "b", NULL);
	expect(&rows, "a", "1");
	assert_int_equal(pending_rows_accept(&rows), 0);
	expect(&rows, "a", "3");
	expect(&rows, "b", NULL);
	pending_rows_free(&rows);
}

static void rows_are_sorted_and_each_key_is_there_once(void **state)
{
	const struct pending_row *sorted;
	struct pending_rows rows;
	size_t count;

	(void)state;
	pending_rows_init(&rows);
	add(&rows, "b", "1");
	add(&rows, "a", "2");
	add(&rows, "b", NULL);
	add(&rows, "ab", "3");
	assert_int_equal(pending_rows_accept(&rows), 0);
	add(&rows, "c", "4");
	sorted = pending_rows_sorted(&rows, &count);
	assert_non_null(sorted);
	assert_int_equal(count, 3);
	assert_true(span_equal(sorted[0].key, span_of("a")));
	assert_true(span_equal(sorted[1].key, span_of("ab")));
	assert_true(span_equal(sorted[2].key, span_of("b")) && sorted[2].removed);
	pending_rows_free(&rows);
}

static void what_is_not_accepted_stays(void **state)
{
	struct pending_rows rows;
	size_t count;

	(void)state;
	pending_rows_init(&rows);
	add(&rows, "a", "1");
	assert_int_equal(pending_rows_accept(&rows), 0);
	add(&rows, "bb", "2");
	add(&rows, "c", NULL);
	pending_rows_clear(&rows);
	expect(&rows, "a", "-");
	expect(&rows, "bb", "-");
	assert_int_equal(pending_rows_accept(&rows), 0);
	expect(&rows, "bb", "2");
	expect(&rows, "c", NULL);
	assert_non_null(pending_rows_sorted(&rows, &count));
	assert_int_equal(count, 2);
	pending_rows_clear(&rows);
	assert_non_null(pending_rows_sorted(&rows, &count));
	assert_int_equal(count, 0);
	pending_rows_free(&rows);
}

/* More keys than the first slots. */
static void many_keys_are_found(void **state)
{
	enum { KEYS = 5000 };
	struct pending_rows rows;
	char key[16], value[16];
	size_t count;

	(void)state;
	pending_rows_init(&rows);
	for (int turn = 0; turn < 2; turn++) {
		for (int n = 0; n < KEYS; n++) {
			snprintf(key, sizeof(key), "key-%d", n % (KEYS - 7));
			snprintf(value, sizeof(value), "%d", n);
			add(&rows, key, value);
			if (n % 3 == 0)
				assert_int_equal(pending_rows_accept(&rows), 0);
		}
		assert_int_equal(pending_rows_accept(&rows), 0);
		expect(&rows, "key-3", "4996");
		expect(&rows, "key-4000", "4000");
		expect(&rows, "key-4999", "-");
		assert_non_null(pending_rows_sorted(&rows, &count));
		assert_int_equal(count, KEYS - 7);
		pending_rows_clear(&rows);
	}
	pending_rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_row_of_a_key_is_found_once_it_is_accepted),
		cmocka_unit_test(rows_are_sorted_and_each_key_is_there_once),
		cmocka_unit_test(what_is_not_accepted_stays),
		cmocka_unit_test(many_keys_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
