/* link_watch.h - the kernel's word that interfaces came or went. */
#ifndef TENURE_FLOWS_LINK_WATCH_H
#define TENURE_FLOWS_LINK_WATCH_H

#include <stdbool.h>

/* A descriptor that becomes readable when an interface of this network namespace
 * changes; -1 where the kernel gives none. */
int link_watch_open(void);
/* Reads all that is there; true when anything was. */
bool link_watch_read(int fd);

#endif
