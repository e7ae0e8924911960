/* feed.h - brings the kube topic into the timeline, from where the store stands.
 *
 * A topic is one partition.  Files are one topic together, one after the other in the
 * order given: the position is the record's number over all of them.
 *
 * (1) The store is trusted only after the record before its next one was found again and
 *     is the same; otherwise it is emptied and the topic read from its start.
 * (2) A file whose first record is another one than the store began with is an error: the
 *     outputs that lie beside it were made from something else.
 */
#ifndef TENURE_FEED_H
#define TENURE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bus.h"
#include "common/timeline/timeline.h"

struct feed;

struct feed_stats {
	uint64_t records;
	uint64_t unreadable;
	uint64_t rebuilt; /* times that the store was emptied (1) */
};

/* Opens the feed of TIMELINE.  ADDRESSES and OPTIONS are borrowed.  NULL after logging,
 * with *EXIT_CODE set to what the program should end with. */
struct feed *feed_open(struct timeline *timeline, const struct settings_list *addresses,
		       const struct bus_options *options, int *exit_code);
void feed_close(struct feed *feed);

/* Applies at most LIMIT records that are there, waiting TIMEOUT_MS at most for the first.
 * Returns how many it read, -1 after logging. */
int feed_turn(struct feed *feed, int limit, int timeout_ms);

/* True once all that was there at opening is applied. */
bool feed_caught_up(const struct feed *feed);

struct feed_stats feed_stats(const struct feed *feed);

#endif
