/* store_folder.h - the folder of a store: its marks, and how it is set aside.
 *
 * A mark is an empty file. The folder's name must leave room for 32 more bytes in
 * STORE_PATH_SIZE.
 */
#ifndef TENURE_STORE_FOLDER_H
#define TENURE_STORE_FOLDER_H

#include <stdbool.h>

#define STORE_PATH_SIZE 4096
#define DAMAGE_MARK "DAMAGED"

bool store_folder_has(const char *folder, const char *name);
/* Creates the mark NAME. -1 with errno set. */
int store_folder_mark(const char *folder, const char *name);

/* FOLDER holds something, but not a store: the user named the wrong one. */
bool store_folder_is_foreign(const char *folder);

/* Renames FOLDER to FOLDER.damaged-N, the first N that is free, and logs REASON and the new
 * name. -1 after logging. */
int store_folder_set_aside(const char *folder, const char *reason);

#endif
