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

/* A record spells the address, or a range around it, and its object was there. */
static bool is_spelled(const struct timeline *timeline, const struct history *history,
		       const struct timeline_question *question)
{
	struct codec codec = codec_read(history->spelled);
	struct when last = when_add(question->end, timeline->options.skew_ns);
	uint64_t position = (uint64_t)question->position;

	while (codec.left > 0 && !codec.failed) {
		uint64_t offset = codec_u64(&codec);

		if (when_not_after(codec_when(&codec), last) && offset <= position)
			return true;
	}
	return ranges_spelled(&timeline->answering->ranges, &question->ip, last, position);
}

/* Whether a Node that was made by then has no InternalIP yet. -1 after logging. */
static int node_without_address(const struct timeline *timeline,
				const struct timeline_question *question)
{
	const struct unpublished_question asked = {
		.machines = true,
		.start = question->start,
		.end = question->end,
		.next = WHEN_MAX,
		.position = (uint64_t)question->position,
	};

	return unpublished_log_may_hold(&timeline->answering->unpublished, timeline->store, &asked);
}

int outside_judge(const struct timeline *timeline, struct history *history,
		  const struct timeline_question *question, bool unpublished_may_hold,
		  const char **reason)
{
	struct ranges *ranges = &timeline->answering->ranges;
	uint64_t position = (uint64_t)question->position;
	int node;

	if (outside_in_range(timeline, history, question) ||
	    ranges_amid(ranges, &question->ip, position) == RANGES_AMID ||
	    is_spelled(timeline, history, question)) {
		*reason = "never_seen";
		return 0;
	}
	if (unpublished_may_hold && ranges_leave_pods(ranges, &question->ip, position)) {
		*reason = "unpublished_pod";
		return 0;
	}
	node = node_without_address(timeline, question);
	if (node < 0)
		return -1;
	if (node == 0 && !cluster_unread(timeline->answering, position))
		return 1;
	*reason = node == 1 ? "unpublished_pod" : "unread";
	return 0;
}
