#include "common/timeline/store/store.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/program/log.h"
#include "common/timeline/store/pending_rows.h"
#include "common/timeline/store/row_cache.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/save_rows.h"
#include "common/timeline/store/store_error.h"
#include "common/timeline/store/store_folder.h"

#define BLOCK_CACHE_BYTES (32u << 20) /* decoded histories are cached above this */
#define BLOCK_BYTES 8192              /* half the index of 4096, and a quarter less on disk */
#define BLOOM_BITS 10.0
#define SAVES_MERGED 8 /* each time with up to 256 MB; 4 cost a quarter of the feed's time */
#define LOG_NOTHING 4  /* FATAL_LEVEL: logging an error on a full disk aborts the process */
#define PENDING_BYTES (8u << 20) /* many records of an object replace each other in it */
#define SAVE_BYTES (16u << 20)   /* what a killed process reads again */
#define EMPTYING_MARK "EMPTYING" /* there while store_reset() removes the rest */

struct store {
	char directory[STORE_PATH_SIZE];
	bool temporary;
	rocksdb_t *db;
	rocksdb_options_t *options;
	rocksdb_readoptions_t *read;
	rocksdb_writeoptions_t *write;
	rocksdb_cache_t *cache;
	rocksdb_writebatch_t *batch;
	struct pending_rows pending; /* committed, but not in RocksDB */
	struct row_cache cached;     /* of the rows in RocksDB */
	uint64_t saves;              /* the rows of save_rows.h */
	size_t bytes;                /* since the last save */
};

struct store_scan {
	struct store *store;
	rocksdb_iterator_t *iterator;
	rocksdb_readoptions_t *options;
	bool begun;
	char bound[]; /* the first key that is not of the scan */
};

/* Logs and frees ERROR. Returns -1. */
static int broken(const struct store *store, const char *doing, char *error)
{
	store_folder_report(store->directory, doing, error);
	rocksdb_free(error);
	return -1;
}

static void set_options(struct store *store)
{
	rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

	store->options = rocksdb_options_create();
	store->cache = rocksdb_cache_create_lru(BLOCK_CACHE_BYTES);
	rocksdb_block_based_options_set_block_cache(table, store->cache);
	rocksdb_block_based_options_set_block_size(table, BLOCK_BYTES);
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
	rocksdb_options_set_compression(store->options, rocksdb_lz4_compression);
	rocksdb_options_set_level0_file_num_compaction_trigger(store->options, SAVES_MERGED);
	rocksdb_options_set_keep_log_file_num(store->options, 2);
	rocksdb_options_set_info_log_level(store->options, LOG_NOTHING);
	rocksdb_options_set_max_open_files(store->options, 256);
	store->read = rocksdb_readoptions_create();
	store->write = rocksdb_writeoptions_create();
	rocksdb_writeoptions_disable_WAL(store->write, 1);
	store->batch = rocksdb_writebatch_create();
	pending_rows_init(&store->pending);
	row_cache_init(&store->cached);
}

/* Removes the files of the closed store, the mark last: a process killed in between is continued. */
static int empty(struct store *store)
{
	char *error = NULL;

	rocksdb_destroy_db(store->options, store->directory, &error);
	return error != NULL ? broken(store, "empty it", error)
			     : store_folder_unmark(store->directory, EMPTYING_MARK);
}

static void close_db(struct store *store)
{
	if (store->db != NULL)
		rocksdb_close(store->db);
	store->db = NULL;
	pending_rows_clear(&store->pending);
	row_cache_clear(&store->cached);
}

/* 1: opened, and nothing is missing; 0: damaged, with the REASON; -1 after logging. */
static int open_whole(struct store *store, char reason[STORE_REASON_SIZE])
{
	char *error = NULL;
	int whole;

	store->db = rocksdb_open(store->options, store->directory, &error);
	if (error != NULL && !store_error_is_damage(error))
		return broken(store, "open it", error);
	if (error != NULL) {
		snprintf(reason, STORE_REASON_SIZE, "%s", error);
		rocksdb_free(error);
		return 0;
	}
	whole = save_rows_count(store, &store->saves);
	if (whole == 1)
		return 1;
	close_db(store);
	if (whole < 0 && !store_is_damaged(store))
		return -1;
	snprintf(reason, STORE_REASON_SIZE, "%s",
		 whole < 0 ? "cannot be read" : "a part of what was written is missing");
	return 0;
}

