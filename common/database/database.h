/* database.h - rows in files, in RocksDB. The only user of rocksdb/c.h.
 *
 * Errors are logged where they occur; one that is damage also marks the folder (database_folder.h).
 *
 * (1) RocksDB has no log of its own: what was written after the last save is lost with the process.
 *     Whatever reaches the disk is a prefix of what was written.
 * (2) Files are merged late while records are fed, and soon once there are scans: that costs the feed
 *     least, and a scan that finds one file takes half as long as one that finds eight.
 */
#ifndef TENURE_DATABASE_H
#define TENURE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/database/database_folder.h"

struct database;

/* Not open yet. WHAT, borrowed, is what it is, for the log: "timeline". Rows that are scanned together
 * share the first PREFIX_LENGTH bytes of their keys; 0 for any scans. NULL if out of memory. */
struct database *database_new(const char *what, size_t prefix_length);
/* Closes and frees it. */
void database_free(struct database *database);

/* Opens FOLDER, which is borrowed until it is closed; creates it if necessary. 1: opened; 0:
 * damaged, with the REASON; -1 after logging. */
int database_open(struct database *database, const char *folder, char reason[DATABASE_REASON_SIZE]);
bool database_is_open(const struct database *database);
void database_close(struct database *database);
/* Removes the files of a closed one in FOLDER. -1 after logging. */
int database_remove_files(struct database *database, const char *folder);

/* Reads the row KEY into VALUE, cleared first. 1 found, 0 not there, -1 after logging. */
int database_get(struct database *database, struct span key, struct text *value);

/* Add to the batch, which is in memory. */
void database_put(struct database *database, struct span key, struct span value);
void database_remove(struct database *database, struct span key);
/* Removes the rows with FROM <= key < TO. */
void database_remove_range(struct database *database, struct span from, struct span to);
/* Writes the batch as one, in memory, and empties it. The bytes are added to *BYTES. -1 after
 * logging. */
int database_write(struct database *database, size_t *bytes);
/* Moves what is in memory to disk. Waits until that is done, or only begins it. -1 after logging. */
int database_save(struct database *database, bool wait);

/* The rows whose keys begin with PREFIX, in order, the first not before FROM, which begins with
 * PREFIX too. Rows written later are not seen. NULL if out of memory; the next two take it. */
struct database_scan;
struct database_scan *database_scan_begin(struct database *database, struct span prefix,
					  struct span from);
/* 1: the next row, borrowed until the next step; 0: no more; -1 after logging. */
int database_scan_next(struct database_scan *scan, struct span *key, struct span *value);
void database_scan_end(struct database_scan *scan);

/* The bytes of its files, and of what is in memory until it is saved; zeros of a closed one. */
struct database_size {
	uint64_t disk, memory;
};
struct database_size database_size(const struct database *database);

#endif
