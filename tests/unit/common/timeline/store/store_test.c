/* A store that is closed has everything that was committed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "common/timeline/store/store.h"

#define ROW_BYTES (64 * 1024)
#define FLUSHES 4 /* of which the last one begins a save */
#define ROWS_A_FLUSH 100
#define ROWS (FLUSHES * ROWS_A_FLUSH)

static void name_row(struct text *key, unsigned number)
{
	text_clear(key);
	text_add_format(key, "row%06u", number);
}

static void what_is_being_saved_at_the_end_is_not_lost(void **state)
{
	char folder[] = "/tmp/tenure-store-XXXXXX", path[64], command[128];
	char *bytes = calloc(1, ROW_BYTES);
	struct store *store;
	struct text key, value;

	(void)state;
	assert_non_null(bytes);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store", folder);
	text_init(&key, 64);
	text_init(&value, ROW_BYTES);
	text_add(&value, bytes, ROW_BYTES);
	store = store_open(path);
	assert_non_null(store);
	for (unsigned r = 0; r < ROWS; r++) {
		name_row(&key, r);
		assert_int_equal(store_put(store, &key, &value), 0);
		assert_int_equal(store_commit(store), 0);
		if ((r + 1) % ROWS_A_FLUSH == 0)
			assert_int_equal(store_flush(store), 0);
	}
	store_close(store);
	store = store_open(path);
	assert_non_null(store);
	name_row(&key, ROWS - 1);
	assert_int_equal(store_get(store, &key, &value), 1);
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	text_free(&key);
	text_free(&value);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_being_saved_at_the_end_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
