/* report.h - the counters at the end of a run, for people or for the log. */
#ifndef TENURE_FLOWS_REPORT_H
#define TENURE_FLOWS_REPORT_H

#include <stdbool.h>

#include "producers/flows/counters.h"
#include "producers/flows/meter.h"

/* Logs one line with all of COUNTERS, or on a terminal what tcpdump says at its end and the counters that are not
 * 0; and warns of what a user of METER may want to change. LIVE: of interfaces. */
void report(const struct counters *counters, const struct meter *meter, bool live);

/* The line alone, or on a terminal the counters that are not 0. */
void report_counters(const struct counters *counters);

#endif
