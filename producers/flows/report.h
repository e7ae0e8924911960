/* report.h - the counters at the end of a run. */
#ifndef TENURE_FLOWS_REPORT_H
#define TENURE_FLOWS_REPORT_H

#include <stdbool.h>

#include "producers/flows/input.h"
#include "producers/flows/meter.h"

/* Logs one line with all of them, and warns of what a user may want to change. LIVE: of interfaces. */
void report(const struct input *input, const struct meter *meter, bool live);

#endif
