#include "common/timeline/store/store_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program/log.h"

#define DAMAGED_MAX 1000 /* nobody keeps that many */

bool store_folder_has(const char *folder, const char *name)
{
	char path[STORE_PATH_SIZE + 32];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &status) == 0;
}

int store_folder_mark(const char *folder, const char *name)
{
	char path[STORE_PATH_SIZE + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	return file != NULL && fclose(file) == 0 ? 0 : -1;
}

/* Written by RocksDB before CURRENT; all there is when it was killed while it created a store. */
static bool is_of_rocksdb(const char *name)
{
	return strncmp(name, "LOG", 3) == 0 || strcmp(name, "LOCK") == 0 ||
	       strcmp(name, "IDENTITY") == 0 || strncmp(name, "MANIFEST-", 9) == 0 ||
	       strstr(name, ".dbtmp") != NULL || strstr(name, ".log") != NULL;
}

bool store_folder_is_foreign(const char *folder)
{
	bool foreign = false;
	struct dirent *entry;
	DIR *files;

	if (store_folder_has(folder, "CURRENT") || store_folder_has(folder, DAMAGE_MARK))
		return false;
	files = opendir(folder);
	if (files == NULL)
		return false;
	for (entry = readdir(files); entry != NULL && !foreign; entry = readdir(files))
		foreign = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			  !is_of_rocksdb(entry->d_name);
	closedir(files);
	return foreign;
}

int store_folder_set_aside(const char *folder, const char *reason)
{
	char aside[STORE_PATH_SIZE + 32];
	struct stat status;

	for (int n = 1; n < DAMAGED_MAX; n++) {
		snprintf(aside, sizeof(aside), "%s.damaged-%d", folder, n);
		if (stat(aside, &status) == 0)
			continue;
		if (rename(folder, aside) != 0)
			break;
		log_warn("timeline %s: %s; set aside as %s, and rebuilt from the topic", folder,
			 reason, aside);
		return 0;
	}
	log_error("timeline %s: %s, and cannot be set aside as %s: %s", folder, reason, aside,
		  strerror(errno));
	return -1;
}
