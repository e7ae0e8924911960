/* report_time.h - when a program logs its counters: once in a while, and once more on SIGUSR1 (stop.h). */
#ifndef TENURE_REPORT_TIME_H
#define TENURE_REPORT_TIME_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/program/settings.h"

#define REPORT_INTERVAL_NS (5 * 60 * NS_PER_SECOND)

#define REPORT_SETTING(interval_ns)                                  \
	SETTING_DURATION("log-counters", 0, "DURATION", interval_ns, \
			 "log the counters this often, as SIGUSR1 does once; 0: only at the end")

struct report_time {
	int64_t interval_ns; /* 0 for none before the end */
	struct when next;
};

struct report_time report_time_begin(int64_t interval_ns, struct when now);
/* Whether the counters are to be logged NOW; true once for each time. */
bool report_time_is_due(struct report_time *time, struct when now);

#endif
