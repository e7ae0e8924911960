/* interval.h - what samples prove about a percentile, and whether two shares differ. Pure.
 *
 * Both are exact for independent samples, whatever their distribution; nothing is assumed to be normal.
 *
 * (1) The confidence is INTERVAL_CONFIDENCE, half of the rest on each side.
 */
#ifndef TENURE_INTERVAL_H
#define TENURE_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/graph/histogram.h"

#define INTERVAL_CONFIDENCE 0.99

/* Ranks from 1 to COUNT, so that the percentile is between the samples of these ranks. */
struct interval_ranks {
	uint64_t low, high;
};

/* The ranks for the percentile PER_MILLE (1 to 999) of COUNT samples (order statistics). False if there
 * are too few samples: it takes 8 for the median, 104 for the 95th percentile. */
bool interval_ranks(uint64_t count, unsigned per_mille, struct interval_ranks *ranks);

/* Whether the percentile PER_MILLE rose (1) or fell (-1) from BEFORE to AFTER: the intervals, with the whole
 * buckets in which they end, do not overlap. 0 if that is not proven; either may be NULL. */
int interval_compare(const struct histogram *before, const struct histogram *after,
		     unsigned per_mille);

/* Whether the share of SOME in ALL rose (1) or fell (-1) from BEFORE to AFTER, by Fisher's exact test, each
 * side by itself. 0 if that is not proven. SOME is at most ALL. */
struct interval_share {
	uint64_t some, all;
};
int interval_compare_shares(struct interval_share before, struct interval_share after);

#endif
