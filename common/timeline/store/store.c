#include "common/timeline/store/store.h"

#include <errno.h>
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program/log.h"
#include "common/timeline/store/pending_rows.h"
#include "common/timeline/store/store_folder.h"

#define BLOCK_CACHE_BYTES (32u << 20) /* decoded histories are cached above this */
#define POINT_IN_TIME 2               /* rocksdb::WALRecoveryMode::kPointInTimeRecovery */
#define BLOOM_BITS 10.0
#define PENDING_BYTES (4u << 20)
#define EMPTYING_MARK "EMPTYING" /* there while store_reset() removes the rest */

struct store {
	char directory[STORE_PATH_SIZE];
	bool temporary;
	rocksdb_t *db;
	rocksdb_options_t *options;
	rocksdb_readoptions_t *read, *read_prefix;
	rocksdb_writeoptions_t *write;
	rocksdb_cache_t *cache;
	rocksdb_writebatch_t *batch;
	struct pending_rows pending; /* committed, but not written */
};

struct store_scan {
	struct store *store;
	rocksdb_iterator_t *iterator;
	struct span prefix;
	bool begun;
};

/* Logs and frees ERROR. Returns -1. */
static int broken(struct store *store, const char *doing, char *error)
{
	log_error("timeline %s: cannot %s: %s", store->directory, doing, error);
	if (strncmp(error, "Corruption", strlen("Corruption")) == 0)
		store_folder_mark(store->directory, DAMAGE_MARK);
	rocksdb_free(error);
	return -1;
}

static void set_options(struct store *store)
{
	rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

	store->options = rocksdb_options_create();
	store->cache = rocksdb_cache_create_lru(BLOCK_CACHE_BYTES);
	rocksdb_block_based_options_set_block_cache(table, store->cache);
	rocksdb_block_based_options_set_filter_policy(
		table, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
	rocksdb_options_set_block_based_table_factory(store->options, table);
	rocksdb_block_based_options_destroy(table);
	rocksdb_options_set_prefix_extractor(
		store->options, rocksdb_slicetransform_create_fixed_prefix(STORE_PREFIX_LENGTH));
	rocksdb_options_set_memtable_prefix_bloom_size_ratio(store->options, 0.1);
	rocksdb_options_set_memtable_whole_key_filtering(store->options, 1);
	rocksdb_options_set_create_if_missing(store->options, 1);
	rocksdb_options_set_paranoid_checks(store->options, 1);
	rocksdb_options_set_wal_recovery_mode(store->options, POINT_IN_TIME);
	rocksdb_options_set_compression(store->options, rocksdb_lz4_compression);
	rocksdb_options_set_keep_log_file_num(store->options, 2);
	rocksdb_options_set_info_log_level(store->options, 3);
	rocksdb_options_set_max_open_files(store->options, 256);
	store->read = rocksdb_readoptions_create();
	rocksdb_readoptions_set_total_order_seek(store->read, 1);
	store->read_prefix = rocksdb_readoptions_create();
	store->write = rocksdb_writeoptions_create();
	store->batch = rocksdb_writebatch_create();
	pending_rows_init(&store->pending);
}

/* A lock, a full disk or a missing permission is not damage. */
static bool is_damage(const char *error)
{
	return strncmp(error, "Corruption", strlen("Corruption")) == 0 ||
	       (!strstr(error, "lock hold") && !strstr(error, "lock file") &&
		!strstr(error, "Permission denied") && !strstr(error, "No space left") &&
		!strstr(error, "Read-only") && !strstr(error, "Too many open files") &&
		!strstr(error, "Not a directory"));
}

/* Removes the files of the closed store, the mark last: if the process is killed in between,
 * the next one continues. */
static int empty(struct store *store)
{
	char path[STORE_PATH_SIZE + 32];
	char *error = NULL;

	rocksdb_destroy_db(store->options, store->directory, &error);
	if (error != NULL)
		return broken(store, "empty it", error);
	snprintf(path, sizeof(path), "%s/" EMPTYING_MARK, store->directory);
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

static int open_db(struct store *store)
{
	char *error = NULL;

	if (store_folder_has(store->directory, EMPTYING_MARK) && empty(store) < 0)
		return -1;
	if (store_folder_has(store->directory, DAMAGE_MARK) &&
	    store_folder_set_aside(store->directory, "was found damaged") != 0)
		return -1;
	if (store_folder_is_foreign(store->directory)) {
		log_error(
			"%s contains files, but not a timeline; give an empty folder or a new name",
			store->directory);
		return -1;
	}
	store->db = rocksdb_open(store->options, store->directory, &error);
	if (error != NULL && is_damage(error) && store_folder_has(store->directory, "CURRENT")) {
		int aside = store_folder_set_aside(store->directory, error);

		rocksdb_free(error);
		error = NULL;
		if (aside != 0)
			return -1;
		store->db = rocksdb_open(store->options, store->directory, &error);
	}
	return error != NULL ? broken(store, "open it", error) : 0;
}

/* Sets the folder's name; creates a temporary one. */
static int name_folder(struct store *store, const char *directory)
{
	const char *base = getenv("TMPDIR");
	int length = directory != NULL
			     ? snprintf(store->directory, STORE_PATH_SIZE, "%s", directory)
			     : snprintf(store->directory, STORE_PATH_SIZE,
					"%s/tenure-timeline-XXXXXX", base ? base : "/tmp");

	if (length <= 0 || length >= STORE_PATH_SIZE - 32) {
		log_error("timeline: the folder's name is empty or too long");
		return -1;
	}
	if (directory == NULL && !mkdtemp(store->directory)) {
		log_error("timeline: cannot create %s: %s", store->directory, strerror(errno));
		return -1;
	}
	store->temporary = directory == NULL;
	return 0;
}

struct store *store_open(const char *directory)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		log_error("timeline: out of memory");
		return NULL;
	}
	if (name_folder(store, directory) == 0) {
		set_options(store);
		if (open_db(store) == 0)
			return store;
	}
	store_close(store);
	return NULL;
}

