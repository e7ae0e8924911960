#include "common/timeline/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/database/database.h"
#include "common/database/database_folder.h"
#include "common/program/log.h"
#include "common/timeline/store/pending_rows.h"
#include "common/timeline/store/row_cache.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/save_rows.h"

#define PENDING_BYTES (8u << 20) /* many records of an object replace each other in it */
#define SAVE_BYTES (16u << 20)   /* what a killed process reads again */
#define STORE_WHAT "timeline"    /* for the log */
#define EMPTYING_MARK "EMPTYING" /* there while store_reset() removes the rest */

struct store {
	char directory[DATABASE_PATH_SIZE];
	bool temporary;
	struct database *database;
	struct pending_rows pending; /* committed, but not in RocksDB */
	struct row_cache cached;     /* of the rows in RocksDB */
	uint64_t saves;              /* the rows of save_rows.h */
	size_t bytes;                /* since the last save */
	bool saving;                 /* that one was not waited for */
};

struct store_scan {
	struct database_scan *rows;
};

/* Removes the files of the closed store, the mark last: a process killed in between is continued. */
static int empty(struct store *store)
{
	if (database_remove_files(store->database, store->directory) < 0)
		return -1;
	return database_folder_unmark(store->directory, EMPTYING_MARK);
}

static void close_database(struct store *store)
{
	database_close(store->database);
	pending_rows_clear(&store->pending);
	row_cache_clear(&store->cached);
}

/* 1: opened, and nothing is missing; 0: damaged, with the REASON; -1 after logging. */
static int open_whole(struct store *store, char reason[DATABASE_REASON_SIZE])
{
	int whole, opened = database_open(store->database, store->directory, reason);

	if (opened < 1)
		return opened;
	whole = save_rows_count(store, &store->saves);
	if (whole == 1)
		return 1;
	close_database(store);
	if (whole < 0 && !store_is_damaged(store))
		return -1;
	snprintf(reason, DATABASE_REASON_SIZE, "%s",
		 whole < 0 ? "cannot be read" : "a part of what was written is missing");
	return 0;
}

static int open_database(struct store *store)
{
	char reason[DATABASE_REASON_SIZE];
	int opened;

	store->bytes = 0;
	store->saving = false;
	if (database_folder_has(store->directory, EMPTYING_MARK) && empty(store) < 0)
		return -1;
	opened = database_folder_check(store->directory, STORE_WHAT, reason);
	if (opened == 1)
		opened = open_whole(store, reason);
	if (opened == 0 && database_folder_set_aside(store->directory, STORE_WHAT, reason) == 0)
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
	pending_rows_init(&store->pending);
	row_cache_init(&store->cached);
	store->temporary = directory == NULL;
	if (database_folder_name(store->directory, STORE_WHAT, directory) == 0) {
		store->database = database_new(STORE_WHAT, ROW_PREFIX_LENGTH);
		if (store->database == NULL)
			log_error("timeline: out of memory");
		else if (open_database(store) == 0)
			return store;
	}
	store_close(store);
	return NULL;
}

bool store_is_damaged(const struct store *store)
{
	return database_folder_has(store->directory, DATABASE_DAMAGE_MARK);
}

int store_replace(struct store *store, const char *reason)
{
	close_database(store);
	return database_folder_set_aside(store->directory, STORE_WHAT, reason) < 0
		       ? -1
		       : open_database(store);
}

int store_reset(struct store *store)
{
	close_database(store);
	return database_folder_mark(store->directory, EMPTYING_MARK) < 0 ? -1
									 : open_database(store);
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->database != NULL) {
		if (database_is_open(store->database) && !store->temporary)
			store_save(store);
		close_database(store);
		if (store->temporary) {
			database_remove_files(store->database, store->directory);
			rmdir(store->directory);
		}
	}
	database_free(store->database);
	pending_rows_free(&store->pending);
	row_cache_free(&store->cached);
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
	int found;

	if (key->failed)
		return no_memory(store);
	if (pending_rows_find(&store->pending, text_span(key), &row) ||
	    row_cache_find(&store->cached, text_span(key), &row))
		return take(store, row, value);
	found = database_get(store->database, text_span(key), value);
	if (found < 0)
		return -1;
	if (value->failed)
		return no_memory(store);
	row.removed = found == 0;
	row.value = text_span(value);
	row_cache_keep(&store->cached, row);
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
		row_cache_write(&store->cached, rows[r]);
		if (rows[r].removed)
			database_remove(store->database, rows[r].key);
		else
			database_put(store->database, rows[r].key, rows[r].value);
	}
	pending_rows_clear(&store->pending);
	return 0;
}

/* Writes the batch, with the row of the save, and moves what RocksDB has in memory to disk. */
static int save(struct store *store, bool wait)
{
	char key[SAVE_ROW_KEY_SIZE];

	row_key_save(key, ++store->saves);
	database_put(store->database, (struct span){key, sizeof(key)}, span_of(""));
	if (database_write(store->database, &store->bytes) < 0)
		return -1;
	store->bytes = 0;
	store->saving = !wait;
	return database_save(store->database, wait);
}

int store_flush(struct store *store)
{
	if (store->pending.accepted == 0)
		return 0;
	if (add_pending(store) < 0)
		return -1;
	return store->bytes < SAVE_BYTES ? database_write(store->database, &store->bytes)
					 : save(store, false);
}

/* A save that was not waited for is lost if RocksDB is closed meanwhile. */
int store_save(struct store *store)
{
	if (store_flush(store) < 0)
		return -1;
	return store->bytes > 0 || store->saving ? save(store, true) : 0;
}

struct store_scan *store_scan_begin(struct store *store, const struct text *prefix,
				    const struct text *from)
{
	struct store_scan *scan = NULL;

	if (store_flush(store) < 0)
		return NULL;
	if (!prefix->failed && !from->failed)
		scan = malloc(sizeof(*scan));
	if (scan != NULL)
		scan->rows =
			database_scan_begin(store->database, text_span(prefix), text_span(from));
	if (scan != NULL && scan->rows != NULL)
		return scan;
	free(scan);
	no_memory(store);
	return NULL;
}

int store_scan_next(struct store_scan *scan, struct span *key, struct span *value)
{
	return scan != NULL ? database_scan_next(scan->rows, key, value) : -1;
}

void store_scan_end(struct store_scan *scan)
{
	if (scan != NULL)
		database_scan_end(scan->rows);
	free(scan);
}

int store_damaged(struct store *store, const char *what)
{
	log_error("timeline %s: %s does not decode", store->directory, what);
	database_folder_mark(store->directory, DATABASE_DAMAGE_MARK);
	return -1;
}

struct database_size store_size(const struct store *store)
{
	return database_size(store->database);
}
