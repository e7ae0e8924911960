/* How much of the kube topic an answer is based on (docs/answers.md section 2). */
#include "common/timeline/timeline_internal.h"

/* What must be known to answer about a flow that ended at END. */
static struct when reported_by(const struct timeline *timeline, struct when end)
{
	return when_add(end, timeline->options.hold_ns + timeline->options.skew_ns);
}

int timeline_position_for(struct timeline *timeline, struct when end,
			  struct timeline_position *position)
{
	struct cluster *cluster = timeline->answering;
	struct progress_entry entry = {WHEN_MIN, 0};
	int found;

	if (cluster == NULL)
		return 0;
	found = progress_log_find(&cluster->progress, timeline->store,
				  when_later(reported_by(timeline, end), cluster->horizon), &entry);
	if (found == 1)
		*position = (struct timeline_position){0, (int64_t)entry.offset, entry.known};
	return found;
}

bool timeline_ends_after(const struct timeline *timeline, struct when end)
{
	struct when reported = reported_by(timeline, end);

	if (when_not_after(reported, timeline->options.kube_until))
		return true;
	return when_is_min(timeline_position_progress(timeline).known) &&
	       when_not_after(reported, timeline_greatest(timeline));
}

bool timeline_position_is_forgotten(const struct timeline *timeline, int64_t position)
{
	return timeline->answering == NULL || position < 0 ||
	       (uint64_t)position < timeline->answering->horizon_offset;
}

struct timeline_position timeline_position_progress(const struct timeline *timeline)
{
	const struct cluster *cluster = timeline->answering;
	const struct progress_entry *last =
		cluster != NULL ? progress_log_last(&cluster->progress) : NULL;

	if (last == NULL)
		return (struct timeline_position){0, -1, WHEN_MIN};
	return (struct timeline_position){0, (int64_t)last->offset, last->known};
}

struct timeline_position timeline_position_last(const struct timeline *timeline)
{
	struct timeline_position position = timeline_position_progress(timeline);

	position.offset = timeline->topic.next_offset - 1;
	return position;
}

struct when timeline_known_to(const struct timeline *timeline)
{
	struct when known = timeline_position_progress(timeline).known;

	if (when_is_min(known))
		known = timeline_greatest(timeline);
	return timeline_is_closed(timeline) ? when_later(known, timeline->options.kube_until)
					    : known;
}

int timeline_known_at(struct timeline *timeline, int64_t position, struct when *known)
{
	*known = WHEN_MIN;
	if (timeline_position_is_forgotten(timeline, position))
		return 0;
	return progress_log_known_at(&timeline->answering->progress, timeline->store,
				     (uint64_t)position, known);
}
