/* http_listen.h - a program's HTTP server: where it listens, and what it did. */
#ifndef TENURE_HTTP_LISTEN_H
#define TENURE_HTTP_LISTEN_H

#include "common/http/http_server.h"

/* Serves as http_server_open() does, at ADDRESS, the value of --listen, which listen_check() found good,
 * and logs where. NULL after logging. */
struct http_server *http_listen_open(const char *address,
				     const struct http_server_options *options);
/* Logs how many requests there were. */
void http_listen_report(const struct http_server *server);

#endif
