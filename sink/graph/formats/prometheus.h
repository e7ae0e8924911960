/* prometheus.h - the edges as metrics in the text format of Prometheus (edge_metrics.h).
 *
 * The counters are what the snapshot contains. They only rise, as Prometheus expects, if every snapshot begins
 * at the same moment.
 */
#ifndef TENURE_PROMETHEUS_H
#define TENURE_PROMETHEUS_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void prometheus_format(const struct snapshot *snapshot, struct text *out);

#endif