static void close_db(struct store *store)
{
	if (store->db != NULL)
		rocksdb_close(store->db);
	store->db = NULL;
}

bool store_is_damaged(const struct store *store)
{
	return store_folder_has(store->directory, DAMAGE_MARK);
}

int store_replace(struct store *store, const char *reason)
{
	pending_rows_clear(&store->pending);
	close_db(store);
	if (store_folder_set_aside(store->directory, reason) < 0)
		return -1;
	return open_db(store);
}

bool store_is_empty(struct store *store)
{
	rocksdb_iterator_t *iterator = rocksdb_create_iterator(store->db, store->read);
	bool empty;

	rocksdb_iter_seek_to_first(iterator);
	empty = !rocksdb_iter_valid(iterator);
	rocksdb_iter_destroy(iterator);
	return empty;
}

int store_reset(struct store *store)
{
	pending_rows_clear(&store->pending);
	close_db(store);
	if (store_folder_mark(store->directory, EMPTYING_MARK) < 0) {
		log_error("timeline %s: cannot empty it: %s", store->directory, strerror(errno));
		return -1;
	}
	return open_db(store);
}

void store_close(struct store *store)
{
	char *error = NULL;

	if (store == NULL)
		return;
	if (store->db != NULL && !store->temporary)
		store_flush(store);
	close_db(store);
	if (store->temporary && store->options) {
		rocksdb_destroy_db(store->options, store->directory, &error);
		rocksdb_free(error);
		rmdir(store->directory);
	}
	if (store->batch != NULL)
		rocksdb_writebatch_destroy(store->batch);
	if (store->write != NULL)
		rocksdb_writeoptions_destroy(store->write);
	if (store->read_prefix != NULL)
		rocksdb_readoptions_destroy(store->read_prefix);
	if (store->read)
		rocksdb_readoptions_destroy(store->read);
	if (store->options)
		rocksdb_options_destroy(store->options);
	if (store->cache != NULL)
		rocksdb_cache_destroy(store->cache);
	pending_rows_free(&store->pending);
	free(store);
}

static int no_memory(const struct store *store)
{
	log_error("timeline %s: out of memory for a row", store->directory);
	return -1;
}

