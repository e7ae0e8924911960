/* store.h - the timeline's rows in RocksDB.
 *
 * Keys and values are bytes; rows.h defines their meaning. database.h has the files.
 *
 * (1) What store_put() and store_remove() add to the batch becomes visible at store_commit().
 * (2) RocksDB has no log of its own. A save writes many commits to disk at once, in order, so a
 *     store on disk is always a prefix of what was committed. What a killed process had not saved
 *     (store.c: at most about 24 MiB) is read from the topic again.
 * (3) A store in which something before its end is missing is not such a prefix, and is set
 *     aside when it is opened (save_rows.h).
 * (4) Once RocksDB or a row has reported damage, the next store_open() sets the store aside.
 */
#ifndef TENURE_STORE_H
#define TENURE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "common/database/database.h"
#include "common/timeline/store/codec.h"

struct store;

/* Opens or creates the store in DIRECTORY; NULL: a temporary one. An unreadable one is set
 * aside as DIRECTORY.damaged. Returns NULL after logging. */
struct store *store_open(const char *directory);
/* Whether damage was reported (4). */
bool store_is_damaged(const struct store *store);
/* Sets the open store aside as after damage, and starts an empty one. -1 after logging. */
int store_replace(struct store *store, const char *reason);
/* Empties the store. -1 after logging. */
int store_reset(struct store *store);
void store_close(struct store *store);

/* A key or value that failed (out of memory) makes the call that takes it fail, logged. */

/* Reads the row KEY into VALUE, cleared first. 1 found, 0 not there, -1 after logging. */
int store_get(struct store *store, const struct text *key, struct text *value);

/* Adds a row to the batch; none of it is seen before store_commit(). -1 after logging. */
int store_put(struct store *store, const struct text *key, const struct text *value);
/* Adds the removal of the row KEY. -1 after logging. */
int store_remove(struct store *store, const struct text *key);
/* Ends the batch. Many batches are written together: at 8 MiB, before a scan and at the end.
 * -1 after logging. */
int store_commit(struct store *store);
/* Hands what was committed to RocksDB, in one batch; when enough has come together, it begins a
 * save. -1 after logging. */
int store_flush(struct store *store);
/* Flushes, and saves. store_close() does as well. -1 after logging. */
int store_save(struct store *store);

/* The rows whose keys begin with PREFIX, in order, the first not before FROM, which begins
 * with PREFIX too. Rows committed later are not seen. PREFIX is borrowed until the end of
 * the scan. NULL after logging; the next two take it. */
struct store_scan;
struct store_scan *store_scan_begin(struct store *store, const struct text *prefix,
				    const struct text *from);
/* 1: the next row, borrowed until the next step; 0: no more; -1 after logging. */
int store_scan_next(struct store_scan *scan, struct span *key, struct span *value);
void store_scan_end(struct store_scan *scan);

/* A row does not decode: logs it and remembers the damage (4). Returns -1. */
int store_damaged(struct store *store, const char *what);

/* database_size() */
struct database_size store_size(const struct store *store);

#endif
