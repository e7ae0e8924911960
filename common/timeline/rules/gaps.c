#include "common/timeline/rules/gaps.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

int gaps_add(struct gaps *gaps, const struct gap *gap)
{
	struct gap *added;

	if (array_grow(&gaps->list, &gaps->capacity, gaps->count + 1, sizeof(*gaps->list)) < 0)
		return -1;
	added = &gaps->list[gaps->count];
	*added = *gap;
	added->reach = gaps->count > 0 ? when_later(gap->to, added[-1].reach) : gap->to;
	gaps->count++;
	return 0;
}

void gaps_free(struct gaps *gaps)
{
	free(gaps->list);
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
	for (; g > 0 && when_not_after(start, gaps->list[g - 1].reach); g--) {
		if (gaps_one_overlaps(&gaps->list[g - 1], resources, hold_ns, start, end))
			return true;
	}
	return false;
}

struct coverage coverage_none(void)
{
	return (struct coverage){
		.first_offset = OFFSET_NEVER,
		.unlisted_offset = OFFSET_NEVER,
		.begin_offset = OFFSET_NEVER,
		.end_offset = OFFSET_NEVER,
		.end_received = WHEN_MIN,
		.progress_offset = OFFSET_NEVER,
		.kube_from = WHEN_MIN,
	};
}

struct when coverage_start(const struct coverage *coverage, uint64_t position)
{
	bool whole = coverage->end_offset <= position;

	if (coverage->first_offset > position)
		return coverage->progress_offset > position ? WHEN_MIN : WHEN_MAX;
	if (coverage->by_hand && coverage->unlisted_offset > position &&
	    coverage->progress_offset > (whole ? coverage->end_offset : position))
		return when_is_min(coverage->kube_from)
			       ? progress_known_at(&coverage->listed, position)
			       : coverage->kube_from;
	return whole ? coverage->end_received : WHEN_MAX;
}
