/* privileges.h - gives up what is no longer needed once the capture is open. */
#ifndef TENURE_FLOWS_PRIVILEGES_H
#define TENURE_FLOWS_PRIVILEGES_H

#include <stdbool.h>

/* Empties the capability sets and the bounding set, for this process and all that
 * it may start, and forbids to gain privileges by exec. KEEP_NET_RAW leaves
 * CAP_NET_RAW, where it was there, for interfaces that are yet to come. -1 after
 * logging. */
int privileges_drop(bool keep_net_raw);

#endif
