#define _GNU_SOURCE /* pipe2 */
#include "tests/unit/producers/kube/config_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[32];
static char said[4096];

int config_folder_make(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/kube-config-test-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

int config_folder_remove(void **state)
{
	DIR *directory = opendir(folder);

	(void)state;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		unlink(config_folder_path(entry->d_name));
	closedir(directory);
	return rmdir(folder);
}

const char *config_folder_path(const char *name)
{
	static char paths[4][320];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void config_folder_put(const char *name, const char *text)
{
	FILE *file = fopen(config_folder_path(name), "w");

	assert_non_null(file);
	assert_int_not_equal(fputs(text, file), EOF);
	assert_int_equal(fclose(file), 0);
}

enum kubeconfig_outcome config_folder_read_files(const char *path, bool is_list,
						 const char *context, struct access *access)
{
	int saved = dup(STDERR_FILENO), pipe_ends[2];
	enum kubeconfig_outcome outcome;
	ssize_t length;

	assert_int_equal(pipe2(pipe_ends, O_NONBLOCK), 0);
	dup2(pipe_ends[1], STDERR_FILENO);
	outcome = kubeconfig_read(path, is_list, context, access);
	dup2(saved, STDERR_FILENO);
	length = read(pipe_ends[0], said, sizeof(said) - 1);
	said[length > 0 ? length : 0] = '\0';
	close(saved);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return outcome;
}

enum kubeconfig_outcome config_folder_read(const char *text, const char *context,
					   struct access *access)
{
	config_folder_put("config", text);
	return config_folder_read_files(config_folder_path("config"), false, context, access);
}

const char *config_folder_said(void)
{
	return said;
}

void config_folder_refuses(const char *text, const char *context, const char *says)
{
	struct access access = {0};

	assert_int_equal(config_folder_read(text, context, &access), KUBECONFIG_BAD);
	if (strstr(said, says) == NULL)
		fail_msg("said '%s', expected '%s'", said, says);
	assert_non_null(strstr(said, folder));
	assert_null(access.server);
}
