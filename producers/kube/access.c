#include "producers/kube/access.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/exec_plugin.h"

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

static void free_bytes(struct access_bytes *bytes)
{
	free(bytes->data);
	free(bytes->path);
}

void access_clear(struct access *access)
{
	if (access == NULL)
		return;
	free(access->source);
	free(access->server);
	free(access->proxy);
	free(access->tls_server_name);
	free_bytes(&access->authority);
	free_bytes(&access->certificate);
	free_bytes(&access->key);
	free_bytes(&access->token);
	words_free(&access->headers);
	exec_plugin_free(access->plugin);
	*access = (struct access){0};
}

void access_set_bytes(struct access_bytes *bytes, char *data, size_t length)
{
	free(bytes->data);
	bytes->data = data;
	bytes->length = length;
}

bool access_is_header_value(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return *text != '\0';
}

int access_read_file(const char *path, const char *purpose, struct access_bytes *bytes)
{
	FILE *file = fopen(path, "rbe");
	char *data = malloc(ACCESS_FILE_MAX + 1);
	int rc = -1;

	if (file == NULL || data == NULL) {
		log_error("cannot read %s, the %s: %s", path, purpose, strerror(errno));
		goto out;
	}

	size_t length = fread(data, 1, ACCESS_FILE_MAX, file);

	if (ferror(file)) {
		log_error("cannot read %s, the %s: %s", path, purpose, strerror(errno));
		goto out;
	}
	if (length == ACCESS_FILE_MAX) {
		log_error("%s, the %s, is larger than %d bytes", path, purpose, ACCESS_FILE_MAX);
		goto out;
	}
	data[length] = '\0';

	char *fitting = realloc(data, length + 1);

	bytes->data = fitting != NULL ? fitting : data;
	bytes->length = length;
	data = NULL;
	rc = 0;
out:
	free(data);
	if (file != NULL)
		fclose(file);
	return rc;
}

int access_read_token(const char *path, struct access_bytes *token)
{
	struct access_bytes read = {0};

	if (access_read_file(path, "token", &read) < 0)
		return -1;
	while (read.length > 0 && isspace((unsigned char)read.data[read.length - 1]))
		read.data[--read.length] = '\0';
	if (strlen(read.data) == read.length && access_is_header_value(read.data)) {
		token->data = read.data;
		token->length = read.length;
		return 0;
	}
	log_error("%s, the token, %s", path,
		  read.length == 0 ? "is empty" : "has control characters");
	free(read.data);
	return -1;
}

bool access_in_cluster_present(void)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");

	return host != NULL && *host && port != NULL && *port;
}

int access_in_cluster(struct access *access)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	bool v6 = strchr(host, ':') != NULL;
	struct access read = {0};
	struct text server;
	int rc = -1;

	text_init(&server, 512);
	text_add_format(&server, "https://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
	read.source = strdup("the pod's service account");
	read.server = strdup(text_terminate(&server));
	read.token.path = strdup(ACCOUNT "token");
	read.authority.path = strdup(ACCOUNT "ca.crt");
	if (read.source == NULL || read.server == NULL || read.token.path == NULL ||
	    read.authority.path == NULL || server.failed) {
		log_error("out of memory");
		goto out;
	}
	if (access_read_file(read.authority.path, "service account's ca.crt", &read.authority) <
		    0 ||
	    access_read_token(read.token.path, &read.token) < 0)
		goto out;
	*access = read;
	read = (struct access){0};
	rc = 0;
out:
	text_free(&server);
	access_clear(&read);
	return rc;
}
