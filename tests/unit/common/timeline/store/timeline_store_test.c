/* The store is a cache of the topic: what is damaged, foreign or of another format is
 * never trusted, and never thrown away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/database/database_folder.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"
#include "common/timeline/timeline.h"
#include "tests/unit/quoted.h"

#define ROOM 512

static const char pod[] =
	"{'type':'ADDED','resource':'pods','received':'2026-11-23T08:00:05Z',"
	"'object':{'metadata':{'name':'a','namespace':'shop','uid':'uid-a',"
	"'resourceVersion':'7'},'spec':{},'status':{'phase':'Running',"
	"'startTime':'2026-11-23T08:00:00Z','podIP':'10.1.0.1','containerStatuses':[{'state':{"
	"'running':{'startedAt':'2026-11-23T08:00:02Z'}}}]}}}";

struct folder {
	char parent[ROOM], path[ROOM];
};

static int set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	snprintf(folder->parent, ROOM, "/tmp/tenure-store-test-XXXXXX");
	assert_non_null(mkdtemp(folder->parent));
	assert_true(snprintf(folder->path, ROOM, "%.100s/state", folder->parent) > 0);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *folder = *state;
	char command[2 * ROOM];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder->parent);
	assert_int_equal(system(command), 0);
	free(folder);
	return 0;
}

static struct timeline *opened(const struct folder *folder)
{
	static const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND};

	return timeline_open(folder->path, &options);
}

/* A store that has read one record. */
static void fill(const struct folder *folder)
{
	struct timeline *timeline = opened(folder);
	const char *why;

	assert_non_null(timeline);
	assert_int_equal(timeline_apply(timeline, 0, quoted(pod), strlen(quoted(pod)), -1, &why),
			 TIMELINE_APPLIED);
	timeline_close(timeline);
}

static bool there(const struct folder *folder, const char *name)
{
	char path[2 * ROOM];

	snprintf(path, sizeof(path), "%s/%s", folder->parent, name);
	return access(path, F_OK) == 0;
}

/* Removes the copy that was set aside, if there is one. */
static bool was_set_aside(const struct folder *folder)
{
	bool was = there(folder, "state.damaged");
	char command[2 * ROOM];

	snprintf(command, sizeof(command), "rm -rf '%s/state.damaged'", folder->parent);
	assert_int_equal(system(command), 0);
	return was;
}

static void mark(const struct folder *folder, const char *name)
{
	assert_int_equal(database_folder_mark(folder->path, name), 0);
}

static void assert_begins_with(const struct folder *folder, int64_t records)
{
	struct timeline *timeline = opened(folder);

	assert_non_null(timeline);
	assert_int_equal(timeline_next_offset(timeline), records);
	timeline_close(timeline);
}

static void assert_starts_empty(const struct folder *folder, bool set_aside)
{
	struct timeline *timeline = opened(folder);

	assert_non_null(timeline);
	assert_int_equal(timeline_next_offset(timeline), 0);
	assert_int_equal(timeline_cluster_count(timeline), 0);
	timeline_close(timeline);
	assert_int_equal(was_set_aside(folder), set_aside);
}

/* Overwrites at most the first LENGTH bytes of the files whose names contain PART; if LENGTH is
 * negative, all but the last -LENGTH. */
static void spoil(const struct folder *folder, const char *part, long length)
{
	DIR *state = opendir(folder->path);
	struct dirent *entry;
	int spoiled = 0;

	assert_non_null(state);
	for (entry = readdir(state); entry != NULL; entry = readdir(state)) {
		char path[2 * ROOM];
		struct stat status;
		FILE *file;

		if (!strstr(entry->d_name, part))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder->path, entry->d_name);
		assert_int_equal(stat(path, &status), 0);
		file = fopen(path, "r+");
		assert_non_null(file);
		for (long i = 0;
		     i < status.st_size && i < (length < 0 ? status.st_size + length : length); i++)
			fputc('x', file);
		fclose(file);
		spoiled++;
	}
	closedir(state);
	assert_true(spoiled > 0);
}

static void keeps_what_it_read(void **state)
{
	struct timeline *timeline;

	fill(*state);
	timeline = opened(*state);
	assert_int_equal(timeline_next_offset(timeline), 1);
	assert_int_equal(timeline_cluster_count(timeline), 1);
	assert_int_equal(timeline_last_hash(timeline),
			 timeline_hash(quoted(pod), strlen(quoted(pod))));
	assert_int_equal(timeline_first_hash(timeline),
			 timeline_hash(quoted(pod), strlen(quoted(pod))));
	timeline_close(timeline);
	assert_false(was_set_aside(*state));
}

