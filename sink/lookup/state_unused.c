#include "sink/lookup/state_unused.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/program/log.h"

#define PATH_SIZE 4096
#define HASH_DIGITS 16
#define DAY 86400 /* seconds */

static bool is_state(const char *name)
{
	static const char *const prefixes[] = {"lookup-", "serve-"};

	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		size_t length = strlen(prefixes[p]);

		if (strncmp(name, prefixes[p], length) == 0 &&
		    strlen(name + length) == HASH_DIGITS &&
		    strspn(name + length, "0123456789abcdef") == HASH_DIGITS)
			return true;
	}
	return false;
}

/* Locks the state whose lock file is PATH. Returns the descriptor, or -1 if there is none, or the state is
 * in use or was used lately, or another process has just removed it: there may be a new one at PATH. */
static int lock_unused(const char *path, struct when now)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat status;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 &&
	    status.st_nlink > 0 &&
	    status.st_mtime <= now.ns / NS_PER_SECOND - STATE_UNUSED_DAYS * DAY)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Removes FOLDER, its lock last: what a killed process has left is still a state. -1 with errno set. */
static int remove_state(char *folder, const char *lock)
{
	char *const paths[] = {folder, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	int rc = 0;
	FTSENT *entry;

	if (tree == NULL)
		return -1;
	while (rc == 0 && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info == FTS_D || entry->fts_level == FTS_ROOTLEVEL ||
		    strcmp(entry->fts_path, lock) == 0)
			continue;
		rc = remove(entry->fts_accpath);
	}
	fts_close(tree);
	return rc < 0 || unlink(lock) < 0 ? -1 : rmdir(folder);
}

static void remove_unused(const char *parent, const char *name, struct when now)
{
	char folder[PATH_SIZE], lock[PATH_SIZE + sizeof("/lock")];
	int fd;

	if ((size_t)snprintf(folder, sizeof(folder), "%s/%s", parent, name) >= sizeof(folder))
		return;
	snprintf(lock, sizeof(lock), "%s/lock", folder);
	fd = lock_unused(lock, now);
	if (fd < 0)
		return;
	if (remove_state(folder, lock) == 0)
		log_info("%s: removed, because it was not used for %d days", folder,
			 STATE_UNUSED_DAYS);
	else
		log_warn("%s: was not used for %d days, but cannot be removed: %s", folder,
			 STATE_UNUSED_DAYS, strerror(errno));
	close(fd);
}

void state_unused_remove(const char *folder, struct when now)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (is_state(entry->d_name))
			remove_unused(folder, entry->d_name, now);
	}
	closedir(directory);
}
