/* tagged.h - writes a record of tenure.flows.tagged: the flow's own bytes, with one member
 * added at the end of the object. Pure.
 *
 * A record is written in five steps: tagged_begin(), the JSON object of the source,
 * tagged_between(), that of the destination, tagged_end(). Before the last, ends that were translated may be added: for "nat" and
 * "original", in this order, tagged_other() before the object of each end and tagged_others_end().
 *
 * (1) The bytes before the flow's closing brace are never changed.
 */
#ifndef TENURE_TAGGED_H
#define TENURE_TAGGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"

/* Where a record came from. */
struct tagged_origin {
	const char *topic;
	int32_t partition;
	int64_t offset;
};

/* Adds the member "flow":{...} that says where the flow came from. */
void tagged_origin_add(struct text *out, const struct tagged_origin *origin);

/* What the tags of all flows of one partition and one position have in common. */
struct tagged_common {
	unsigned rules;
	unsigned revision;
	const char *provisional; /* the reason, or NULL in a final answer */
	int32_t kube_partition;
	int64_t kube_position;
	struct when kube_known; /* WHEN_MIN and WHEN_MAX become null */
	const char *topic;      /* of the records that were read */
	int32_t partition;
	struct span flow; /* of a correction: the JSON object that says where the flow itself is */
};

/* Adds what tagged_end() needs of COMMON. It may be kept for all flows with the same. */
void tagged_common_add(struct text *out, const struct tagged_common *common);

/* Adds the flow RECORD to OUT up to the answer for its source. Its object ends with the brace at
 * CLOSING_BRACE; EMPTY: it has no members. */
void tagged_begin(struct text *out, const char *record, size_t closing_brace, bool empty);
void tagged_between(struct text *out);
/* Adds what comes before the object of END, "source" or "destination", in GROUP. FIRST: of the group. */
void tagged_other(struct text *out, const char *group, const char *end, bool first);
void tagged_others_end(struct text *out);
/* Ends the outcome of the record at OFFSET with COMMON, what tagged_common_add() wrote. */
void tagged_end(struct text *out, struct span common, int64_t offset);

#endif
