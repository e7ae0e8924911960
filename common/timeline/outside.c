#include "common/timeline/outside.h"

bool outside_in_range(const struct timeline *timeline, struct history *history,
		      const struct timeline_question *question)
{
	const struct ranges *ranges = &timeline->answering->ranges;

	if (history->range_generation != ranges->generation) {
		history->range_offset = ranges_offset(ranges, &question->ip, &history->range_from);
		history->range_generation = ranges->generation;
	}
	return history->range_offset <= (uint64_t)question->position &&
	       when_not_after(when_add(history->range_from, -timeline->options.skew_ns),
			      question->end);
}

/* Whether an unpublished pod could have got this address. */
static bool could_be_a_pods(struct ranges *ranges, enum ranges_amid amid, const struct ip *ip,
			    uint64_t position)
{
	return amid == RANGES_AMID_SHARED || !ranges_have_pods(ranges, ip, position);
}

bool outside_judge(const struct timeline *timeline, struct history *history,
		   const struct timeline_question *question, bool unpublished_may_hold,
		   const char **reason)
{
	struct ranges *ranges = &timeline->answering->ranges;
	uint64_t position = (uint64_t)question->position;
	enum ranges_amid amid = ranges_amid(ranges, &question->ip, position);

	if (outside_in_range(timeline, history, question) || amid == RANGES_AMID)
		*reason = "never_seen";
	else if (unpublished_may_hold && could_be_a_pods(ranges, amid, &question->ip, position))
		*reason = "unpublished_pod";
	else if (cluster_unread(timeline->answering, position))
		*reason = "unread";
	else
		return true;
	return false;
}
