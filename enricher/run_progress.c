#include "enricher/run_progress.h"

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
