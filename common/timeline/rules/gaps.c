#include "common/timeline/rules/gaps.h"

#include <stdlib.h>

#include "common/timeline/rules/offset.h"

int gaps_add(struct gaps *gaps, const struct gap *gap)
{
	struct when reach = gap->to;

	if (gaps->count == gaps->capacity) {
		size_t capacity = gaps->capacity ? 2 * gaps->capacity : 16;
		struct gap *list = realloc(gaps->list, capacity * sizeof(*list));
		struct when *reaches;

		if (list == NULL)
			return -1;
		gaps->list = list;
		reaches = realloc(gaps->reach, capacity * sizeof(*reaches));
		if (reaches == NULL)
			return -1;
		gaps->reach = reaches;
		gaps->capacity = capacity;
	}
	if (gaps->count > 0)
		reach = when_later(reach, gaps->reach[gaps->count - 1]);
	gaps->list[gaps->count] = *gap;
	gaps->reach[gaps->count++] = reach;
	return 0;
}

void gaps_free(struct gaps *gaps)
{
	free(gaps->list);
	free(gaps->reach);
	*gaps = (struct gaps){0};
}

bool gaps_one_overlaps(const struct gap *gap, unsigned resources, int64_t hold_ns,
		       struct when start, struct when end)
{
	return (gap->resources & resources) != 0 && when_not_after(start, gap->to) &&
	       when_not_after(when_add(gap->from, -hold_ns), end);
}

bool gaps_overlap(const struct gaps *gaps, unsigned resources, int64_t hold_ns, struct when start,
		  struct when end, uint64_t position)
{
	size_t g = gaps->count;

	while (g > 0 && gaps->list[g - 1].offset > position)
		g--;
	for (; g > 0 && when_not_after(start, gaps->reach[g - 1]); g--) {
		if (gaps_one_overlaps(&gaps->list[g - 1], resources, hold_ns, start, end))
			return true;
	}
	return false;
}

struct coverage coverage_none(void)
{
	return (struct coverage){
		.object_offset = OFFSET_NEVER,
		.object_received = WHEN_MIN,
		.begin_offset = OFFSET_NEVER,
		.end_offset = OFFSET_NEVER,
		.end_received = WHEN_MIN,
	};
}

struct when coverage_start(const struct coverage *coverage, uint64_t position)
{
	if (coverage->end_offset <= position)
		return coverage->end_received;
	if (coverage->begin_offset < coverage->object_offset)
		return coverage->begin_offset > position ? WHEN_MIN : WHEN_MAX;
	return coverage->object_offset <= position && coverage->object_offset != OFFSET_NEVER
		       ? coverage->object_received
		       : WHEN_MIN;
}
