#include "producers/flows/files.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"

struct item {
	const char *path;
	struct savefile *file; /* NULL until it is read, if it can be opened again */
	struct when first;
	size_t given;  /* its place on the command line */
	uint64_t size; /* bytes, 0 if that is not known */
};

struct files {
	const struct savefile_options *options;
	struct interfaces *interfaces;
	struct capture_stats stats; /* of the files that are closed */
	int exit_code;
	uint64_t done; /* bytes of the files that are closed */
	size_t count;
	size_t at; /* the file being read */
	struct item items[SETTINGS_LIST_MAX];
};

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->first.ns != y->first.ns)
		return when_before(x->first, y->first) ? -1 : 1;
	return (x->given > y->given) - (x->given < y->given);
}

/* AGAIN as for savefile_open(). */
static int open_item(struct files *files, struct item *item, bool again)
{
	int exit_code = EX_OK;

	if (item->file == NULL)
		item->file = savefile_open(item->path, files->options, files->interfaces, again,
					   &exit_code);
	return exit_code;
}

/* Finds the time of ITEM's first frame. */
static int look_at(struct files *files, struct item *item)
{
	int exit_code = open_item(files, item, true);
	uint64_t done;

	if (exit_code != EX_OK)
		return exit_code;
	item->first = savefile_first_time(item->file);
	savefile_progress(item->file, &done, &item->size);
	if (savefile_is_regular(item->file)) {
		savefile_close(item->file);
		item->file = NULL;
	}
	return EX_OK;
}

struct files *files_open(const struct settings_list *paths, const struct savefile_options *options,
			 struct interfaces *interfaces, int *exit_code)
{
	struct files *files = calloc(1, sizeof(*files));

	*exit_code = EX_OSERR;
	if (files == NULL) {
		log_error("out of memory");
		return NULL;
	}
	files->options = options;
	files->interfaces = interfaces;
	*exit_code = EX_OK;
	for (size_t i = 0; i < paths->count; i++) {
		struct item *item = &files->items[files->count++];

		*item = (struct item){.path = paths->values[i], .given = i};
		*exit_code =
			paths->count == 1 ? open_item(files, item, false) : look_at(files, item);
		if (*exit_code != EX_OK) {
			files_close(files);
			return NULL;
		}
	}
	qsort(files->items, files->count, sizeof(files->items[0]), compare);
	return files;
}

void files_close(struct files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++)
		savefile_close(files->items[i].file);
	free(files);
}

enum capture_status files_read(struct files *files, struct packet *packets, size_t max,
			       size_t *count)
{
	uint64_t done;

	*count = 0;
	while (files->at < files->count) {
		struct item *item = &files->items[files->at];

		files->exit_code = open_item(files, item, false);
		if (files->exit_code != EX_OK) {
			files->at = files->count;
			break;
		}
		if (savefile_read(item->file, packets, max, count) == CAPTURE_PACKETS)
			return CAPTURE_PACKETS;
		savefile_add_stats(item->file, &files->stats);
		savefile_progress(item->file, &done, &item->size);
		files->done += done;
		savefile_close(item->file);
		item->file = NULL;
		files->at++;
	}
	return CAPTURE_END;
}

int files_exit_code(const struct files *files)
{
	return files->exit_code;
}

void files_progress(const struct files *files, uint64_t *done, uint64_t *total)
{
	uint64_t of_one, size;
	bool known = true;

	*done = files->done;
	*total = 0;
	for (size_t i = 0; i < files->count; i++) {
		size = files->items[i].size;
		if (files->items[i].file != NULL) {
			savefile_progress(files->items[i].file, &of_one, &size);
			*done += of_one;
		}
		known &= size > 0;
		*total += size;
	}
	if (!known)
		*total = 0;
}

void files_get_stats(const struct files *files, struct capture_stats *stats)
{
	*stats = files->stats;
	if (files->at < files->count && files->items[files->at].file != NULL)
		savefile_add_stats(files->items[files->at].file, stats);
}
