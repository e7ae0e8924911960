/* tagged.h - writes a record of tenure.flows.tagged: the flow's own bytes, with one member
 * added at the end of the object. Pure.
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

struct tagged {
	const char *source; /* the two ends as JSON objects */
	size_t source_length;
	const char *destination;
	size_t destination_length;
	unsigned rules;
	unsigned revision;
	const char *provisional; /* the reason, or NULL in a final answer */
	int32_t kube_partition;
	int64_t kube_position;
	struct when kube_known; /* WHEN_MIN and WHEN_MAX become null */
	struct tagged_origin flow;
};

/* Adds the flow RECORD with its tags to OUT. Its object ends with the brace at CLOSING_BRACE;
 * EMPTY: it has no members. */
void tagged_add(struct text *out, const char *record, size_t closing_brace, bool empty,
		const struct tagged *tagged);

#endif
