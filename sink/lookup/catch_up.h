/* catch_up.h - brings a timeline to the end of its topic, and shows how far it is.
 *
 * On a terminal a line shows it, from the second second on; elsewhere there is a log line each minute.
 */
#ifndef TENURE_CATCH_UP_H
#define TENURE_CATCH_UP_H

#include "common/timeline/kube_topic.h"

/* Reads ADDRESSES into TIMELINE up to where they end now, or until a signal comes, which is logged with
 * the time up to which the cluster is known. Returns 0 if TIMELINE can be asked, else -1 after
 * logging, with *EXIT_CODE set. */
int catch_up(struct timeline *timeline, const struct settings_list *addresses,
	     const struct bus_options *bus, int *exit_code);

#endif
