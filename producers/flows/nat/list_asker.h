/* list_asker.h - asks conntrack for a list of its connections, also after privileges were given up.
 *
 * The kernel wants CAP_NET_ADMIN of the process that asks, each time; who reads the answer needs
 * none. So a child process keeps that capability and does nothing but send one constant request
 * on a socket that both share: it reads no byte of the network's or the kernel's.
 *
 * (1) The child ends when its parent does.
 */
#ifndef TENURE_FLOWS_LIST_ASKER_H
#define TENURE_FLOWS_LIST_ASKER_H

#include <sys/types.h>

struct list_asker {
	pid_t child; /* 0 for none */
	int pipe;    /* to it */
};

/* Starts the child, which asks on the netlink socket FD. Returns -1 on failure (logged). */
int list_asker_start(struct list_asker *asker, int fd);
void list_asker_stop(struct list_asker *asker);

/* The list comes to FD. Returns -1 if the child is gone (logged). */
int list_asker_ask(const struct list_asker *asker);

#endif
