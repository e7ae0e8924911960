/* Two kubeconfigs, with a byte 0 between them, merged: whatever is in them, what is read is complete
 * and safe to send, and a file merged with itself, or with an empty one, is that file. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/scan.h"
#include "common/program/log.h"
#include "producers/kube/access.h"
#include "producers/kube/exec_plugin.h"
#include "producers/kube/kubeconfig.h"

#define INFO "KUBERNETES_EXEC_INFO="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of the one that prints. */
void log_write(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A file with these bytes; PATH gets its name. */
static int file_of(const uint8_t *data, size_t size, char path[static 64])
{
	int fd = memfd_create("kubeconfig", MFD_CLOEXEC);

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* The plug-in gets JSON, whatever YAML it was; it may be deeper than we read ourselves. */
static void check_plugin(const struct exec_plugin *plugin)
{
	const char *info = NULL;
	enum scan_outcome outcome;

	check(plugin->arguments.count > 0 && plugin->pid == 0);
	for (size_t i = 0; i < plugin->environment.count; i++)
		if (strncmp(plugin->environment.list[i], INFO, strlen(INFO)) == 0)
			info = plugin->environment.list[i] + strlen(INFO);
	check(info != NULL);
	outcome = scan_validate(info, strlen(info));
	check(outcome == SCAN_GOOD || outcome == SCAN_TOO_DEEP);
}

static void check_access(const struct access *access)
{
	check(strncmp(access->server, "https://", 8) == 0 ||
	      strncmp(access->server, "http://", 7) == 0);
	check(strchr(access->server, '@') == NULL);
	check((access->certificate.data == NULL) == (access->key.data == NULL));
	check(access->token.data == NULL || access_is_header_value(access->token.data));
	for (size_t i = 0; i < access->headers.count; i++)
		check(strncmp(access->headers.list[i], "Impersonate-", 12) == 0 &&
		      access_is_header_value(access->headers.list[i]));
	if (access->plugin != NULL) {
		check(access->token.data == NULL && access->certificate.data == NULL);
		check_plugin(access->plugin);
	}
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Merging FIRST and SECOND gives the same as FIRST alone. */
static void check_same(const char *first, const char *second, enum kubeconfig_outcome outcome,
		       const struct access *alone)
{
	struct access merged = {0};
	char list[160];

	snprintf(list, sizeof(list), "%s:%s", first, second);
	check(kubeconfig_read(list, true, NULL, &merged) == outcome);
	check(same(merged.server, alone->server) && same(merged.token.data, alone->token.data) &&
	      same(merged.proxy, alone->proxy) && merged.headers.count == alone->headers.count);
	access_clear(&merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *middle = size > 0 ? memchr(data, 0, size) : NULL;
	size_t first = middle != NULL ? (size_t)(middle - data) : size;
	char paths[3][64], list[160];
	struct access alone = {0}, merged = {0};
	enum kubeconfig_outcome outcome;
	int fds[3];

	fds[0] = file_of(data, first, paths[0]);
	fds[1] =
		file_of(data + first + (middle != NULL), size - first - (middle != NULL), paths[1]);
	fds[2] = file_of(data, 0, paths[2]);
	outcome = kubeconfig_read(paths[0], false, NULL, &alone);
	check(outcome != KUBECONFIG_MISSING);
	if (outcome == KUBECONFIG_READ)
		check_access(&alone);
	check_same(paths[0], paths[0], outcome, &alone);
	check_same(paths[0], paths[2], outcome, &alone);
	check_same(paths[2], paths[0], outcome, &alone);
	snprintf(list, sizeof(list), "%s:%s", paths[0], paths[1]);
	if (kubeconfig_read(list, true, NULL, &merged) == KUBECONFIG_READ)
		check_access(&merged);
	access_clear(&alone);
	access_clear(&merged);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	return 0;
}
