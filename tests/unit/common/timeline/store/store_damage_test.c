/* Whatever happens to the files of a store: it is then a prefix of what was committed, or it is
 * set aside, or reading it fails and the next start sets it aside. Never a hole.
 * SEED=N DAMAGES=M choose the random damages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

#define ROOM 512
#define SAVES 14 /* with compactions among them */
#define COMMITS_A_SAVE 20
#define COMMITS (SAVES * COMMITS_A_SAVE)
#define ROWS 16 /* that commits share */
#define FILES_MAX 64
#define LAST_RECORDS 1500 /* bytes of the MANIFEST: the last saves and a compaction */

struct folder {
	char parent[64], whole[ROOM], path[ROOM], aside[ROOM];
	char files[FILES_MAX][ROOM];
	size_t count;
	unsigned seed;
	int aside_count, shorter, failed;
};

static unsigned below(struct folder *folder, unsigned limit)
{
	return limit == 0 ? 0 : (unsigned)rand_r(&folder->seed) % limit;
}

static void put(struct store *store, const char *name, unsigned number, unsigned value)
{
	struct text key, bytes;

	text_init(&key, ROOM);
	text_init(&bytes, ROOM);
	text_add_format(&key, "%s%06u", name, number);
	text_add_format(&bytes, "%u", value);
	assert_int_equal(store_put(store, &key, &bytes), 0);
	text_free(&key);
	text_free(&bytes);
}

/* 1: *VALUE, 0: no such row, -1: failed. */
static int get(struct store *store, const char *name, unsigned number, unsigned *value)
{
	struct text key, bytes;
	int rc;

	text_init(&key, ROOM);
	text_init(&bytes, ROOM);
	text_add_format(&key, "%s%06u", name, number);
	rc = store_get(store, &key, &bytes);
	if (rc == 1)
		*value = (unsigned)strtoul(text_terminate(&bytes), NULL, 10);
	text_free(&key);
	text_free(&bytes);
	return rc;
}

/* Commit N adds its own row, and sets one of the ROWS rows and the row of the newest to N. */
static void commit(struct store *store, unsigned n)
{
	put(store, "own", n, n);
	put(store, "shared", n % ROWS, n);
	put(store, "newest", 0, n);
	assert_int_equal(store_commit(store), 0);
}

static void copy(const char *from, const char *to)
{
	char command[4 * ROOM];

	snprintf(command, sizeof(command), "rm -rf '%s'; cp -r '%s' '%s'", to, from, to);
	assert_int_equal(system(command), 0);
}

static void empty(const char *path)
{
	char command[4 * ROOM];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	struct dirent *entry;
	struct store *store;
	DIR *files;

	assert_non_null(folder);
	folder->seed = getenv("SEED") != NULL ? (unsigned)strtoul(getenv("SEED"), NULL, 10) : 1;
	/* In memory, because each damage takes a few fsync() otherwise. */
	snprintf(folder->parent, sizeof(folder->parent), "%s/tenure-damage-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder->parent));
	snprintf(folder->whole, sizeof(folder->whole), "%s/whole", folder->parent);
	snprintf(folder->path, sizeof(folder->path), "%s/state", folder->parent);
	snprintf(folder->aside, sizeof(folder->aside), "%s/state.damaged", folder->parent);
	store = store_open(folder->path);
	assert_non_null(store);
	for (unsigned n = 1; n <= COMMITS; n++) {
		commit(store, n);
		if (n % COMMITS_A_SAVE == 0)
			assert_int_equal(store_save(store), 0);
	}
	store_close(store);
	copy(folder->path, folder->whole);
	files = opendir(folder->whole);
	assert_non_null(files);
	for (entry = readdir(files); entry != NULL; entry = readdir(files)) {
		if (entry->d_name[0] == '.')
			continue;
		assert_true(folder->count < FILES_MAX);
		snprintf(folder->files[folder->count++], ROOM, "%s", entry->d_name);
	}
	closedir(files);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *folder = *state;

	empty(folder->parent);
	free(folder);
	return 0;
}

static void restore(struct folder *folder)
{
	empty(folder->aside);
	copy(folder->whole, folder->path);
}

/* The newest commit in STORE if it is a prefix; -1 if a read failed. A hole fails the test. */
static int newest_of(struct store *store)
{
	unsigned newest = 0, value = 0;

	if (get(store, "newest", 0, &newest) < 0)
		return -1;
	for (unsigned n = 1; n <= COMMITS; n++) {
		int is = get(store, "own", n, &value);

		if (is < 0)
			return -1;
		assert_int_equal(is, n <= newest);
	}
	for (unsigned row = 0; row < ROWS; row++) {
		unsigned wanted = newest - (newest + ROWS - row) % ROWS;
		int is = get(store, "shared", row, &value);

		if (is < 0)
			return -1;
		assert_int_equal(is, newest > 0 && wanted > 0 && wanted <= newest);
		if (is == 1)
			assert_int_equal(value, wanted);
	}
	return (int)newest;
}

/* Opens the damaged store, reads all of it, and goes on where it ends. */
static void judge(struct folder *folder)
{
	struct store *store = store_open(folder->path);
	int newest;

	assert_non_null(store);
	newest = newest_of(store);
	if (newest < 0) {
		folder->failed++;
		assert_true(store_is_damaged(store));
		store_close(store);
		store = store_open(folder->path);
		assert_non_null(store);
		assert_int_equal(access(folder->aside, F_OK), 0);
		newest = newest_of(store);
		assert_int_equal(newest, 0);
	} else if (access(folder->aside, F_OK) == 0) {
		folder->aside_count++;
		assert_int_equal(newest, 0);
	} else {
		folder->shorter += newest < COMMITS;
	}
	for (unsigned n = (unsigned)newest + 1; n <= COMMITS; n++)
		commit(store, n);
	assert_int_equal(newest_of(store), COMMITS);
	store_close(store);
}

static long size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return (long)status.st_size;
}

