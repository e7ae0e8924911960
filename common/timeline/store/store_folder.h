/* store_folder.h - the folder of a store: its marks, and how it is set aside.
 *
 * A mark is an empty file. The folder's name must leave room for 32 more bytes in
 * STORE_PATH_SIZE.
 */
#ifndef TENURE_STORE_FOLDER_H
#define TENURE_STORE_FOLDER_H

#include <stdbool.h>

#define STORE_PATH_SIZE 4096
#define STORE_REASON_SIZE 512
#define DAMAGE_MARK "DAMAGED"

/* Sets FOLDER to DIRECTORY; if that is NULL, to a temporary one, which is created. -1 after
 * logging. */
int store_folder_name(char folder[STORE_PATH_SIZE], const char *directory);

bool store_folder_has(const char *folder, const char *name);
/* Creates the mark NAME. -1 after logging. */
int store_folder_mark(const char *folder, const char *name);

/* Removes it, if it is there. -1 after logging. */
int store_folder_unmark(const char *folder, const char *name);

/* Logs that ERROR of RocksDB prevented DOING, and marks FOLDER if it is damage. */
void store_folder_report(const char *folder, const char *doing, const char *error);

/* 1: RocksDB may open it; 0: damaged, with the REASON; -1: it has other files, logged. */
int store_folder_check(const char *folder, char reason[STORE_REASON_SIZE]);

/* Renames FOLDER to FOLDER.damaged, in place of an older one, and logs REASON and the new name.
 * -1 after logging. */
int store_folder_set_aside(const char *folder, const char *reason);

#endif
