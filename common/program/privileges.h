/* privileges.h - gives up the capabilities that a program does not need. */
#ifndef TENURE_PRIVILEGES_H
#define TENURE_PRIVILEGES_H

enum privilege {
	PRIVILEGE_NONE = -1,
	PRIVILEGE_NET_BIND_SERVICE = 10, /* CAP_NET_BIND_SERVICE: ports below 1024 */
	PRIVILEGE_NET_ADMIN = 12,        /* CAP_NET_ADMIN */
	PRIVILEGE_NET_RAW = 13,          /* CAP_NET_RAW */
};

/* Makes PRIVILEGE effective if it is permitted. A file whose capabilities are only permitted (setcap cap_net_raw+p)
 * can be run without any, too, where one with effective capabilities (+ep) cannot. */
void privileges_raise(enum privilege privilege);
/* Empties the capability sets and the bounding set of this thread and of those that it
 * may start, and forbids gaining privileges by exec. Only KEPT stays, if it is held. Returns -1 on
 * failure (logged). */
int privileges_drop(enum privilege kept);

#endif
