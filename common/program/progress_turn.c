/* What a program shows when a signal asks for it, beside what it shows by itself. */
#include "common/program/progress.h"
#include "common/program/stop.h"

void progress_turn(struct progress_show *show, bool due, struct progress (*how_far)(const void *),
		   const void *reading)
{
	bool asked = stop_take_report();
	struct progress progress;

	if (!due && !asked)
		return;
	progress = how_far(reading);
	if (due)
		progress_tell(show, &progress);
	if (asked)
		progress_log(show, &progress);
}
