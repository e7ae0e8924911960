#include "common/program/report_time.h"

#include "common/program/stop.h"

struct report_time report_time_begin(int64_t interval_ns, struct when now)
{
	return (struct report_time){interval_ns, when_add(now, interval_ns)};
}

bool report_time_is_due(struct report_time *time, struct when now)
{
	bool due = time->interval_ns > 0 && when_is_due(time->next, time->interval_ns, now);

	if (due)
		time->next = when_add(now, time->interval_ns);
	return stop_take_report() || due;
}
