/* Reading a kube topic up to where it was when it was opened. */
#include "common/program/progress.h"
#include "common/program/stop.h"
#include "common/timeline/kube_topic.h"

#define TURN_RECORDS 10000 /* between two checks for a signal */
#define TURN_WAIT_MS 200

int kube_topic_catch_up(struct kube_topic *topic)
{
	while (!kube_topic_caught_up(topic)) {
		if (stop_requested())
			return 0;
		if (kube_topic_turn(topic, TURN_RECORDS, TURN_WAIT_MS) < 0)
			return -1;
	}
	return 1;
}

struct progress kube_topic_how_far(const struct kube_topic *topic, const struct timeline *timeline)
{
	struct progress progress = {
		.count = kube_topic_stats(topic).records,
		.unit = "kube_records",
		.event = timeline_position_progress(timeline).known,
	};

	progress.offsets = kube_topic_progress(topic, &progress.done, &progress.total);
	return progress;
}

void kube_topic_tell(const struct kube_topic *topic, const struct timeline *timeline,
		     struct progress_show *show)
{
	struct progress progress = kube_topic_how_far(topic, timeline);

	progress_tell(show, &progress);
}
