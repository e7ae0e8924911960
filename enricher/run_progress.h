/* run_progress.h - how far a run is, for people who wait for it. */
#ifndef TENURE_RUN_PROGRESS_H
#define TENURE_RUN_PROGRESS_H

#include "common/program/progress.h"
#include "enricher/alignment.h"

/* With the flows, if they have an end. */
void run_progress_flows(struct progress_show *show, const struct alignment *alignment);

#endif
