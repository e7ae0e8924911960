/* intake.h - from the bytes of a record to a conversation that holds it.
 *
 * It also keeps the time: the newest event.end of each partition, from which
 * follows until when conversations are over.
 *
 * (1) Every record is counted once: read, or unreadable by reason, or outside.
 * (2) A flow that ends more than INTAKE_FUTURE past the wall clock moves no time: one
 *     wrong clock must not push everybody else out of the window.
 */
#ifndef TENURE_INTAKE_H
#define TENURE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/conversations.h"
#include "sink/graph/node.h"
#include "sink/graph/tagged_flow.h"
#include "sink/graph/view.h"

#define INTAKE_FUTURE (60 * NS_PER_SECOND)
#define INTAKE_PARTITIONS_MAX 65536
#define INTAKE_REASONS (TAGGED_FLOW_TOO_LARGE + 1)

/* Where a reason was met first. */
struct intake_example {
	uint64_t count;
	int32_t partition;
	int64_t offset;
	struct tagged_flow_fault fault;
};

struct intake_limits {
	struct when from, to; /* flows that count: FROM <= event.end < TO */
	int64_t margin_ns;    /* and outside of that, those that help to choose an observer */
	bool outside_addresses;
};

struct intake {
	struct intake_limits limits;
	struct node_table nodes;
	struct conversations *conversations;
	uint64_t read, outside;
	uint64_t future; /* (2) */
	struct intake_example unreadable[INTAKE_REASONS];
	struct when *newest; /* by partition; WHEN_MIN for none */
	size_t partition_count;
	struct tagged_flow flow; /* the record in hand, too large for the stack */
};

/* INTAKE holds at most LIMIT records. -1 without memory. */
int intake_init(struct intake *intake, const struct intake_limits *limits, size_t limit);
void intake_free(struct intake *intake);

/* Takes one record. -1 without memory. */
int intake_take(struct intake *intake, const char *bytes, size_t length, int32_t partition,
		int64_t offset, struct when now);

/* The newest event.end of all partitions, or of the partition that is furthest
 * behind; WHEN_MIN for none. */
struct when intake_newest(const struct intake *intake);
struct when intake_oldest_partition(const struct intake *intake);

uint64_t intake_unreadable(const struct intake *intake);
struct view_records intake_records(const struct intake *intake);

#endif
