#define _GNU_SOURCE /* nftw */
#include "common/database/database_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/database/database_error.h"
#include "common/program/log.h"

int database_folder_name(char folder[DATABASE_PATH_SIZE], const char *what, const char *directory)
{
	const char *base = getenv("TMPDIR");
	int length = directory != NULL ? snprintf(folder, DATABASE_PATH_SIZE, "%s", directory)
				       : snprintf(folder, DATABASE_PATH_SIZE, "%s/tenure-%s-XXXXXX",
						  base != NULL ? base : "/tmp", what);

	if (length <= 0 || length >= DATABASE_PATH_SIZE - 32) {
		log_error("%s: the folder's name is empty or too long", what);
		return -1;
	}
	if (directory == NULL && mkdtemp(folder) == NULL) {
		log_error("%s: cannot create %s: %s", what, folder, strerror(errno));
		return -1;
	}
	return 0;
}

bool database_folder_has(const char *folder, const char *name)
{
	char path[DATABASE_PATH_SIZE + 32];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &status) == 0;
}

int database_folder_mark(const char *folder, const char *name)
{
	char path[DATABASE_PATH_SIZE + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file != NULL && fclose(file) == 0)
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

int database_folder_unmark(const char *folder, const char *name)
{
	char path[DATABASE_PATH_SIZE + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

void database_folder_report(const char *folder, const char *what, const char *doing,
			    const char *error)
{
	log_error("%s %s: cannot %s: %s%s", what, folder, doing, error,
		  database_error_is_lock(error) ? "; another process uses it" : "");
	if (!database_error_is_damage(error))
		return;
	database_folder_mark(folder, DATABASE_DAMAGE_MARK);
	log_error("%s %s: is damaged; it will be set aside and rebuilt from the topic", what,
		  folder);
}

static bool is_table(const char *name)
{
	return strstr(name, ".sst") != NULL;
}

/* All there is when RocksDB was killed while it created a store, and the tables of any. */
static bool is_of_rocksdb(const char *name)
{
	return strncmp(name, "LOG", 3) == 0 || strcmp(name, "LOCK") == 0 ||
	       strcmp(name, "IDENTITY") == 0 || strncmp(name, "MANIFEST-", 9) == 0 ||
	       strncmp(name, "OPTIONS-", 8) == 0 || strstr(name, ".dbtmp") != NULL ||
	       strstr(name, ".log") != NULL || is_table(name);
}

static bool is_foreign(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_of_rocksdb(name);
}

/* Whether FOLDER has a file that IS. */
static bool has_any(const char *folder, bool (*is)(const char *name))
{
	DIR *files = opendir(folder);
	struct dirent *entry;
	bool found = false;

	if (files == NULL)
		return false;
	for (entry = readdir(files); entry != NULL && !found; entry = readdir(files))
		found = is(entry->d_name);
	closedir(files);
	return found;
}

int database_folder_check(const char *folder, const char *what, char reason[DATABASE_REASON_SIZE])
{
	bool begun = database_folder_has(folder, "CURRENT");

	if (database_folder_has(folder, DATABASE_DAMAGE_MARK)) {
		snprintf(reason, DATABASE_REASON_SIZE, "was found damaged");
		return 0;
	}
	if (!begun && has_any(folder, is_foreign)) {
		log_error("%s contains files, but not a %s; give an empty folder or a new name",
			  folder, what);
		return -1;
	}
	if (!begun && has_any(folder, is_table)) {
		snprintf(reason, DATABASE_REASON_SIZE, "the file CURRENT is missing");
		return 0;
	}
	return 1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

int database_folder_set_aside(const char *folder, const char *what, const char *reason)
{
	char aside[DATABASE_PATH_SIZE + 32];

	snprintf(aside, sizeof(aside), "%s.damaged", folder);
	if ((nftw(aside, remove_one, 8, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT) ||
	    rename(folder, aside) < 0) {
		log_error("%s %s: %s, and cannot be set aside as %s: %s", what, folder, reason,
			  aside, strerror(errno));
		return -1;
	}
	log_warn("%s %s: %s; set aside as %s, and rebuilt from the topic", what, folder, reason,
		 aside);
	return 0;
}
