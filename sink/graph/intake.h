/* intake.h - takes in records: reads them, keeps the time, and holds them with their conversations.
 *
 * (1) A record that cannot be read is counted by reason, and the first of each reason is kept.
 * (2) A flow that ends more than INTAKE_FUTURE after the wall clock does not move the time: one wrong
 *     clock must not push everything else into the past.
 */
#ifndef TENURE_INTAKE_H
#define TENURE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/record/fault_tally.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/conversation/conversations.h"
#include "sink/graph/end_table.h"
#include "sink/graph/partition_times.h"
#include "sink/graph/snapshot.h"

#define INTAKE_FUTURE (60 * NS_PER_SECOND)
#define INTAKE_ENDS_MAX 262144 /* at most 340 MB, in practice about 100 B each */

struct intake {
	bool outside_addresses;
	struct end_table ends;
	struct conversations *conversations;
	struct partition_times times;
	uint64_t read;
	uint64_t future;    /* (2) */
	struct when oldest; /* event.end of all records but those; WHEN_MAX for none */
	struct fault_tally unreadable;
	struct tagged_flow flow; /* the current record, too large for the stack */
};

/* At most HELD records are held; OUTSIDE_ADDRESSES is as for end_pack(). -1 if out of memory. */
int intake_init(struct intake *intake, size_t held, bool outside_addresses);
/* INTAKE may be zero. */
void intake_free(struct intake *intake);

enum intake_outcome {
	INTAKE_FLOW,        /* FLOW is filled */
	INTAKE_FUTURE_FLOW, /* the same, but (2) */
	INTAKE_UNREADABLE,
	INTAKE_NO_MEMORY,
};

/* Reads RECORD; NOW is the wall clock. */
enum intake_outcome intake_read(struct intake *intake, const struct bus_record *record,
				struct when now);
/* Holds FLOW, which was read from PLACE. CARRY, NULL for nothing, is what was known of it when it was held
 * before a restart. -1 if out of memory. */
int intake_hold(struct intake *intake, const struct conversation_place *place,
		const struct conversation_carry *carry);

/* Forgets the ends of no held record, if there are many. 1: so no other index of an end is valid; 0: they are
 * few; -1: out of memory. */
int intake_trim(struct intake *intake);

/* What was counted, all but the records outside a window. */
struct snapshot_records intake_records(const struct intake *intake);
/* Logs what was left out of the records of ADDRESS, and why. */
void intake_report(const struct intake *intake, const char *address);

#endif
