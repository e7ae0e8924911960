#include "common/http/http_listen.h"

#include <inttypes.h>

#include "common/program/listen.h"
#include "common/program/log.h"

struct http_server *http_listen_open(const char *address, const struct http_server_options *options)
{
	struct listen_address place;
	struct http_server *server;
	char text[LISTEN_TEXT_SIZE];
	int fd;

	if (listen_parse(address, &place) < 0)
		return NULL;
	fd = listen_open("--listen", SOCK_STREAM, &place);
	if (fd < 0)
		return NULL;
	server = http_server_open(fd, options);
	if (server == NULL)
		return NULL;
	listen_format(&place, text);
	log_info("http: listening on %s", text);
	return server;
}

void http_listen_report(const struct http_server *server)
{
	struct http_server_stats stats = http_server_stats(server);

	log_info("http requests=%" PRIu64 " refused=%" PRIu64 " busy=%" PRIu64
		 " timed_out=%" PRIu64,
		 stats.requests, stats.refused, stats.busy, stats.timed_out);
}
