/* database_folder.h - the folder of a database: its marks, and how it is set aside.
 *
 * WHAT is what the database is, for the log: "timeline".
 * A mark is an empty file. The folder's name must leave room for 32 more bytes in
 * DATABASE_PATH_SIZE.
 */
#ifndef TENURE_DATABASE_FOLDER_H
#define TENURE_DATABASE_FOLDER_H

#include <stdbool.h>

#define DATABASE_PATH_SIZE 4096
#define DATABASE_REASON_SIZE 512
#define DATABASE_DAMAGE_MARK "DAMAGED"

/* Sets FOLDER to DIRECTORY; if that is NULL, to a temporary one, which is created. -1 after
 * logging. */
int database_folder_name(char folder[DATABASE_PATH_SIZE], const char *what, const char *directory);

bool database_folder_has(const char *folder, const char *name);
/* Creates the mark NAME. -1 after logging. */
int database_folder_mark(const char *folder, const char *name);

/* Removes it, if it is there. -1 after logging. */
int database_folder_unmark(const char *folder, const char *name);

/* Logs that ERROR of RocksDB prevented DOING, and marks FOLDER if it is damage. */
void database_folder_report(const char *folder, const char *what, const char *doing,
			    const char *error);

/* 1: RocksDB may open it; 0: damaged, with the REASON; -1: it has other files, logged. */
int database_folder_check(const char *folder, const char *what, char reason[DATABASE_REASON_SIZE]);

/* Renames FOLDER to FOLDER.damaged, in place of an older one, and logs REASON and the new name.
 * -1 after logging. */
int database_folder_set_aside(const char *folder, const char *what, const char *reason);

#endif
