/* alignment.h - the enricher's one loop: feeds kube records into the timeline and writes the
 * outcome of each flow once its position is known.
 *
 * (1) Partitions wait independently: a flow without a position holds up only the flows
 *     after it in its own partition.
 * (2) The wall clock decides only which answers are provisional.
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
#include "enricher/future_flows.h"
#include "enricher/hold_policy.h"
#include "enricher/rejections.h"
#include "enricher/run_options.h"
#include "enricher/stall.h"
#include "enricher/tagger.h"

struct alignment_stats {
	uint64_t read;      /* flows, counted again each time they are read */
	uint64_t waited;    /* flows that waited for their position */
	uint64_t outside;   /* flows skipped because they ended outside [since, until) */
	uint64_t unrevised; /* flows skipped because they cannot be revised */
};

struct alignment_partition {
	int64_t waiting_at; /* the last flow counted as waiting, -1: none */
	struct when ended;  /* the latest end of the flows that were read; WHEN_MIN: none */
};

struct alignment {
	struct timeline *timeline; /* these four are borrowed */
	struct kube_topic *kube_topic;
	struct exchange *exchange;
	const struct run_options *options;
	struct tagger tagger;
	struct hold_policy policy;
	struct stall stall;
	struct episode future;                  /* flows end in the future */
	struct episode rejections;              /* flows are rejected */
	struct alignment_partition *partitions; /* by their number */
	size_t partition_count;
	int wake_fd;       /* that also ends a wait for a flow, or -1 */
	bool warned;       /* of flows that end after the kube records */
	struct when event; /* the end of the last flow that was dealt with; WHEN_MIN: none */
	bool waiting;      /* in this turn at least one flow waits for its position */
	int exit_code;     /* after BROKEN; EX_OK: the kube topic or the exchange has it */
	struct alignment_stats stats;
};

/* Frees the tagger and what the alignment allocated itself. */
void alignment_clear(struct alignment *alignment);

/* alignment_partition.ended of partition NUMBER. */
struct when alignment_read_to(const struct alignment *alignment, int32_t number);

enum alignment_turn {
	ALIGNMENT_GO_ON,
	ALIGNMENT_ENDED,
	ALIGNMENT_BROKEN,    /* logged */
	ALIGNMENT_UNDECIDED, /* another cluster has appeared, and no option says which one answers */
};

/* Does what can be done at NOW. If there is nothing to do, waits for at most 100 ms. */
enum alignment_turn alignment_turn(struct alignment *alignment, struct when now);

#endif
