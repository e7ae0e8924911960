#include "common/timeline/rules/ranges.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

int ranges_add(struct ranges *ranges, const struct range_row *row)
{
	if (array_grow(&ranges->list, &ranges->capacity, ranges->count + 1, sizeof(*ranges->list)) <
	    0)
		return -1;
	ranges->list[ranges->count++] = *row;
	ranges->generation++;
	return 0;
}

void ranges_free(struct ranges *ranges)
{
	free(ranges->list);
	*ranges = (struct ranges){0};
}

bool ranges_told(const struct ranges *ranges, const struct ip_range *range, uint64_t node)
{
	for (size_t r = 0; r < ranges->count; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->node == node && row->range.bits == range->bits &&
		    ip_compare(&row->range.base, &range->base) == 0)
			return true;
	}
	return false;
}

uint64_t ranges_offset(const struct ranges *ranges, const struct ip *ip)
{
	uint64_t offset = OFFSET_NEVER;

	for (size_t r = 0; r < ranges->count; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->used_offset < offset && ip_in_range(ip, &row->range))
			offset = row->used_offset;
	}
	return offset;
}