static int open_db(struct store *store)
{
	char reason[STORE_REASON_SIZE];
	int opened;

	store->bytes = 0;
	if (store_folder_has(store->directory, EMPTYING_MARK) && empty(store) < 0)
		return -1;
	opened = store_folder_check(store->directory, reason);
	if (opened == 1)
		opened = open_whole(store, reason);
	if (opened == 0 && store_folder_set_aside(store->directory, reason) == 0)
		opened = open_whole(store, reason);
	if (opened == 0)
		log_error("timeline %s: cannot open it: %s", store->directory, reason);
	return opened == 1 ? 0 : -1;
}

struct store *store_open(const char *directory)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		log_error("timeline: out of memory");
		return NULL;
	}
	store->temporary = directory == NULL;
	if (store_folder_name(store->directory, directory) == 0) {
		set_options(store);
		if (open_db(store) == 0)
			return store;
	}
	store_close(store);
	return NULL;
}

bool store_is_damaged(const struct store *store)
{
	return store_folder_has(store->directory, DAMAGE_MARK);
}

int store_replace(struct store *store, const char *reason)
{
	close_db(store);
	return store_folder_set_aside(store->directory, reason) < 0 ? -1 : open_db(store);
}

int store_reset(struct store *store)
{
	close_db(store);
	return store_folder_mark(store->directory, EMPTYING_MARK) < 0 ? -1 : open_db(store);
}

void store_close(struct store *store)
{
	char *error = NULL;

	if (store == NULL)
		return;
	if (store->db != NULL && !store->temporary)
		store_save(store);
	close_db(store);
	if (store->temporary && store->options != NULL) {
		rocksdb_destroy_db(store->options, store->directory, &error);
		rocksdb_free(error);
		rmdir(store->directory);
	}
	if (store->options != NULL) {
		rocksdb_writebatch_destroy(store->batch);
		rocksdb_writeoptions_destroy(store->write);
		rocksdb_readoptions_destroy(store->read);
		rocksdb_options_destroy(store->options);
		rocksdb_cache_destroy(store->cache);
		pending_rows_free(&store->pending);
		row_cache_free(&store->cached);
	}
	free(store);
}

static int no_memory(const struct store *store)
{
	log_error("timeline %s: out of memory for a row", store->directory);
	return -1;
}

/* Copies the value of ROW to VALUE. 1, 0 if there is none, or -1 after logging. */
static int take(const struct store *store, struct pending_row row, struct text *value)
{
	text_clear(value);
	text_add(value, row.value.data, row.value.length);
	return value->failed ? no_memory(store) : row.removed ? 0 : 1;
}

int store_get(struct store *store, const struct text *key, struct text *value)
{
	struct pending_row row = {.key = text_span(key)};
	rocksdb_pinnableslice_t *slice;
	char *error = NULL;
	int found;

	if (key->failed)
		return no_memory(store);
	if (pending_rows_find(&store->pending, text_span(key), &row) ||
	    row_cache_find(&store->cached, text_span(key), &row))
		return take(store, row, value);
	slice = rocksdb_get_pinned(store->db, store->read, key->data, key->length, &error);
	if (error != NULL)
		return broken(store, "read", error);
	row.removed = slice == NULL;
	if (slice != NULL)
		row.value.data = rocksdb_pinnableslice_value(slice, &row.value.length);
	found = take(store, row, value);
	row_cache_keep(&store->cached, row);
	rocksdb_pinnableslice_destroy(slice);
	return found;
}

static int add(struct store *store, struct pending_row row, bool failed)
{
	return failed || pending_rows_add(&store->pending, row) < 0 ? no_memory(store) : 0;
}

int store_put(struct store *store, const struct text *key, const struct text *value)
{
	return add(store, (struct pending_row){text_span(key), text_span(value), false},
		   key->failed || value->failed);
}

