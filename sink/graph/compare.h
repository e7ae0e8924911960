/* compare.h - what changed on each edge from one window to another. Pure.
 *
 *   new            only the later window has flows whose ends are known to be these
 *   gone           only the earlier one has
 *   more_errors    a larger share of the flows failed, or of the requests that were read (interval.h)
 *   fewer_errors   a smaller share
 *   slower         the 95th percentile of the response times rose or, if that is not proven either way, the
 *                  median (interval.h): those of turns, or the times to the first byte of messages
 *   faster         it fell
 *   same           nothing of this is proven
 *   unknown        flows only in one window, but the other may have had some: it is not wholly known, has
 *                  further edges, or has an edge between the same two whose client is not known
 *
 * Messages are compared with messages, and turns with turns: where one window has only these and the other only
 * those, no time is slower or faster.
 *
 * (1) An edge has the first of these that is true, in the order of enum compare_change.
 */
#ifndef TENURE_COMPARE_H
#define TENURE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "sink/graph/snapshot.h"

enum compare_change {
	COMPARE_NEW,
	COMPARE_GONE,
	COMPARE_MORE_ERRORS,
	COMPARE_SLOWER,
	COMPARE_FEWER_ERRORS,
	COMPARE_FASTER,
	COMPARE_UNKNOWN,
	COMPARE_SAME,
	COMPARE_CHANGES,
};

struct compare_edge {
	enum compare_change change;
	const struct snapshot_edge *before, *after; /* NULL: no flows; never both */
};

struct compare_window {
	const struct snapshot *snapshot; /* made with LEAST 0 */
	bool complete;                   /* nothing is missing in it */
};

struct comparison {
	struct compare_window before, after;
	struct compare_edge
		*edges; /* by change; then in the order of snapshot.h, those gone last */
	size_t count;
	size_t changes[COMPARE_CHANGES]; /* how many edges have each */
};

/* Fills *COMPARISON, which borrows from both snapshots. -1 if out of memory, and there is nothing to
 * free. */
int compare_make(struct comparison *comparison, struct compare_window before,
		 struct compare_window after);
void compare_free(struct comparison *comparison);

const char *compare_change_name(enum compare_change change);

/* The edge in the later window, else in the earlier one; and the snapshot that it is of. */
const struct snapshot_edge *compare_shown(const struct compare_edge *edge);
const struct snapshot *compare_snapshot(const struct comparison *comparison,
					const struct compare_edge *edge);

#endif
