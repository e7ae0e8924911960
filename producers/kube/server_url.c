#include "producers/kube/server_url.h"

#include <string.h>

static bool is_loopback(const char *host)
{
	return strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0 ||
	       strncmp(host, "[::1]", 5) == 0;
}

int server_url_make(struct server_url *url, const char *server, const char *tls_server_name)
{
	const char *host = strstr(server, "://") + 3;
	const char *path = host + strcspn(host, "/");
	const char *address;

	text_init(&url->base, SERVER_URL_MAX);
	text_init(&url->host, SERVER_URL_MAX);
	text_init(&url->connect_to, SERVER_URL_MAX);
	url->loopback = is_loopback(host);
	if (tls_server_name == NULL) {
		text_add_string(&url->base, server);
	} else {
		text_add_format(&url->base, "https://%s%s", tls_server_name, path);
		text_add(&url->host, host, (size_t)(path - host));
		address = text_terminate(&url->host);
		text_add_format(&url->connect_to, "::%s%s", address,
				strchr(address, ':') != NULL ? "" : ":443");
	}
	return url->base.failed || url->host.failed || url->connect_to.failed ? -1 : 0;
}

void server_url_free(struct server_url *url)
{
	text_free(&url->base);
	text_free(&url->host);
	text_free(&url->connect_to);
}
