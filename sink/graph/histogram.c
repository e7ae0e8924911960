#include "sink/graph/histogram.h"

#include <stdbool.h>
#include <string.h>

/* The bucket that contains bucket INDEX once the scale has fallen by BY. */
static int64_t lowered(int64_t index, int by)
{
	/* Rounds down below 0 too: -1 stays -1. */
	return index >= 0 ? index >> by : -((-index - 1) >> by) - 1;
}

int64_t histogram_index(uint64_t value, int scale)
{
	int octave = 0;
	double fraction;
	int64_t index;

	while (octave < 63 && value >> (octave + 1) != 0)
		octave++;
	fraction = (double)value / (double)(UINT64_C(1) << octave);
	/* A bucket includes its upper bound: a power of two is in the one below. */
	if (fraction <= 1)
		return ((int64_t)octave << scale) - 1;
	/* Squaring doubles the logarithm: each turn has one of its binary digits. */
	index = octave;
	for (int digit = 0; digit < scale; digit++) {
		fraction *= fraction;
		index = 2 * index + (fraction >= 2);
		if (fraction >= 2)
			fraction /= 2;
	}
	return index;
}

/* Adds COUNTS, whose scale is higher by BY, to SUM, which is wide enough. */
static void pour(struct histogram *sum, int by, int64_t offset, const uint64_t *counts,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sum->counts[lowered(offset + (int64_t)i, by) - sum->offset] += counts[i];
		sum->total += counts[i];
	}
}

/* Makes room for BY buckets before the first. False if there is none. */
static bool move_up(struct histogram *histogram, size_t by)
{
	if (by > HISTOGRAM_BUCKETS - histogram->used)
		return false;
	memmove(histogram->counts + by, histogram->counts,
		histogram->used * sizeof(histogram->counts[0]));
	memset(histogram->counts, 0, by * sizeof(histogram->counts[0]));
	histogram->offset -= (int64_t)by;
	histogram->used += by;
	return true;
}

/* Whether COUNTS fit in HISTOGRAM as it is; they are added then. */
static bool add_in_place(struct histogram *histogram, int scale, int64_t offset,
			 const uint64_t *counts, size_t count)
{
	int by = scale - histogram->scale;
	int64_t first, last;

	if (histogram->used == 0 || by < 0)
		return false;
	first = lowered(offset, by) - histogram->offset;
	last = lowered(offset + (int64_t)count - 1, by) - histogram->offset;
	if (first < 0)
		last -= first;
	if (last >= HISTOGRAM_BUCKETS || (first < 0 && !move_up(histogram, (size_t)-first)))
		return false;
	pour(histogram, by, offset, counts, count);
	if ((size_t)last >= histogram->used)
		histogram->used = (size_t)last + 1;
	return true;
}

void histogram_add(struct histogram *histogram, int scale, int64_t offset, const uint64_t *counts,
		   size_t count)
{
	struct histogram sum = {.scale = scale};
	int64_t first, last;

	for (; count > 0 && counts[0] == 0; count--, counts++)
		offset++;
	while (count > 0 && counts[count - 1] == 0)
		count--;
	if (count == 0 || add_in_place(histogram, scale, offset, counts, count))
		return;
	if (histogram->used > 0 && histogram->scale < scale)
		sum.scale = histogram->scale;
	for (;; sum.scale--) {
		first = lowered(offset, scale - sum.scale);
		last = lowered(offset + (int64_t)count - 1, scale - sum.scale);
		if (histogram->used > 0) {
			int by = histogram->scale - sum.scale;
			int64_t end = histogram->offset + (int64_t)histogram->used - 1;
			int64_t low = lowered(histogram->offset, by), high = lowered(end, by);

			first = low < first ? low : first;
			last = high > last ? high : last;
		}
		if (last - first < HISTOGRAM_BUCKETS)
			break;
	}
	sum.offset = first;
	sum.used = (size_t)(last - first) + 1;
	pour(&sum, histogram->scale - sum.scale, histogram->offset, histogram->counts,
	     histogram->used);
	pour(&sum, scale - sum.scale, offset, counts, count);
	*histogram = sum;
}

uint64_t histogram_up_to(const struct histogram *histogram, unsigned power)
{
	int scale = histogram->scale;
	/* The bucket of INDEX ends at 2^((INDEX + 1) * 2^-SCALE). */
	int64_t end = scale >= 0 ? (int64_t)power << scale : (int64_t)power >> -scale;
	uint64_t count = 0;

	for (size_t i = 0; i < histogram->used && histogram->offset + (int64_t)i < end; i++)
		count += histogram->counts[i];
	return count;
}

/* 2^X without the mathematics library, for X whose result fits in 64 bits: the whole
 * part by doubling, the fraction by its binary digits. */
static double power_of_two(double x)
{
	static const double roots[] = {
		/* 2^(1/2), 2^(1/4), 2^(1/8), ... */
		1.4142135623730951, 1.1892071150027210, 1.0905077326652577, 1.0442737824274138,
		1.0218971486541166, 1.0108892860517005, 1.0054299011128027, 1.0027112750502025,
		1.0013547198921082, 1.0006771306930664, 1.0003385080526823, 1.0001692397053022,
		1.0000846162726944, 1.0000423072413958, 1.0000211533969647, 1.0000105766425498};
	double value = 1;

	while (x >= 1 && value < 1e20) {
		value *= 2;
		x -= 1;
	}
	while (x < 0 && value > 1e-20) {
		value /= 2;
		x += 1;
	}
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		x *= 2;
		if (x >= 1) {
			value *= roots[i];
			x -= 1;
		}
	}
	return value;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned per_mille)
{
	double wanted = (double)histogram->total * per_mille / 1000, seen = 0;
	double step = power_of_two(-histogram->scale); /* of the exponent, from bucket to bucket */

	for (size_t i = 0; i < histogram->used; i++) {
		double count = (double)histogram->counts[i];

		if (count > 0 && seen + count >= wanted) {
			double within = (wanted - seen) / count;
			double exponent =
				((double)(histogram->offset + (int64_t)i) + within) * step;
			double value = power_of_two(exponent);

			return value >= 18e18 ? UINT64_MAX : (uint64_t)(value + 0.5);
		}
		seen += count;
	}
	return 0;
}
