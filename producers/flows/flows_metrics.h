/* flows_metrics.h - the metrics of tenure-flows: its counters and what its limits leave. Pure.
 *
 * (1) Every counter (counters.h) is a sample of one metric. One that flows_metrics.c has no metric for is a sample of
 *     tenure_flows_other_total.
 * (2) No label has a value of the traffic or of an interface that comes and goes (interface_groups.h).
 */
#ifndef TENURE_FLOWS_METRICS_H
#define TENURE_FLOWS_METRICS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "producers/flows/counters.h"
#include "producers/flows/interface_groups.h"

/* The interfaces of a group. */
struct flows_group {
	const char *name; /* "" for files */
	uint64_t frames, kernel_drops, interface_drops, unread;
};

struct flows_figures {
	const struct counters *counters;
	const struct meter_stats *meter;
	const struct outlet_stats *outlet;
	bool has_queue;
	struct flows_group groups[INTERFACE_GROUPS_MAX];
	size_t group_count;
	bool live;
	size_t interfaces;            /* open */
	int64_t ring, ring_max;       /* bytes */
	bool has_links;               /* --links */
	uint64_t links_unread;        /* pods' interfaces that are not read now; live */
	uint64_t flows_max;           /* --max-flows */
	uint64_t file_read, file_max; /* bytes of the files; 0: not known */
	struct when event;            /* of the last packet; WHEN_MIN: none yet */
};

/* Adds all of them but tenure_build_info. */
void flows_metrics_add(const struct flows_figures *figures, struct text *out);
/* Adds that. */
void flows_metrics_add_build(struct text *out);

#endif
