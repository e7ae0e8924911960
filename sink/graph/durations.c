#include "sink/graph/durations.h"

#include "sink/graph/measures.h"

void durations_add(struct durations *sum, const struct durations *more)
{
	if (more->count > 0 && (sum->count == 0 || more->min_ns < sum->min_ns))
		sum->min_ns = more->min_ns;
	if (more->count > 0 && (sum->count == 0 || more->max_ns > sum->max_ns))
		sum->max_ns = more->max_ns;
	measures_add_count(&sum->count, more->count);
	measures_add_count(&sum->sum_ns, more->sum_ns);
}

uint64_t durations_mean(const struct durations *durations)
{
	return durations->count == 0 ? 0 : durations->sum_ns / durations->count;
}

uint64_t durations_percentile(const struct durations *durations, const struct histogram *histogram,
			      unsigned per_mille)
{
	uint64_t value;

	if (histogram == NULL || histogram->total == 0)
		return 0;
	value = histogram_percentile(histogram, per_mille);
	if (value < durations->min_ns)
		return durations->min_ns;
	return value > durations->max_ns ? durations->max_ns : value;
}
