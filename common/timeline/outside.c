#include "common/timeline/outside.h"
static bool in_given_range(const struct timeline *timeline, const struct ip *ip)
{
	for (size_t r = 0; r < timeline->options.range_count; r++) {
		if (ip_in_range(ip, &timeline->options.ranges[r]))
			return true;
	}
	return false;
}

bool outside_in_range(const struct timeline *timeline, struct history *history, const struct ip *ip,
		      uint64_t position)
{
	const struct ranges *ranges = &timeline->answering->ranges;

	if (history->range_generation != ranges->generation) {
		history->range_offset = ranges_offset(ranges, ip);
		history->range_generation = ranges->generation;
	}
	return history->range_offset <= position || in_given_range(timeline, ip);
}
bool outside_judge(const struct timeline *timeline, struct history *history,
		   const struct timeline_question *question, bool unpublished_may_hold,
		   const char **reason)
{
	(void)unpublished_may_hold;
	if (!outside_in_range(timeline, history, &question->ip, (uint64_t)question->position))
		return true;
	*reason = "never_seen";
	return false;
}
