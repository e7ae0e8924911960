/* alignment.h - the enricher's one loop: kube records into the timeline, and each flow out
 * when its position is there.
 *
 * (1) Partitions wait apart from each other: a flow whose position is not there yet holds
 *     up only those behind it in its own partition.
 * (2) The wall clock decides about provisional answers and about nothing else.
 */
#ifndef TENURE_ALIGNMENT_H
#define TENURE_ALIGNMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline.h"
#include "enricher/exchange.h"
#include "enricher/hold_policy.h"
#include "enricher/tagger.h"

struct alignment_stats {
	uint64_t read;    /* flows, each time they were read */
	uint64_t waited;  /* for their position */
	uint64_t outside; /* passed over: not in [since, until) */
};

struct alignment {
	struct timeline *timeline; /* these three are borrowed */
	struct kube_topic *kube_topic;
	struct exchange *exchange;
	struct tagger tagger;
	struct hold_policy policy;
	bool hindsight;    /* every flow as of the last position */
	bool frozen;       /* what comes into the kube topic from now on is not asked for */
	struct when since; /* WHEN_MIN and WHEN_MAX where no window was asked for */
	struct when until;
	/* The flow that was seen to wait last in each partition, to count it once. */
	int64_t *waiting_at;
	size_t waiting_count;
	bool waiting; /* a head waits for its position */
	struct alignment_stats stats;
};

/* Frees what the alignment made; the timeline, kube_topic and exchange are the caller's. */
void alignment_clear(struct alignment *alignment);

enum alignment_turn { ALIGNMENT_GO_ON, ALIGNMENT_ENDED, ALIGNMENT_BROKEN };

/* Does what there is to do NOW, and waits a moment when there is nothing. */
enum alignment_turn alignment_turn(struct alignment *alignment, struct when now);

#endif
