#include "sink/graph/histogram.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 4 /* buckets */

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

/* A range of buckets, both included. */
struct range {
	int scale;
	int64_t first, last;
};

static void lower(struct range *range, int scale)
{
	range->first = lowered(range->first, range->scale - scale);
	range->last = lowered(range->last, range->scale - scale);
	range->scale = scale;
}

/* The smallest range at the highest scale that holds both and is not too wide. */
static struct range join(struct range a, struct range b)
{
	int scale = a.scale < b.scale ? a.scale : b.scale;

	lower(&a, scale);
	lower(&b, scale);
	if (b.first < a.first)
		a.first = b.first;
	if (b.last > a.last)
		a.last = b.last;
	while (a.last - a.first >= HISTOGRAM_BUCKETS)
		lower(&a, a.scale - 1);
	return a;
}

/* Joins buckets until SCALE is reached. */
static void coarsen(struct histogram *histogram, int scale)
{
	int by = histogram->scale - scale;
	int64_t offset = lowered(histogram->offset, by), to = 0;

	for (size_t i = 0; i < histogram->used; i++) {
		uint64_t count = histogram->counts[i];

		histogram->counts[i] = 0;
		to = lowered(histogram->offset + (int64_t)i, by) - offset;
		histogram->counts[to] += count;
	}
	histogram->used = (size_t)to + 1;
	histogram->offset = offset;
	histogram->scale = scale;
}

/* Makes room for COUNT buckets. -1 if out of memory. */
static int reserve(struct histogram **sum, size_t count)
{
	struct histogram *grown;
	size_t capacity = CAPACITY_MIN;

	if (*sum != NULL && count <= (*sum)->capacity)
		return 0;
	while (capacity < count)
		capacity *= 2;
	if (capacity > HISTOGRAM_BUCKETS)
		capacity = HISTOGRAM_BUCKETS;
	grown = realloc(*sum, sizeof(*grown) + capacity * sizeof(grown->counts[0]));
	if (grown == NULL)
		return -1;
	if (*sum == NULL)
		*grown = (struct histogram){0};
	grown->capacity = capacity;
	*sum = grown;
	return 0;
}

/* Moves to RANGE, which holds what is used. There is room. */
static void spread(struct histogram *histogram, struct range range)
{
	size_t count = (size_t)(range.last - range.first) + 1, before = 0;

	if (histogram->used > 0) {
		if (range.scale < histogram->scale)
			coarsen(histogram, range.scale);
		before = (size_t)(histogram->offset - range.first);
		memmove(histogram->counts + before, histogram->counts,
			histogram->used * sizeof(histogram->counts[0]));
	}
	memset(histogram->counts, 0, before * sizeof(histogram->counts[0]));
	memset(histogram->counts + before + histogram->used, 0,
	       (count - before - histogram->used) * sizeof(histogram->counts[0]));
	histogram->scale = range.scale;
	histogram->offset = range.first;
	histogram->used = count;
}

int histogram_widen(struct histogram **sum, int scale, int64_t offset, size_t count)
{
	struct histogram *histogram = *sum;
	struct range range = {scale, offset, offset + (int64_t)count - 1}, old;

	if (histogram != NULL && histogram->used > 0) {
		old = (struct range){histogram->scale, histogram->offset,
				     histogram->offset + (int64_t)histogram->used - 1};
		/* Most often the buckets are there. */
		if (scale == old.scale && range.first >= old.first && range.last <= old.last)
			return 0;
		range = join(old, range);
	} else {
		range = join(range, range);
	}
	if (reserve(sum, (size_t)(range.last - range.first) + 1) < 0)
		return -1;
	spread(*sum, range);
	return 0;
}

int histogram_add(struct histogram **sum, int scale, int64_t offset, const uint64_t *counts,
		  size_t count)
{
	struct histogram *histogram;
	uint64_t total = 0, *into;
	int by;

	for (; count > 0 && counts[0] == 0; count--, counts++)
		offset++;
	while (count > 0 && counts[count - 1] == 0)
		count--;
	if (count == 0)
		return 0;
	if (histogram_widen(sum, scale, offset, count) < 0)
		return -1;
	histogram = *sum;
	by = scale - histogram->scale;
	into = histogram->counts + (lowered(offset, by) - histogram->offset);
	for (size_t i = 0; i < count && by > 0; i++) {
		into[lowered(offset + (int64_t)i, by) - lowered(offset, by)] += counts[i];
		total += counts[i];
	}
	if (by == 0) {
		for (size_t i = 0; i < count; i++) {
			into[i] += counts[i];
			total += counts[i];
		}
	}
	histogram->total += total;
	return 0;
}

void histogram_clear(struct histogram *histogram)
{
	histogram->used = 0;
	histogram->total = 0;
}

void histogram_add_up_to(const struct histogram *histogram, unsigned first, unsigned last,
			 uint64_t *sums)
{
	int scale = histogram->scale;
	uint64_t count = 0;
	size_t i = 0;

	for (unsigned power = first; power <= last; power++, sums++) {
		/* The bucket of INDEX ends at 2^((INDEX + 1) * 2^-SCALE). */
		int64_t end = scale >= 0 ? (int64_t)power << scale : (int64_t)power >> -scale;

		while (i < histogram->used && histogram->offset + (int64_t)i < end)
			count += histogram->counts[i++];
		if (__builtin_add_overflow(*sums, count, sums))
			*sums = UINT64_MAX;
	}
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
