/* rejected.h - writes a record of tenure.flows.rejected: what could not be tagged, why, and
 * where it came from. Pure.
 *
 * (1) The record is valid JSON whatever the rejected bytes are: bytes that are not UTF-8 are
 *     replaced by U+FFFD, and only the first REJECTED_BYTES_MAX are kept.
 */
#ifndef TENURE_REJECTED_H
#define TENURE_REJECTED_H

#include <stddef.h>

#include "common/base/text.h"
#include "enricher/tagged.h"

#define REJECTED_BYTES_MAX \
	((size_t)64 * 1024) /* if every byte is escaped, six times this, below a broker's 1 MiB */

struct rejected {
	const char *reason; /* "wrong_type" */
	const char *member; /* "event.end", or NULL if no member is at fault */
	const char *detail; /* what would be valid */
	struct tagged_origin flow;
	const char *bytes; /* the record */
	size_t length;
};

void rejected_add(struct text *out, const struct rejected *rejected);

#endif
