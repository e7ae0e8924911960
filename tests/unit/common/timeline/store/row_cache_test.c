#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/store/row_cache.h"

static struct row_cache cache;

static int start(void **state)
{
	(void)state;
	row_cache_init(&cache);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	row_cache_free(&cache);
	return 0;
}

static struct pending_row row(const char *key, const char *value)
{
	return (struct pending_row){
		.key = span_of(key),
		.value = span_of(value != NULL ? value : ""),
		.removed = value == NULL,
	};
}

static bool has(const char *key, const char *value)
{
	struct pending_row found;

	return row_cache_find(&cache, span_of(key), &found) && found.removed == (value == NULL) &&
	       span_equal(found.value, span_of(value != NULL ? value : ""));
}

static void keeps_what_was_asked_for_and_its_writes(void **state)
{
	struct pending_row found;

	(void)state;
	row_cache_keep(&cache, row("a", "1"));
	row_cache_keep(&cache, row("b", NULL));
	assert_true(has("a", "1"));
	assert_true(has("b", NULL));
	row_cache_write(&cache, row("a", NULL));
	row_cache_write(&cache, row("b", "2"));
	row_cache_write(&cache, row("c", "3"));
	assert_true(has("a", NULL));
	assert_true(has("b", "2"));
	assert_false(row_cache_find(&cache, span_of("c"), &found));
	row_cache_clear(&cache);
	assert_false(row_cache_find(&cache, span_of("a"), &found));
}

/* Fills a generation. */
static void fill(const char *key)
{
	size_t size = ROW_CACHE_BYTES / 2;
	char *bytes = calloc(size, 1);

	assert_non_null(bytes);
	row_cache_keep(&cache, (struct pending_row){.key = span_of(key), .value = {bytes, size}});
	free(bytes);
}

static void forgets_what_was_not_asked_for_during_a_generation(void **state)
{
	struct pending_row found;

	(void)state;
	row_cache_keep(&cache, row("a", "1"));
	row_cache_keep(&cache, row("b", "2"));
	fill("x");
	row_cache_write(&cache, row("a", "3"));
	fill("y");
	assert_true(has("a", "3"));
	assert_false(row_cache_find(&cache, span_of("b"), &found));
	assert_true(pending_rows_bytes(&cache.young) + pending_rows_bytes(&cache.old) <
		    (size_t)ROW_CACHE_BYTES + ROW_CACHE_BYTES / 2);
}

static void counts_what_small_rows_take(void **state)
{
	char key[16];

	(void)state;
	for (int n = 0; n < 3000000; n++) {
		snprintf(key, sizeof(key), "%d", n);
		row_cache_keep(&cache, row(key, NULL));
	}
	assert_in_range(pending_rows_bytes(&cache.young) + pending_rows_bytes(&cache.old),
			ROW_CACHE_BYTES / 2, (size_t)ROW_CACHE_BYTES + ROW_CACHE_BYTES / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_what_was_asked_for_and_its_writes, start,
						finish),
		cmocka_unit_test_setup_teardown(forgets_what_was_not_asked_for_during_a_generation,
						start, finish),
		cmocka_unit_test_setup_teardown(counts_what_small_rows_take, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
