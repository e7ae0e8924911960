/* durations.h - durations, summed: how many, sum and extremes, and a histogram. Pure. */
#ifndef TENURE_DURATIONS_H
#define TENURE_DURATIONS_H

#include <stdint.h>

#include "sink/graph/histogram.h"

/* Zero if there is none. */
struct durations {
	uint64_t count, sum_ns, min_ns, max_ns;
};

/* Sums saturate. */
void durations_add(struct durations *sum, const struct durations *more);
/* 0 of none. */
uint64_t durations_mean(const struct durations *durations);
/* From HISTOGRAM, and never outside minimum and maximum; 0 without a histogram. */
uint64_t durations_percentile(const struct durations *durations, const struct histogram *histogram,
			      unsigned per_mille);

#endif
