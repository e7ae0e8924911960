#include "common/program/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/program/log.h"

/* Reads a port: up to five digits. */
static int parse_port(const char *text, in_port_t *port)
{
	unsigned number = 0;
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 5 || text[length] != '\0')
		return -1;
	for (size_t i = 0; i < length; i++)
		number = 10 * number + (unsigned)(text[i] - '0');
	if (number > UINT16_MAX)
		return -1;
	*port = htons((uint16_t)number);
	return 0;
}

int listen_parse(const char *text, struct listen_address *address)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - text);
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char host[INET6_ADDRSTRLEN + 2];
	in_port_t port;

	if (colon == NULL || length >= sizeof(host) || parse_port(colon + 1, &port) < 0)
		return -1;
	memcpy(host, text, length);
	host[length] = '\0';
	v4.sin_port = v6.sin6_port = port;
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
		memcpy(&address->socket, &v4, sizeof(v4));
		address->length = sizeof(v4);
		return 0;
	}
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &v6.sin6_addr) != 1)
			return -1;
	} else if (length > 0) {
		return -1;
	}
	memcpy(&address->socket, &v6, sizeof(v6));
	address->length = sizeof(v6);
	return 0;
}

enum privilege listen_privilege(const char *text)
{
	const char *colon = text == NULL ? NULL : strrchr(text, ':');
	in_port_t port;

	if (colon == NULL || parse_port(colon + 1, &port) < 0 || ntohs(port) == 0)
		return PRIVILEGE_NONE;
	return ntohs(port) < IPPORT_RESERVED ? PRIVILEGE_NET_BIND_SERVICE : PRIVILEGE_NONE;
}

int listen_check(const char *option, const char *text, int port)
{
	struct listen_address address;

	if (listen_parse(text, &address) == 0)
		return 0;
	log_error(
		"%s: \"%s\" is not an IP address and a port, such as 127.0.0.1:%d or [::1]:%d, nor "
		":%d for every address",
		option, text, port, port, port);
	return -1;
}

void listen_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

void listen_format(const struct listen_address *address, char text[static LISTEN_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN];

	if (address->socket.ss_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, &address->socket, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		snprintf(text, LISTEN_TEXT_SIZE, "%s:%d", host, ntohs(v4.sin_port));
	} else {
		struct sockaddr_in6 v6;

		memcpy(&v6, &address->socket, sizeof(v6));
		inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		snprintf(text, LISTEN_TEXT_SIZE, "[%s]:%d", host, ntohs(v6.sin6_port));
	}
}

/* Where the kernel has no IPv6, "every address" is every IPv4 address. */
static void use_v4(struct listen_address *address)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	memcpy(&v6, &address->socket, sizeof(v6));
	v4.sin_port = v6.sin6_port;
	memset(&address->socket, 0, sizeof(address->socket));
	memcpy(&address->socket, &v4, sizeof(v4));
	address->length = sizeof(v4);
}

static bool is_every(const struct listen_address *address)
{
	struct sockaddr_in6 v6;

	memcpy(&v6, &address->socket, sizeof(v6));
	return address->socket.ss_family == AF_INET6 &&
	       memcmp(&v6.sin6_addr, &in6addr_any, sizeof(in6addr_any)) == 0;
}

/* -1 with errno set. */
static int bind_at(int fd, int type, struct listen_address *address)
{
	int yes = 1, no = 0;
	const struct sockaddr *socket = (const struct sockaddr *)&address->socket;

	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (is_every(address))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, socket, address->length) < 0 ||
	    (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0))
		return -1;
	address->length = sizeof(address->socket);
	return getsockname(fd, (struct sockaddr *)&address->socket, &address->length);
}

int listen_open(const char *option, int type, struct listen_address *address)
{
	const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	char text[LISTEN_TEXT_SIZE];
	int fd = socket(address->socket.ss_family, type | flags, 0);

	if (fd < 0 && errno == EAFNOSUPPORT && is_every(address)) {
		use_v4(address);
		fd = socket(AF_INET, type | flags, 0);
	}
	if (fd >= 0 && bind_at(fd, type, address) == 0)
		return fd;
	listen_format(address, text);
	log_error("%s: cannot listen on %s: %s", option, text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
