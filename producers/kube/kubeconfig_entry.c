#include "producers/kube/kubeconfig_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/base64.h"

/* Looks for the entry in FILE. Returns how often its name is there; NAMES gets all names. */
static size_t find_in(const struct kubeconfig_file *file, struct kubeconfig_entry *entry,
		      struct text *names)
{
	struct yaml_value list = yaml_tree_member(yaml_tree_root(file->tree), entry->list);
	size_t found = 0;

	for (size_t i = 0; i < yaml_tree_items(list); i++) {
		struct yaml_value item = yaml_tree_item(list, i);
		const char *name = yaml_tree_text_at(item, "name");

		text_add_format(names, "%s%s", names->length > 0 ? ", " : "",
				name != NULL ? name : "?");
		if (name == NULL || strcmp(name, entry->name) != 0)
			continue;
		entry->path = file->path;
		entry->body = yaml_tree_member(item, entry->member);
		found++;
	}
	return found;
}

int kubeconfig_entry_find(const struct kubeconfig_files *files, struct kubeconfig_entry *entry,
			  const char *who)
{
	struct text names;
	size_t found = 0;
	int rc = -1;

	text_init(&names, 1024);
	for (size_t i = 0; i < files->count && found == 0; i++)
		found = find_in(&files->list[i], entry, &names);
	if (found == 0)
		log_error("kubeconfig %s: %s names \"%s\", which is not among its %s (%s)",
			  files->source, who, entry->name, entry->list,
			  names.length > 0 ? text_terminate(&names) : "there are none");
	else if (found > 1)
		log_error("kubeconfig %s: %s has the name \"%s\" twice", entry->path, entry->list,
			  entry->name);
	else if (!yaml_tree_is_mapping(entry->body))
		log_error("kubeconfig %s: %s[%s] has no %s", entry->path, entry->list, entry->name,
			  entry->member);
	else
		rc = 0;
	text_free(&names);
	return rc;
}

int kubeconfig_entry_copy(char **to, const char *from)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	if (*to != NULL)
		return 0;
	log_error("out of memory");
	return -1;
}

char *kubeconfig_entry_resolve(const struct kubeconfig_entry *entry, const char *path)
{
	const char *slash = strrchr(entry->path, '/');
	int folder = *path == '/' || slash == NULL ? 0 : (int)(slash + 1 - entry->path);
	struct text joined;

	text_init(&joined, 8192);
	text_add_format(&joined, "%.*s%s", folder, entry->path, path);
	text_terminate(&joined);
	if (!joined.failed)
		return joined.data;
	log_error("kubeconfig %s: the file name %s is too long", entry->path, path);
	text_free(&joined);
	return NULL;
}

int kubeconfig_entry_take(const struct kubeconfig_entry *entry, const char *name,
			  struct access_bytes *bytes)
{
	char data_name[64], purpose[512];
	const char *path = yaml_tree_text_at(entry->body, name), *data;

	snprintf(data_name, sizeof(data_name), "%s-data", name);
	data = yaml_tree_text_at(entry->body, data_name);
	if (data != NULL) {
		bytes->data = base64_decode(data, &bytes->length);
		if (bytes->data != NULL)
			return 0;
		log_error("kubeconfig %s: %s of %s[%s] is not base64", entry->path, data_name,
			  entry->list, entry->name);
		return -1;
	}
	if (path == NULL)
		return 0;
	snprintf(purpose, sizeof(purpose), "%s of %s[%s] in %s", name, entry->list, entry->name,
		 entry->path);
	bytes->path = kubeconfig_entry_resolve(entry, path);
	return bytes->path != NULL ? access_read_file(bytes->path, purpose, bytes) : -1;
}