int store_get(struct store *store, const struct text *key, struct text *value)
{
	char *error = NULL;
	size_t length = 0;
	const char *bytes;
	rocksdb_pinnableslice_t *slice;
	struct pending_row row;

	text_clear(value);
	if (key->failed)
		return no_memory(store);
	if (pending_rows_find(&store->pending, text_span(key), &row)) {
		text_add(value, row.value.data, row.value.length);
		if (value->failed)
			return no_memory(store);
		return row.removed ? 0 : 1;
	}
	slice = rocksdb_get_pinned(store->db, store->read, key->data, key->length, &error);
	if (error != NULL)
		return broken(store, "read", error);
	if (slice == NULL)
		return 0;
	bytes = rocksdb_pinnableslice_value(slice, &length);
	text_add(value, bytes, length);
	rocksdb_pinnableslice_destroy(slice);
	return value->failed ? no_memory(store) : 1;
}

int store_put(struct store *store, const struct text *key, const struct text *value)
{
	struct pending_row row = {.key = text_span(key), .value = text_span(value)};

	if (key->failed || value->failed || pending_rows_add(&store->pending, row) < 0)
		return no_memory(store);
	return 0;
}

int store_remove(struct store *store, const struct text *key)
{
	struct pending_row row = {.key = text_span(key), .removed = true};

	if (key->failed || pending_rows_add(&store->pending, row) < 0)
		return no_memory(store);
	return 0;
}

int store_commit(struct store *store)
{
	if (pending_rows_accept(&store->pending) < 0)
		return no_memory(store);
	return store->pending.bytes.length < PENDING_BYTES ? 0 : store_flush(store);
}

int store_flush(struct store *store)
{
	char *error = NULL;
	size_t count = 0;
	const struct pending_row *rows;

	if (store->pending.accepted == 0)
		return 0;
	rows = pending_rows_sorted(&store->pending, &count);
	if (rows == NULL)
		return no_memory(store);
	for (size_t r = 0; r < count; r++) {
		const struct span *key = &rows[r].key, *value = &rows[r].value;

		if (rows[r].removed)
			rocksdb_writebatch_delete(store->batch, key->data, key->length);
		else
			rocksdb_writebatch_put(store->batch, key->data, key->length, value->data,
					       value->length);
	}
	rocksdb_write(store->db, store->write, store->batch, &error);
	rocksdb_writebatch_clear(store->batch);
	pending_rows_clear(&store->pending);
	return error != NULL ? broken(store, "write", error) : 0;
}

struct store_scan *store_scan_begin(struct store *store, const struct text *prefix,
				    const struct text *from)
{
	bool one_address = prefix->length >= STORE_PREFIX_LENGTH;
	struct store_scan *scan;

	if (store_flush(store) < 0)
		return NULL;
	scan = calloc(1, sizeof(*scan));
	if (scan == NULL || prefix->failed || from->failed) {
		no_memory(store);
		free(scan);
		return NULL;
	}
	scan->store = store;
	scan->prefix = text_span(prefix);
	scan->iterator =
		rocksdb_create_iterator(store->db, one_address ? store->read_prefix : store->read);
	rocksdb_iter_seek(scan->iterator, from->data, from->length);
	return scan;
}

int store_scan_next(struct store_scan *scan, struct span *key, struct span *value)
{
	char *error = NULL;

	if (scan == NULL)
		return -1;
	if (scan->begun)
		rocksdb_iter_next(scan->iterator);
	scan->begun = true;
	if (!rocksdb_iter_valid(scan->iterator)) {
		rocksdb_iter_get_error(scan->iterator, &error);
		return error != NULL ? broken(scan->store, "read", error) : 0;
	}
	key->data = rocksdb_iter_key(scan->iterator, &key->length);
	if (key->length < scan->prefix.length ||
	    memcmp(key->data, scan->prefix.data, scan->prefix.length) != 0)
		return 0;
	value->data = rocksdb_iter_value(scan->iterator, &value->length);
	return 1;
}

void store_scan_end(struct store_scan *scan)
{
	if (scan == NULL)
		return;
	rocksdb_iter_destroy(scan->iterator);
	free(scan);
}

int store_damaged(struct store *store, const char *what)
{
	log_error("timeline %s: %s does not decode", store->directory, what);
	store_folder_mark(store->directory, DAMAGE_MARK);
	return -1;
}
