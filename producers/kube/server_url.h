/* server_url.h - how requests name the API server. Pure.
 *
 * libcurl has no option for the TLS name alone. With a tls-server-name the URL has that name,
 * and the server's own address goes into CONNECT_TO and the Host header.
 */
#ifndef TENURE_KUBE_SERVER_URL_H
#define TENURE_KUBE_SERVER_URL_H

#include <stdbool.h>

#include "common/base/text.h"

#define SERVER_URL_MAX 65536 /* bytes */

struct server_url {
	struct text base;       /* before every path */
	struct text host;       /* for a Host header, or empty */
	struct text connect_to; /* libcurl's CURLOPT_CONNECT_TO, or empty */
	bool loopback;
};

/* SERVER is a URL; TLS_SERVER_NAME may be NULL. -1 if out of memory. */
int server_url_make(struct server_url *url, const char *server, const char *tls_server_name);
void server_url_free(struct server_url *url);

#endif
