/* privileges.h - gives up the capabilities that an open capture does not need. */
#ifndef TENURE_FLOWS_PRIVILEGES_H
#define TENURE_FLOWS_PRIVILEGES_H

#include <stdbool.h>

/* Empties the capability sets and the bounding set of this process and of those that it
 * may start, and forbids gaining privileges by exec. KEEP_NET_RAW keeps CAP_NET_RAW, if
 * it is held, for interfaces that appear later. Returns -1 on failure (logged). */
int privileges_drop(bool keep_net_raw);

#endif
