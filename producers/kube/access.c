#include "producers/kube/access.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/program/log.h"

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

void access_clear(struct access *access)
{
	if (access == NULL)
		return;
	free(access->source);
	free(access->server);
	free(access->authority.data);
	free(access->certificate.data);
	free(access->key.data);
	free(access->token);
	free(access->token_file);
	free(access->proxy);
	free(access->tls_server_name);
	*access = (struct access){0};
}

int access_read_file(const char *path, const char *purpose, struct access_bytes *bytes)
{
	FILE *file = fopen(path, "rb");
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

	*bytes = (struct access_bytes){fitting != NULL ? fitting : data, length};
	data = NULL;
	rc = 0;
out:
	free(data);
	if (file != NULL)
		fclose(file);
	return rc;
}

void access_refresh_token(struct access *access)
{
	struct access_bytes bytes;

	if (access->token_file == NULL || access_read_file(access->token_file, "token", &bytes) < 0)
		return;
	while (bytes.length > 0 && isspace((unsigned char)bytes.data[bytes.length - 1]))
		bytes.data[--bytes.length] = '\0';
	if (bytes.length == 0) {
		log_error("%s, the token, is empty", access->token_file);
		free(bytes.data);
		return;
	}
	free(access->token);
	access->token = bytes.data;
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
	read.token_file = strdup(ACCOUNT "token");
	if (read.source == NULL || read.server == NULL || read.token_file == NULL ||
	    server.failed) {
		log_error("out of memory");
		goto out;
	}
	if (access_read_file(ACCOUNT "ca.crt", "service account's ca.crt", &read.authority) < 0)
		goto out;
	access_refresh_token(&read);
	if (read.token == NULL)
		goto out;
	*access = read;
	read = (struct access){0};
	rc = 0;
out:
	text_free(&server);
	access_clear(&read);
	return rc;
}
