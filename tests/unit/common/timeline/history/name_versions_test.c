#include "common/timeline/history/name_versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Of node n1 at positions 5 to 9, generation 2. */
static struct name_version version_of(const char *row)
{
	return (struct name_version){
		.table = ROW_NODES,
		.name = span_of("n1"),
		.generation = 2,
		.from_offset = 5,
		.until_offset = 10,
		.there = true,
		.row = span_of(row),
	};
}

static bool has(const struct name_versions *cache, enum row_table table, const char *name,
		uint32_t generation, uint64_t position)
{
	return name_versions_find(cache, table, span_of(name), generation, position) != NULL;
}

static void it_is_found_by_name_generation_and_position(void **state)
{
	struct name_versions *cache = name_versions_new();
	const struct name_version version = version_of("zone");

	(void)state;
	assert_non_null(cache);
	name_versions_add(cache, &version);
	assert_true(has(cache, ROW_NODES, "n1", 2, 5));
	assert_true(has(cache, ROW_NODES, "n1", 2, 9));
	assert_false(has(cache, ROW_NODES, "n1", 2, 4));
	assert_false(has(cache, ROW_NODES, "n1", 2, 10));
	assert_false(has(cache, ROW_NODES, "n1", 3, 5));
	assert_false(has(cache, ROW_NODES, "n2", 2, 5));
	assert_false(has(cache, ROW_OWNERS, "n1", 2, 5));
	name_versions_clear(cache);
	assert_false(has(cache, ROW_NODES, "n1", 2, 5));
	name_versions_free(cache);
}

static void a_newer_one_takes_its_place(void **state)
{
	struct name_versions *cache = name_versions_new();
	struct name_version version = version_of("zone");
	const struct name_version *found;

	(void)state;
	name_versions_add(cache, &version);
	version = version_of("other");
	name_versions_add(cache, &version);
	found = name_versions_find(cache, ROW_NODES, span_of("n1"), 2, 5);
	assert_non_null(found);
	assert_int_equal(found->row.length, 5);
	assert_memory_equal(found->row.data, "other", 5);
	name_versions_free(cache);
}

static void a_long_row_is_not_cached(void **state)
{
	static char row[NAME_VERSION_BYTES];
	struct name_versions *cache = name_versions_new();
	struct name_version version = version_of("");

	(void)state;
	version.row = (struct span){row, sizeof(row)};
	name_versions_add(cache, &version);
	assert_false(has(cache, ROW_NODES, "n1", 2, 5));
	name_versions_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_by_name_generation_and_position),
		cmocka_unit_test(a_newer_one_takes_its_place),
		cmocka_unit_test(a_long_row_is_not_cached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