int store_remove(struct store *store, const struct text *key)
{
	return add(store, (struct pending_row){.key = text_span(key), .removed = true},
		   key->failed);
}

int store_commit(struct store *store)
{
	if (pending_rows_accept(&store->pending) < 0)
		return no_memory(store);
	return store->pending.bytes.length < PENDING_BYTES ? 0 : store_flush(store);
}

/* Adds the committed rows to the batch. */
static int add_pending(struct store *store)
{
	size_t count = 0;
	const struct pending_row *rows = pending_rows_sorted(&store->pending, &count);

	if (rows == NULL)
		return no_memory(store);
	for (size_t r = 0; r < count; r++) {
		const struct span *key = &rows[r].key, *value = &rows[r].value;

		row_cache_write(&store->cached, rows[r]);
		if (rows[r].removed)
			rocksdb_writebatch_delete(store->batch, key->data, key->length);
		else
			rocksdb_writebatch_put(store->batch, key->data, key->length, value->data,
					       value->length);
	}
	pending_rows_clear(&store->pending);
	return 0;
}

static int write_batch(struct store *store)
{
	char *error = NULL;
	size_t bytes;

	rocksdb_writebatch_data(store->batch, &bytes);
	store->bytes += bytes;
	rocksdb_write(store->db, store->write, store->batch, &error);
	rocksdb_writebatch_clear(store->batch);
	return error != NULL ? broken(store, "write", error) : 0;
}

/* Writes the batch, with the row of the save, and moves what RocksDB has in memory to disk. */
static int save(struct store *store, bool wait)
{
	rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
	char key[SAVE_ROW_KEY_SIZE], *error = NULL;
	int rc;

	row_key_save(key, ++store->saves);
	rocksdb_writebatch_put(store->batch, key, sizeof(key), "", 0);
	rc = write_batch(store);
	store->bytes = 0;
	rocksdb_flushoptions_set_wait(options, wait);
	if (rc == 0)
		rocksdb_flush(store->db, options, &error);
	rocksdb_flushoptions_destroy(options);
	return error != NULL ? broken(store, "write", error) : rc;
}

int store_flush(struct store *store)
{
	if (store->pending.accepted == 0)
		return 0;
	if (add_pending(store) < 0)
		return -1;
	return store->bytes < SAVE_BYTES ? write_batch(store) : save(store, false);
}

int store_save(struct store *store)
{
	if (store_flush(store) < 0)
		return -1;
	return store->bytes > 0 ? save(store, true) : 0;
}

struct store_scan *store_scan_begin(struct store *store, const struct text *prefix,
				    const struct text *from)
{
	struct store_scan *scan = NULL;
	size_t bound_length;

	if (store_flush(store) < 0)
		return NULL;
	if (!prefix->failed && !from->failed)
		scan = calloc(1, sizeof(*scan) + prefix->length);
	if (scan == NULL) {
		no_memory(store);
		return NULL;
	}
	scan->store = store;
	scan->options = rocksdb_readoptions_create();
	rocksdb_readoptions_set_total_order_seek(scan->options,
						 prefix->length < STORE_PREFIX_LENGTH);
	/* Without a bound, a seek passes all rows that were removed after those of the prefix. */
	bound_length = span_after(text_span(prefix), scan->bound);
	if (bound_length > 0)
		rocksdb_readoptions_set_iterate_upper_bound(scan->options, scan->bound,
							    bound_length);
	scan->iterator = rocksdb_create_iterator(store->db, scan->options);
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
	value->data = rocksdb_iter_value(scan->iterator, &value->length);
	return 1;
}

void store_scan_end(struct store_scan *scan)
{
	if (scan == NULL)
		return;
	rocksdb_iter_destroy(scan->iterator);
	rocksdb_readoptions_destroy(scan->options);
	free(scan);
}

int store_damaged(struct store *store, const char *what)
{
	log_error("timeline %s: %s does not decode", store->directory, what);
	store_folder_mark(store->directory, DAMAGE_MARK);
	return -1;
}
