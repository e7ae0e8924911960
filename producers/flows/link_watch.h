/* link_watch.h - the kernel's notice that an interface appeared or disappeared. */
#ifndef TENURE_FLOWS_LINK_WATCH_H
#define TENURE_FLOWS_LINK_WATCH_H

#include <stdbool.h>

/* Returns a descriptor that becomes readable when an interface of this network namespace
 * changes, or -1 if the kernel refuses. */
int link_watch_open(void);
/* Reads all pending notices. Returns true if there were any. */
bool link_watch_read(int fd);

#endif
