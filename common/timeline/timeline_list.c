/* How far the Lists of a topic without PROGRESS are known (docs/answers.md section 2). */
#include "common/timeline/timeline_internal.h"

void timeline_set_list(struct timeline *timeline, int64_t list)
{
	timeline->list = list;
}

void timeline_note_list(struct timeline *timeline)
{
	struct topic_state *topic = &timeline->topic;
	bool begins = topic->first_list < 0 && timeline->list >= 0;

	if (begins)
		topic->first_list = timeline->list;
	if (when_is_max(topic->listed_to) && topic->first_list >= 0 &&
	    (begins ? topic->next_offset > 0 : timeline->list != topic->first_list))
		topic->listed_to = topic->greatest_received;
}

struct when timeline_greatest(const struct timeline *timeline)
{
	return when_earlier(timeline->topic.greatest_received, timeline->topic.listed_to);
}
