/* openmetrics.h - the past of the edges as metrics in OpenMetrics, which promtool makes blocks of Prometheus of:
 *
 *     promtool tsdb create-blocks-from openmetrics FILE FOLDER
 *
 * They are those of prometheus.h, with the same labels. Each series begins with 0 where the first step
 * begins, and has what was counted up to there at the end of each step that has flows of any edge.
 */
#ifndef TENURE_OPENMETRICS_H
#define TENURE_OPENMETRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "sink/graph/series.h"
#include "sink/graph/snapshot.h"

struct openmetrics {
	const struct snapshot *whole; /* of the sum of the steps, with LEAST 0 */
	const struct series *series;  /* its edges are between the same nodes */
	/* What follows is the module's, and 0 at first. */
	unsigned metric;
	size_t edge;
};

/* Adds the next part, of at most one edge. False if there is no more: everything was added. */
bool openmetrics_next(struct openmetrics *openmetrics, struct text *out);

#endif
