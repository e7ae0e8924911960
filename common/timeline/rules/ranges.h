/* ranges.h - the address ranges that belong to a cluster.
 *
 * A ServiceCIDR's range counts from its record on. A node's podCIDR counts once a pod of
 * that node has had a binding inside it; until then it only waits.
 *
 * In memory, 64 bytes each: as many as the cluster ever had nodes and ServiceCIDRs.
 */
#ifndef TENURE_RANGES_H
#define TENURE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"

struct range_row {
	struct ip_range range;
	uint64_t node; /* a hash of the name of the node whose pods must use it, or 0 */
	uint64_t told_offset;
	uint64_t used_offset; /* from where it counts; OFFSET_NEVER while it waits */
};

struct ranges {
	struct range_row *list; /* a row's number is its index */
	size_t count, capacity;
	uint64_t generation; /* rises with every change */
};

int ranges_add(struct ranges *ranges, const struct range_row *row);
void ranges_free(struct ranges *ranges);
bool ranges_told(const struct ranges *ranges, const struct ip_range *range, uint64_t node);
/* From which position on IP lies in one of them; OFFSET_NEVER when in none. */
uint64_t ranges_offset(const struct ranges *ranges, const struct ip *ip);

#endif
