/* link_watch.h - the interfaces of this network namespace, followed through the kernel's rtnetlink.
 *
 * (1) link_watch_fd() becomes readable when one appears, changes or goes.
 * (2) When notices were lost, because more came than the socket holds, all interfaces are listed again. Until that
 *     list is read, nothing is said to be new at a certain time (link_table.h).
 * (3) No privilege is needed.
 */
#ifndef TENURE_FLOWS_LINK_WATCH_H
#define TENURE_FLOWS_LINK_WATCH_H

#include "producers/flows/links/link_table.h"

#define LINK_WATCH_MAX 16384 /* interfaces, of 72 bytes each */

struct link_watch;

/* Lists what is there, which takes milliseconds. Returns NULL if the kernel refuses (logged). */
struct link_watch *link_watch_open(void);
/* Calls TELL with WITH and the name of each interface that has received no packet. */
void link_watch_find_silent(void (*tell)(void *with, const char *name), void *with);
void link_watch_close(struct link_watch *watch);
int link_watch_fd(const struct link_watch *watch);

/* Reads what has come, without waiting. Returns true if an interface may have appeared, changed or gone. */
bool link_watch_read(struct link_watch *watch);
const struct link_table *link_watch_table(const struct link_watch *watch);
/* What the last call of link_watch_read() found missing was not there from then on. */
struct when link_watch_until(const struct link_watch *watch);
/* When it was called, by when_steady(). */
struct when link_watch_at(const struct link_watch *watch);

#endif
