/* report.h - the counters at the end of a run. */
#ifndef TENURE_FLOWS_REPORT_H
#define TENURE_FLOWS_REPORT_H

#include "producers/flows/counters.h"
#include "producers/flows/meter.h"

/* Logs one line with all of COUNTERS, and warns of what a user of METER may want to change. */
void report(const struct counters *counters, const struct meter *meter);

#endif
