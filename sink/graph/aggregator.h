/* aggregator.h - turns tagged flow records into a graph.
 *
 * (1) Every record is counted once: in the graph, or as unreadable (by reason), outside,
 *     repeated or superseded.
 * (2) With FOLLOW the graph is that of the last WINDOW_NS of event time.
 */
#ifndef TENURE_AGGREGATOR_H
#define TENURE_AGGREGATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "sink/graph/graph.h"
#include "sink/graph/intake.h"
#include "sink/graph/node.h"
#include "sink/graph/series.h"
#include "sink/graph/snapshot.h"
#include "sink/graph/window.h"

struct aggregator_options {
	struct when from, to; /* flows that count: FROM <= event.end < TO; no bounds with FOLLOW */
	bool follow;
	int64_t window_ns;
	int64_t horizon_ns; /* how far outside the window records still help to choose an observer */
	int64_t held;       /* records at most */
	int64_t step_ns;    /* of the series; 0: none. Not with FOLLOW */
	enum node_level level;
	bool outside_addresses; /* a node for each address outside the clusters */
};

struct aggregator {
	struct aggregator_options options;
	struct when from; /* of the window */
	struct intake intake;
	struct window window; /* with FOLLOW: what is settled */
	struct graph
		counted; /* of ends; with FOLLOW: of the last snapshot, without: what is settled */
	struct series series; /* of ends: COUNTED by steps */
	struct graph graph;   /* of the nodes of the last snapshot */
	struct node_table nodes;
	uint64_t outside;
};

/* -1 if out of memory. */
int aggregator_init(struct aggregator *aggregator, const struct aggregator_options *options);
/* AGGREGATOR may be zero. */
void aggregator_free(struct aggregator *aggregator);

/* Adds one record; NOW is the wall clock. -1 if out of memory. */
int aggregator_add(struct aggregator *aggregator, const struct bus_record *record, struct when now);

/* Fills *SNAPSHOT, which borrows from AGGREGATOR until the next record is added. Without
 * FOLLOW it settles everything, so no record may be added afterwards. With it, IDLE says
 * that everything was read. Edges of fewer flows than LEAST are summed. -1 if out of memory. */
int aggregator_snapshot(struct aggregator *aggregator, bool idle, uint64_t least,
			struct snapshot *snapshot);

/* Without FOLLOW: the same, and *SERIES, which series_free() frees, by steps. */
int aggregator_series(struct aggregator *aggregator, struct snapshot *snapshot,
		      struct series *series);

/* Finds the part of the window that is over: from the oldest record to the horizon before the newest. */
void aggregator_reach(const struct aggregator *aggregator, struct when *from, struct when *to);
/* Whether the records that were read reach over the whole window, and each could be read and counted. A
 * window without bounds is as long as the records are. */
bool aggregator_complete(const struct aggregator *aggregator);

struct snapshot_records aggregator_records(const struct aggregator *aggregator);

#endif
