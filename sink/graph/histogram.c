#include "sink/graph/histogram.h"

#include <string.h>

/* Where INDEX lies once the scale has fallen by BY. */
static int64_t shifted(int64_t index, int by)
{
	/* Below 0 too a division rounds down: -1 stays -1. */
	if (index >= 0)
		return index >> by;
	return -((-index - 1) >> by) - 1;
}

static void coarsen(struct histogram *histogram, int by)
{
	uint64_t counts[HISTOGRAM_BUCKETS] = {0};
	int64_t offset = shifted(histogram->offset, by);
	size_t used = 0;

	for (size_t i = 0; i < histogram->used; i++) {
		size_t at = (size_t)(shifted(histogram->offset + (int64_t)i, by) - offset);

		counts[at] += histogram->counts[i];
		used = at + 1;
	}
	memcpy(histogram->counts, counts, sizeof(counts));
	histogram->offset = offset;
	histogram->used = used;
	histogram->scale -= by;
}

/* Makes room for indexes FIRST to LAST, which are in the histogram's own scale. */
static void stretch(struct histogram *histogram, int64_t first, int64_t last)
{
	int64_t end = histogram->offset + (int64_t)histogram->used;
	size_t before;

	if (histogram->used == 0) {
		histogram->offset = first;
		histogram->used = (size_t)(last - first + 1);
		return;
	}
	before = first < histogram->offset ? (size_t)(histogram->offset - first) : 0;
	memmove(histogram->counts + before, histogram->counts,
		histogram->used * sizeof(histogram->counts[0]));
	memset(histogram->counts, 0, before * sizeof(histogram->counts[0]));
	histogram->offset -= (int64_t)before;
	histogram->used += before;
	if (last >= end)
		histogram->used += (size_t)(last - end + 1);
}

void histogram_add(struct histogram *histogram, int scale, int64_t offset, const uint64_t *counts,
		   size_t count)
{
	int by = 0;

	while (count > 0 && counts[0] == 0) {
		counts++;
		count--;
		offset++;
	}
	while (count > 0 && counts[count - 1] == 0)
		count--;
	if (count == 0)
		return;
	if (histogram->used == 0)
		histogram->scale = scale;
	if (histogram->scale > scale)
		coarsen(histogram, histogram->scale - scale);
	else
		by = scale - histogram->scale;

	int64_t first = shifted(offset, by), last = shifted(offset + (int64_t)count - 1, by);

	for (;;) {
		int64_t low = first, high = last;

		if (histogram->used > 0) {
			int64_t end = histogram->offset + (int64_t)histogram->used - 1;

			low = histogram->offset < low ? histogram->offset : low;
			high = end > high ? end : high;
		}
		if (high - low < HISTOGRAM_BUCKETS)
			break;
		coarsen(histogram, 1);
		by++;
		first = shifted(offset, by);
		last = shifted(offset + (int64_t)count - 1, by);
	}
	stretch(histogram, first, last);
	for (size_t i = 0; i < count; i++) {
		int64_t index = shifted(offset + (int64_t)i, by);

		histogram->counts[index - histogram->offset] += counts[i];
		histogram->total += counts[i];
	}
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	histogram_add(into, from->scale, from->offset, from->counts, from->used);
}

/* 2^X for X of 64 bits' worth, without the mathematics library: the whole part by
 * doubling, the fraction by its binary digits. */
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
	double step = power_of_two(-histogram->scale); /* of the exponent, a bucket */

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
