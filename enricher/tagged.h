/* tagged.h - writes a record of tenure.flows.tagged: the flow's own bytes, and one member
 * more at the end of the object.
 *
 * Pure. (1) Nothing before the flow's closing brace is changed, whatever it is.
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

struct tagged {
	const char *source; /* the two ends as JSON objects */
	size_t source_length;
	const char *destination;
	size_t destination_length;
	unsigned rules;
	unsigned revision;
	const char *provisional; /* the reason; NULL in a final answer */
	int32_t kube_partition;
	int64_t kube_position;
	struct when kube_known; /* WHEN_MIN or WHEN_MAX become null */
	struct tagged_origin flow;
};

/* Adds to OUT the flow RECORD, whose object ends with the brace at CLOSING_BRACE and is
 * EMPTY or not, with its tags. */
void tagged_add(struct text *out, const char *record, size_t closing_brace, bool empty,
		const struct tagged *tagged);

#endif
