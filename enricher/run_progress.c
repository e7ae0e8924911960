#include "enricher/run_progress.h"

void run_progress_kube(struct progress_show *show, const struct alignment *a)
{
	struct progress progress = {
		.count = kube_topic_stats(a->kube_topic).records,
		.unit = "kube_records",
		.event = timeline_position_progress(a->timeline).known,
	};

	progress.offsets = kube_topic_progress(a->kube_topic, &progress.done, &progress.total);
	progress_tell(show, &progress);
}

void run_progress_flows(struct progress_show *show, const struct alignment *a)
{
	struct progress progress = {
		.count = a->stats.read,
		.unit = "flows",
		.event = a->event,
	};

	progress.offsets = exchange_progress(a->exchange, &progress.done, &progress.total);
	if (progress.total > 0)
		progress_tell(show, &progress);
}
