/* privileges.h - gives up the capabilities that an open capture does not need. */
#ifndef TENURE_FLOWS_PRIVILEGES_H
#define TENURE_FLOWS_PRIVILEGES_H

enum privilege {
	PRIVILEGE_NONE = -1,
	PRIVILEGE_NET_ADMIN = 12, /* CAP_NET_ADMIN */
	PRIVILEGE_NET_RAW = 13,   /* CAP_NET_RAW */
};

/* Empties the capability sets and the bounding set of this process and of those that it
 * may start, and forbids gaining privileges by exec. Only KEPT stays, if it is held. Returns -1 on
 * failure (logged). */
int privileges_drop(enum privilege kept);

#endif
