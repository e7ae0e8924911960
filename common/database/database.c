#include "common/database/database.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/database/database_error.h"

#define BLOCK_CACHE_BYTES (32u << 20) /* decoded histories are cached above this */
#define BLOCK_BYTES 8192              /* half the index of 4096, and a quarter less on disk */
#define BLOOM_BITS 10.0
#define LOG_NOTHING 4 /* FATAL_LEVEL: logging an error on a full disk aborts the process */

/* Files of the newest level that are merged with the next one, which has up to 256 MB. */
#define FED_FILES 8 /* 4 cost a quarter of the feed's time */
#define SCANNED_FILES 2
#define SCANS_MANY 10000 /* between two saves */

struct database {
	const char *what;
	size_t prefix_length; /* 0 for none */
	const char *folder;
	rocksdb_t *db; /* NULL: closed */
	rocksdb_options_t *options;
	rocksdb_readoptions_t *read;
	rocksdb_writeoptions_t *write;
	rocksdb_cache_t *cache;
	rocksdb_writebatch_t *batch;
	size_t scans; /* since the last save */
	bool scanned; /* files are merged soon (2) */
};

struct database_scan {
	struct database *database;
	rocksdb_iterator_t *iterator;
	rocksdb_readoptions_t *options;
	bool begun;
	char bound[]; /* the first key that is not of the scan */
};

/* Logs and frees ERROR. Returns -1. */
static int broken(const struct database *database, const char *doing, char *error)
{
	database_folder_report(database->folder, database->what, doing, error);
	rocksdb_free(error);
	return -1;
}

struct database *database_new(const char *what, size_t prefix_length)
{
	struct database *database = calloc(1, sizeof(*database));
	rocksdb_block_based_table_options_t *table;

	if (database == NULL)
		return NULL;
	database->what = what;
	database->prefix_length = prefix_length;
	table = rocksdb_block_based_options_create();
	database->options = rocksdb_options_create();
	database->cache = rocksdb_cache_create_lru(BLOCK_CACHE_BYTES);
	rocksdb_block_based_options_set_block_cache(table, database->cache);
	rocksdb_block_based_options_set_block_size(table, BLOCK_BYTES);
	rocksdb_block_based_options_set_filter_policy(
		table, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
	rocksdb_options_set_block_based_table_factory(database->options, table);
	rocksdb_block_based_options_destroy(table);
	if (prefix_length > 0)
		rocksdb_options_set_prefix_extractor(
			database->options,
			rocksdb_slicetransform_create_fixed_prefix(prefix_length));
	rocksdb_options_set_memtable_prefix_bloom_size_ratio(database->options, 0.1);
	rocksdb_options_set_memtable_whole_key_filtering(database->options, 1);
	rocksdb_options_set_create_if_missing(database->options, 1);
	rocksdb_options_set_paranoid_checks(database->options, 1);
	rocksdb_options_set_compression(database->options, rocksdb_lz4_compression);
	rocksdb_options_set_level0_file_num_compaction_trigger(database->options, FED_FILES);
	rocksdb_options_set_keep_log_file_num(database->options, 2);
	rocksdb_options_set_info_log_level(database->options, LOG_NOTHING);
	rocksdb_options_set_max_open_files(database->options, 256);
	database->read = rocksdb_readoptions_create();
	database->write = rocksdb_writeoptions_create();
	rocksdb_writeoptions_disable_WAL(database->write, 1);
	database->batch = rocksdb_writebatch_create();
	return database;
}

void database_free(struct database *database)
{
	if (database == NULL)
		return;
	database_close(database);
	rocksdb_writebatch_destroy(database->batch);
	rocksdb_writeoptions_destroy(database->write);
	rocksdb_readoptions_destroy(database->read);
	rocksdb_options_destroy(database->options);
	rocksdb_cache_destroy(database->cache);
	free(database);
}

int database_open(struct database *database, const char *folder, char reason[DATABASE_REASON_SIZE])
{
	char *error = NULL;

	database->folder = folder;
	database->scans = 0;
	database->scanned = false;
	database->db = rocksdb_open(database->options, folder, &error);
	if (error == NULL)
		return 1;
	if (!database_error_is_damage(error))
		return broken(database, "open it", error);
	snprintf(reason, DATABASE_REASON_SIZE, "%s", error);
	rocksdb_free(error);
	return 0;
}

bool database_is_open(const struct database *database)
{
	return database->db != NULL;
}

void database_close(struct database *database)
{
	if (database->db != NULL)
		rocksdb_close(database->db);
	database->db = NULL;
}

int database_remove_files(struct database *database, const char *folder)
{
	char *error = NULL;

	database->folder = folder;
	rocksdb_destroy_db(database->options, folder, &error);
	return error != NULL ? broken(database, "empty it", error) : 0;
}

/* ---- Reading and writing rows ---- */

int database_get(struct database *database, struct span key, struct text *value)
{
	rocksdb_pinnableslice_t *slice;
	char *error = NULL;
	const char *found;
	size_t length;

	text_clear(value);
	slice = rocksdb_get_pinned(database->db, database->read, key.data, key.length, &error);
	if (error != NULL)
		return broken(database, "read", error);
	if (slice == NULL)
		return 0;
	found = rocksdb_pinnableslice_value(slice, &length);
	text_add(value, found, length);
	rocksdb_pinnableslice_destroy(slice);
	return 1;
}

void database_put(struct database *database, struct span key, struct span value)
{
	rocksdb_writebatch_put(database->batch, key.data, key.length, value.data, value.length);
}

void database_remove(struct database *database, struct span key)
{
	rocksdb_writebatch_delete(database->batch, key.data, key.length);
}

void database_remove_range(struct database *database, struct span from, struct span to)
{
	rocksdb_writebatch_delete_range(database->batch, from.data, from.length, to.data,
					to.length);
}

int database_write(struct database *database, size_t *bytes)
{
	char *error = NULL;
	size_t written;

	rocksdb_writebatch_data(database->batch, &written);
	*bytes += written;
	rocksdb_write(database->db, database->write, database->batch, &error);
	rocksdb_writebatch_clear(database->batch);
	return error != NULL ? broken(database, "write", error) : 0;
}

/* Chooses when files are merged (2). RocksDB looks for files to merge when that changes. */
static void merge_by_use(struct database *database, bool scanned)
{
	static const char *const option[] = {"level0_file_num_compaction_trigger"};
	char number[12], *error = NULL;
	const char *const files[] = {number};

	if (database->scanned == scanned)
		return;
	database->scanned = scanned;
	snprintf(number, sizeof(number), "%d", scanned ? SCANNED_FILES : FED_FILES);
	rocksdb_set_options(database->db, 1, option, files, &error);
	if (error != NULL)
		broken(database, "choose when to merge files", error);
}

int database_save(struct database *database, bool wait)
{
	rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
	char *error = NULL;

	merge_by_use(database, database->scans >= SCANS_MANY);
	database->scans = 0;
	rocksdb_flushoptions_set_wait(options, wait);
	rocksdb_flush(database->db, options, &error);
	rocksdb_flushoptions_destroy(options);
	return error != NULL ? broken(database, "write", error) : 0;
}

/* ---- Scans ---- */

struct database_scan *database_scan_begin(struct database *database, struct span prefix,
					  struct span from)
{
	struct database_scan *scan = calloc(1, sizeof(*scan) + prefix.length);
	size_t bound_length;

