/* ranges.h - the address ranges that belong to a cluster.
 *
 * A ServiceCIDR's range counts from its record on. A node's podCIDR counts once a pod of
 * that node has a binding in it.
 *
 * In memory, 64 bytes for each node and ServiceCIDR that the cluster ever had. Pure.
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
	uint64_t used_offset; /* from where it counts; OFFSET_NEVER until then */
};

struct ranges {
	struct range_row *list; /* a row's number is its index */
	size_t count, capacity;
	uint64_t generation; /* rises with every change */
};

int ranges_add(struct ranges *ranges, const struct range_row *row);
void ranges_free(struct ranges *ranges);
bool ranges_told(const struct ranges *ranges, const struct ip_range *range, uint64_t node);
/* The first position at which IP is in a range; OFFSET_NEVER if there is none. */
uint64_t ranges_offset(const struct ranges *ranges, const struct ip *ip);

#endif
