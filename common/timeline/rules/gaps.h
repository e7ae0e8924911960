/* gaps.h - when a cluster's history is unknown, and since when it is known at all. Pure.
 *
 * (1) GAPs, objects and SYNCs are visible at positions that are not less than their offsets.
 */
#ifndef TENURE_GAPS_H
#define TENURE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/rules/progress.h"

struct gap {
	unsigned resources; /* one bit for each enum kube_resource */
	uint64_t offset;
	struct when from, to;
	uint64_t number;   /* of its row */
	struct when reach; /* set by gaps_add(): the latest TO of this GAP and all before it */
};

/* Blocks of a level, each all of eight blocks of the level below, or of eight GAPs. */
struct gap_level {
	struct gap *blocks; /* its RESOURCES, least FROM and greatest TO */
	size_t capacity;
};

#define GAP_LEVELS 8 /* 16 Mi GAPs in one block */

/* In the order of their offsets. In memory: 55 bytes each, one for each failure of a watch. */
struct gaps {
	struct gap *list;
	size_t count, capacity;
	struct gap_level levels[GAP_LEVELS];
	struct when horizon; /* those that end before it do not count */
};

struct gaps gaps_none(void);
/* -1 if out of memory. */
int gaps_add(struct gaps *gaps, const struct gap *gap);
/* Removes those that end before the horizon. */
void gaps_forget(struct gaps *gaps);
void gaps_free(struct gaps *gaps);
/* Whether GAP is one of them. */
bool gaps_one_overlaps(const struct gap *gap, unsigned resources, int64_t hold_ns,
		       struct when start, struct when end);
/* Whether a GAP of one of RESOURCES, extended by HOLD_NS before it, overlaps [START, END]. */
bool gaps_overlap(const struct gaps *gaps, unsigned resources, int64_t hold_ns, struct when start,
		  struct when end, uint64_t position);

/* Of one resource. Offsets are OFFSET_NEVER before the first record. */
struct coverage {
	uint64_t first_offset;    /* the first record of any type */
	bool by_hand;             /* which is ADDED: kubectl wrote it */
	uint64_t unlisted_offset; /* the first MODIFIED or DELETED of a uid without a record */
	uint64_t begin_offset;    /* the first SYNC_BEGIN */
	uint64_t end_offset;      /* the first SYNC_END of a list of everything */
	struct when end_received;
	uint64_t progress_offset; /* the first accepted PROGRESS of the cluster */
	struct when kube_from;    /* --kube-from; WHEN_MIN if not given */
	struct when horizon;      /* of the cluster */
	struct progress listed; /* the greatest received of the first listing, up to each offset */
};

struct coverage coverage_none(void);
/* Since when the resource is covered as of POSITION: WHEN_MIN if it needs no coverage,
 * WHEN_MAX if it is not covered yet. */
struct when coverage_start(const struct coverage *coverage, uint64_t position);

#endif