	if (scan == NULL)
		return NULL;
	if (++database->scans == SCANS_MANY)
		merge_by_use(database, true);
	scan->database = database;
	scan->options = rocksdb_readoptions_create();
	rocksdb_readoptions_set_total_order_seek(scan->options,
						 prefix.length < database->prefix_length);
	/* Without a bound, a seek passes all rows that were removed after those of the prefix. */
	bound_length = span_after(prefix, scan->bound);
	if (bound_length > 0)
		rocksdb_readoptions_set_iterate_upper_bound(scan->options, scan->bound,
							    bound_length);
	scan->iterator = rocksdb_create_iterator(database->db, scan->options);
	rocksdb_iter_seek(scan->iterator, from.data, from.length);
	return scan;
}

int database_scan_next(struct database_scan *scan, struct span *key, struct span *value)
{
	char *error = NULL;

	if (scan->begun)
		rocksdb_iter_next(scan->iterator);
	scan->begun = true;
	if (!rocksdb_iter_valid(scan->iterator)) {
		rocksdb_iter_get_error(scan->iterator, &error);
		return error != NULL ? broken(scan->database, "read", error) : 0;
	}
	key->data = rocksdb_iter_key(scan->iterator, &key->length);
	value->data = rocksdb_iter_value(scan->iterator, &value->length);
	return 1;
}

void database_scan_end(struct database_scan *scan)
{
	rocksdb_iter_destroy(scan->iterator);
	rocksdb_readoptions_destroy(scan->options);
	free(scan);
}

struct database_size database_size(const struct database *database)
{
	struct database_size size = {0};

	if (database->db == NULL)
		return size;
	rocksdb_property_int(database->db, "rocksdb.total-sst-files-size", &size.disk);
	rocksdb_property_int(database->db, "rocksdb.cur-size-all-mem-tables", &size.memory);
	return size;
}
