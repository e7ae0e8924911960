/* kubeconfig_entry.h - an entry of a kubeconfig, such as users[NAME].user, in the files that are
 * merged. Messages name the entry's own file.
 *
 * As in kubernetes/client-go tools/clientcmd/loader.go, the first file that has an entry wins and
 * gives all of it, and relative paths are relative to that file's folder.
 */
#ifndef TENURE_KUBE_KUBECONFIG_ENTRY_H
#define TENURE_KUBE_KUBECONFIG_ENTRY_H

#include <stddef.h>

#include "producers/kube/access.h"
#include "producers/kube/yaml_tree.h"

struct kubeconfig_file {
	char *path;
	struct yaml_tree *tree;
};

struct kubeconfig_files {
	char *source; /* their names as they were given, for messages */
	struct kubeconfig_file *list;
	size_t count;
	size_t capacity;
};

struct kubeconfig_entry {
	const char *list;   /* "users" */
	const char *member; /* "user" */
	const char *name;
	const char *path; /* of its file */
	struct yaml_value body;
};

/* Finds the entry ENTRY->NAME of ENTRY->LIST, and its ENTRY->MEMBER. WHO named it, for messages. -1
 * after logging. */
int kubeconfig_entry_find(const struct kubeconfig_files *files, struct kubeconfig_entry *entry,
			  const char *who);

/* Sets *TO to a copy of FROM, unless that is NULL. -1 after logging. */
int kubeconfig_entry_copy(char **to, const char *from);
/* A new copy of PATH, which is relative to the folder of the entry's file. NULL after logging. */
char *kubeconfig_entry_resolve(const struct kubeconfig_entry *entry, const char *path);
/* Takes the base64 in the member NAME-data or, without it, the file that NAME names. -1 after
 * logging. */
int kubeconfig_entry_take(const struct kubeconfig_entry *entry, const char *name,
			  struct access_bytes *bytes);

#endif
