#include "producers/flows/links/schedule.h"

#include "producers/flows/links/links.h"

static const int64_t ending_intervals[LINKS_ENDINGS] = {LINKS_ENDING_NS, LINKS_FINAL_NS, 0};

void schedule_restart(struct schedule *schedule)
{
	schedule->interval_ns = 0;
}

void schedule_told(struct schedule *schedule, struct when now, bool gone)
{
	int64_t interval_ns =
		schedule->interval_ns == 0 ? LINKS_FIRST_NS : 2 * schedule->interval_ns;

	if (gone)
		interval_ns = ending_intervals[schedule->endings++];
	else if (interval_ns > LINKS_LONGEST_NS)
		interval_ns = LINKS_LONGEST_NS;
	schedule->interval_ns = interval_ns;
	schedule_pass(schedule, now);
}

void schedule_pass(struct schedule *schedule, struct when now)
{
	schedule->next = when_add(now, schedule->interval_ns);
}

bool schedule_is_due(const struct schedule *schedule, struct when now)
{
	return when_not_after(schedule->next, now) ||
	       schedule_is_set_back(when_add(schedule->next, -schedule->interval_ns), now);
}

bool schedule_is_set_back(struct when before, struct when now)
{
	return when_before(now, when_add(before, -LINKS_FIRST_NS));
}