/* Overwrites LENGTH bytes at AT with zeros; LENGTH 0: flips one bit. */
static void overwrite(struct folder *folder, const char *path, long at, long length)
{
	FILE *file = fopen(path, "r+");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	if (length == 0)
		fputc(byte ^ (1 << below(folder, 8)), file);
	for (long i = 0; i < length; i++)
		fputc(0, file);
	assert_int_equal(fclose(file), 0);
}

/* As a proof runs it: every byte, not each 32nd. */
static bool in_full(void)
{
	return getenv("DAMAGES") != NULL;
}

static void any_damage(void **state)
{
	static const char *const kinds[] = {"flip", "truncate", "delete", "zero"};
	struct folder *folder = *state;
	int damages = in_full() ? (int)strtol(getenv("DAMAGES"), NULL, 10) : 40;

	for (int d = 0; d < damages; d++) {
		const char *name = folder->files[below(folder, (unsigned)folder->count)];
		char path[4 * ROOM];
		long size, at;

		restore(folder);
		snprintf(path, sizeof(path), "%s/%s", folder->path, name);
		size = size_of(path);
		at = (long)below(folder, (unsigned)size);
		print_message("%s %s at %ld of %ld\n", kinds[d % 4], name, at, size);
		if (d % 4 == 2 || size == 0)
			assert_int_equal(unlink(path), 0);
		else if (d % 4 == 1)
			assert_int_equal(truncate(path, at), 0);
		else
			overwrite(folder, path, at,
				  d % 4 == 0 ? 0 : 1 + (long)below(folder, (unsigned)(size - at)));
		judge(folder);
	}
	print_message("%d damages: %d set aside, %d failed when read, %d a shorter prefix\n",
		      damages, folder->aside_count, folder->failed, folder->shorter);
	assert_true(folder->aside_count > 0);
}

static const char *manifest_of(const struct folder *folder)
{
	for (size_t f = 0; f < folder->count; f++) {
		if (strncmp(folder->files[f], "MANIFEST-", 9) == 0)
			return folder->files[f];
	}
	fail_msg("no MANIFEST");
	return "";
}

static void a_manifest_that_lost_its_end(void **state)
{
	struct folder *folder = *state;
	char path[4 * ROOM];
	long size, step = in_full() ? 1 : 32;

	restore(folder);
	snprintf(path, sizeof(path), "%s/%s", folder->path, manifest_of(folder));
	size = size_of(path);
	assert_true(size > LAST_RECORDS);
	for (long at = size - 1; at > size - LAST_RECORDS; at -= step) {
		restore(folder);
		assert_int_equal(truncate(path, at), 0);
		judge(folder);
	}
	print_message("%d cuts: %d set aside, %d a shorter prefix\n", (int)(LAST_RECORDS / step),
		      folder->aside_count, folder->shorter);
	assert_true(folder->aside_count + folder->shorter > 0);
}

static void a_manifest_with_zeros(void **state)
{
	struct folder *folder = *state;
	char path[4 * ROOM];
	long size, step = in_full() ? 1 : 32;

	snprintf(path, sizeof(path), "%s/%s", folder->whole, manifest_of(folder));
	size = size_of(path);
	snprintf(path, sizeof(path), "%s/%s", folder->path, manifest_of(folder));
	for (long at = 0; at < size; at += step) {
		restore(folder);
		overwrite(folder, path, at, size - at < 64 ? size - at : 64);
		judge(folder);
	}
}

/* RocksDB skips the rest of a block of the MANIFEST where it finds zeros. If a save was the last
 * record of that block, nothing but its row tells that it is missing. */
static void a_save_that_is_missing(void **state)
{
	struct folder *folder = *state;
	struct store *store;
	struct text key;
	char bytes[SAVE_ROW_KEY_SIZE];

	restore(folder);
	store = store_open(folder->path);
	assert_non_null(store);
	text_init(&key, ROOM);
	row_key_save(bytes, SAVES - 1);
	text_add(&key, bytes, sizeof(bytes));
	assert_int_equal(store_remove(store, &key), 0);
	assert_int_equal(store_commit(store), 0);
	text_free(&key);
	store_close(store);
	judge(folder);
	assert_int_equal(folder->aside_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_manifest_that_lost_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_manifest_with_zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_save_that_is_missing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
