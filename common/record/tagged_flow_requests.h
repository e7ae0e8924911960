/* tagged_flow_requests.h - reads what a tagged flow says of requests: turns, and messages. Pure.
 *
 * Two families of counts that are never added (docs/glossary.md).
 */
#ifndef TENURE_TAGGED_FLOW_REQUESTS_H
#define TENURE_TAGGED_FLOW_REQUESTS_H

#include "common/record/scan_reading.h"
#include "common/record/tagged_flow.h"

/* Makes everything below absent. */
void tagged_flow_clear_requests(struct tagged_flow *flow);
/* Reads the members requests and l7; faults are noted in READING. */
void tagged_flow_read_requests(struct scan_reading *reading, struct tagged_flow *flow);
/* Reads a count, from 0 to 2^56: sums of such counts stay in 64 bits. Returns whether it is there and good. */
bool tagged_flow_read_count(struct scan_reading *reading, size_t row, enum scan_presence presence,
			    uint64_t *out);

#endif
