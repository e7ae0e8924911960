/* http_hello: a bare libmicrohttpd server with the settings of common/http, which answers "hello" to everything.
 * Prints its port. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <microhttpd.h>

static enum MHD_Result answer(void *user, struct MHD_Connection *connection, const char *target,
			      const char *method, const char *version, const char *bytes,
			      size_t *length, void **context)
{
	(void)target;
	(void)method;
	(void)version;
	(void)bytes;
	(void)length;
	if (*context == NULL) {
		*context = user;
		return MHD_YES;
	}
	*context = NULL;
	return MHD_queue_response(connection, MHD_HTTP_OK, user);
}

int main(void)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		5, (void *)(uintptr_t) "hello", MHD_RESPMEM_PERSISTENT);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, answer, response,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
		1024u, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(16 * 1024),
		MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_END);
	struct pollfd fd = {.events = POLLIN};

	if (daemon == NULL || response == NULL)
		return EXIT_FAILURE;
	printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	fd.fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	for (;;) {
		MHD_UNSIGNED_LONG_LONG timeout_ms;
		int wait = MHD_get_timeout(daemon, &timeout_ms) == MHD_YES && timeout_ms < 50
				   ? (int)timeout_ms
				   : 50;

		poll(&fd, 1, wait);
		if (MHD_run(daemon) != MHD_YES)
			return EXIT_FAILURE;
	}
}