static void a_reset_store_is_empty(void **state)
{
	struct timeline *timeline;

	fill(*state);
	timeline = opened(*state);
	assert_int_equal(timeline_reset(timeline), 0);
	assert_int_equal(timeline_next_offset(timeline), 0);
	timeline_close(timeline);
	assert_starts_empty(*state, false);
}

/* A process killed inside timeline_reset() leaves the mark and some of the files. */
static void finishes_a_reset_that_was_killed(void **state)
{
	const struct folder *folder = *state;
	char path[2 * ROOM];

	fill(folder);
	mark(folder, "EMPTYING");
	snprintf(path, sizeof(path), "%s/CURRENT", folder->path);
	assert_int_equal(unlink(path), 0);
	assert_starts_empty(folder, false);
	fill(folder);
	assert_begins_with(folder, 1);
}

static void an_empty_first_record_is_a_first_record(void **state)
{
	struct timeline *timeline = opened(*state);
	const char *why;

	assert_non_null(timeline);
	assert_int_equal(timeline_apply(timeline, 0, "", 0, 0, &why), TIMELINE_UNREADABLE);
	assert_int_equal(timeline_apply(timeline, 1, quoted(pod), strlen(quoted(pod)), 0, &why),
			 TIMELINE_APPLIED);
	assert_int_equal(timeline_first_hash(timeline), timeline_hash("", 0));
	timeline_close(timeline);
}

static void sets_an_unreadable_store_aside(void **state)
{
	fill(*state);
	spoil(*state, "CURRENT", LONG_MAX);
	assert_starts_empty(*state, true);
	fill(*state);
	spoil(*state, "MANIFEST", LONG_MAX);
	assert_starts_empty(*state, true);
}

static void sets_a_store_without_current_aside(void **state)
{
	const struct folder *folder = *state;
	char path[2 * ROOM];

	fill(folder);
	snprintf(path, sizeof(path), "%s/CURRENT", folder->path);
	assert_int_equal(unlink(path), 0);
	assert_starts_empty(folder, true);
}

static void keeps_one_damaged_copy(void **state)
{
	fill(*state);
	spoil(*state, "CURRENT", LONG_MAX);
	timeline_close(opened(*state));
	assert_true(there(*state, "state.damaged/CURRENT"));
	fill(*state);
	spoil(*state, ".sst", LONG_MAX);
	mark(*state, "DAMAGED");
	timeline_close(opened(*state));
	assert_true(there(*state, "state.damaged/DAMAGED"));
}

static void sets_a_store_with_a_damaged_block_aside(void **state)
{
	fill(*state);
	spoil(*state, ".sst", LONG_MAX);
	assert_starts_empty(*state, true);
	fill(*state);
	spoil(*state, ".sst", 16);
	assert_starts_empty(*state, true);
	fill(*state);
	spoil(*state, ".sst", -53); /* its footer is intact, its index is not */
	assert_starts_empty(*state, true);
}

static void sets_a_store_of_another_format_aside(void **state)
{
	const struct folder *folder = *state;
	struct store *store;
	struct text key, value;

	fill(folder);
	store = store_open(folder->path);
	assert_non_null(store);
	text_init(&key, ROOM);
	text_init(&value, ROOM);
	row_key_meta(&key);
	codec_add_u32(&value, ROWS_FORMAT + 1);
	assert_int_equal(store_put(store, &key, &value), 0);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
	text_free(&key);
	text_free(&value);
	assert_starts_empty(folder, true);
}

static void leaves_a_foreign_folder_alone(void **state)
{
	const struct folder *folder = *state;
	char path[2 * ROOM];
	FILE *file;

	assert_int_equal(mkdir(folder->path, 0700), 0);
	snprintf(path, sizeof(path), "%s/letter.txt", folder->path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_null(opened(folder));
	assert_int_equal(access(path, F_OK), 0);
	assert_false(was_set_aside(folder));
}

static void a_store_in_use_is_not_damaged(void **state)
{
	struct timeline *first, *second;

	first = opened(*state);
	assert_non_null(first);
	second = opened(*state);
	assert_null(second);
	timeline_close(first);
	assert_false(was_set_aside(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_what_it_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reset_store_is_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finishes_a_reset_that_was_killed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_empty_first_record_is_a_first_record, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sets_an_unreadable_store_aside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_a_store_without_current_aside, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_one_damaged_copy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_a_store_with_a_damaged_block_aside, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sets_a_store_of_another_format_aside, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(leaves_a_foreign_folder_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_store_in_use_is_not_damaged, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
