/* load.h - brings a timeline to where the kube topic ends now.
 *
 * Files are one topic together, one after the other: an offset is the record's number
 * over all of them.
 *
 * (1) A store from an earlier run is trusted only if the topic still holds the record
 *     that it ended with (and, in files, the one it began with); otherwise it is
 *     emptied and made anew.
 * (2) A record that cannot be read is counted, the first is kept as an example, and
 *     the topic goes on.
 */
#ifndef TENURE_LOAD_H
#define TENURE_LOAD_H

#include <stdint.h>

#include "common/bus.h"
#include "common/settings.h"
#include "common/timeline/timeline.h"

struct load_stats {
	uint64_t records; /* that were new to the store */
	uint64_t unreadable;
	int64_t example; /* offset of the first of these */
	const char *why; /* static text */
};

enum load_outcome { LOAD_DONE, LOAD_STOPPED, LOAD_NO_INPUT, LOAD_BROKEN };

/* Applies all that is in ADDRESSES, files or one topic.  LOAD_NO_INPUT and LOAD_BROKEN
 * are logged. */
enum load_outcome load_topic(struct timeline *timeline, const struct settings_list *addresses,
			     const struct bus_options *options, struct load_stats *stats);

#endif
