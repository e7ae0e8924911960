/* listen.h - the socket that a server listens on.
 *
 * TEXT is "ADDRESS:PORT", "[IPv6 ADDRESS]:PORT", or ":PORT" for every address of the machine, IPv6
 * and IPv4. Port 0 is any free one.
 */
#ifndef TENURE_LISTEN_H
#define TENURE_LISTEN_H

#include <sys/socket.h>

#include "common/program/privileges.h"

struct listen_address {
	struct sockaddr_storage socket;
	socklen_t length;
};

#define LISTEN_TEXT_SIZE 64 /* longest "[ADDRESS]:PORT" with its NUL */

/* Reads TEXT. -1 if it is none of the forms above. */
int listen_parse(const char *text, struct listen_address *address);
/* What binding the port of TEXT takes, NULL for none, on a kernel as it comes: PRIVILEGE_NET_BIND_SERVICE or
 * PRIVILEGE_NONE. */
enum privilege listen_privilege(const char *text);
/* Logs what OPTION should be if TEXT is none of them, with PORT in the examples. -1 then. */
int listen_check(const char *option, const char *text, int port);
/* Raises the limit of open descriptors, which connections are: the usual 1,024 leave none for a
 * database. */
void listen_raise_limit(void);
/* Writes "ADDRESS:PORT" and a NUL. */
void listen_format(const struct listen_address *address, char text[static LISTEN_TEXT_SIZE]);

/* Opens a socket at ADDRESS that does not block; TYPE is SOCK_STREAM, which also listens, or
 * SOCK_DGRAM. *ADDRESS becomes where it is bound. Returns -1 after logging, with the name of
 * OPTION. */
int listen_open(const char *option, int type, struct listen_address *address);

#endif
