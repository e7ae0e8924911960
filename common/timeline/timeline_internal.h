/* timeline_internal.h - the inside of a timeline: what applying a record and answering a
 * question share. For common/timeline/ alone.
 */
#ifndef TENURE_TIMELINE_INTERNAL_H
#define TENURE_TIMELINE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/timeline/history/address_cache.h"
#include "common/timeline/history/generations.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"
#include "common/timeline/store/topic_state.h"
#include "common/timeline/timeline.h"

struct timeline {
	struct timeline_options options;
	struct store *store;
	struct topic_state topic;
	struct cluster **clusters;
	size_t cluster_count;
	struct cluster *answering; /* the cluster that answers, NULL while it is not seen */
	bool closed;
	struct timeline_stats stats;
	struct text key, value, state; /* reused by every record */
	struct generations generations;
	struct address_cache *cache;
};

#endif
