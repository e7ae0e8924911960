/* How much of the kube topic an answer is based on (docs/answers.md section 2). */
#include "common/timeline/timeline_internal.h"

/* What must be known to answer about a flow that ended at END. */
static struct when reported_by(const struct timeline *timeline, struct when end)
{
	return when_add(end, timeline->options.hold_ns + timeline->options.skew_ns);
}

bool timeline_position_for(struct timeline *timeline, struct when end,
			   struct timeline_position *position)
{
	const struct cluster *cluster = timeline->answering;
	const struct progress_entry *entry = NULL;

	if (cluster != NULL)
		entry = progress_find(&cluster->progress, reported_by(timeline, end));
	if (entry == NULL)
		return false;
	*position = (struct timeline_position){0, (int64_t)entry->offset, entry->known};
	return true;
}

bool timeline_ends_after(const struct timeline *timeline, struct when end)
{
	struct when reported = reported_by(timeline, end);

	if (when_not_after(reported, timeline->options.kube_until))
		return true;
	return when_is_min(timeline_position_progress(timeline).known) &&
	       when_not_after(reported, timeline->topic.greatest_received);
}

struct timeline_position timeline_position_progress(const struct timeline *timeline)
{
	const struct cluster *cluster = timeline->answering;

	if (cluster == NULL || cluster->progress.count == 0)
		return (struct timeline_position){0, -1, WHEN_MIN};

	const struct progress_entry *entry = &cluster->progress.list[cluster->progress.count - 1];

	return (struct timeline_position){0, (int64_t)entry->offset, entry->known};
}

struct timeline_position timeline_position_last(const struct timeline *timeline)
{
	struct timeline_position position = timeline_position_progress(timeline);

	position.offset = timeline->topic.next_offset - 1;
	return position;
}
