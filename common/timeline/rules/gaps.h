/* gaps.h - where a cluster's history is unknown, and from when it is known at all.
 *
 * (1) A position sees the GAPs, objects and SYNCs with offsets that are not greater.
 */
#ifndef TENURE_GAPS_H
#define TENURE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

struct gap {
	unsigned resources; /* one bit for each enum kube_resource */
	uint64_t offset;
	struct when from, to;
	struct when reach; /* set by gaps_add(): the latest TO of this GAP and all before it */
};

/* In the order of their offsets, in memory: 40 bytes each. Their number is that of a
 * watch's failures. */
struct gaps {
	struct gap *list;
	size_t count, capacity;
};

/* -1 when there is no memory. */
int gaps_add(struct gaps *gaps, const struct gap *gap);
void gaps_free(struct gaps *gaps);
/* GAP is of one of RESOURCES and, counted from HOLD_NS before it, overlaps [START, END]. */
bool gaps_one_overlaps(const struct gap *gap, unsigned resources, int64_t hold_ns,
		       struct when start, struct when end);
/* A GAP of one of RESOURCES, counted from HOLD_NS before it, overlaps [START, END]. */
bool gaps_overlap(const struct gaps *gaps, unsigned resources, int64_t hold_ns, struct when start,
		  struct when end, uint64_t position);

/* Of one resource. Offsets are OFFSET_NEVER until there is one. */
struct coverage {
	uint64_t object_offset; /* the first object */
	struct when object_received;
	uint64_t begin_offset; /* the first SYNC_BEGIN */
	uint64_t end_offset;   /* the first SYNC_END that has its SYNC_BEGIN */
	struct when end_received;
};

struct coverage coverage_none(void);
/* Since when the resource is covered as of POSITION: WHEN_MIN when it needs none,
 * WHEN_MAX when it is not covered yet. */
struct when coverage_start(const struct coverage *coverage, uint64_t position);

#endif
