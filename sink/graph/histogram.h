/* histogram.h - response times, merged from many records. Pure.
 *
 * An exponential histogram as OpenTelemetry defines it: bucket INDEX counts the
 * values in (base^INDEX, base^(INDEX + 1)], base = 2^(2^-SCALE). Two histograms
 * merge without loss at the lower of their scales; where the sum would need more
 * than HISTOGRAM_BUCKETS buckets, neighbours are joined (the scale falls by one).
 *
 * (1) No count is lost; buckets only become wider.
 * (2) A percentile is off by at most the width of a bucket: 9 % at scale 3, 19 % at 2.
 * (3) Only the range of buckets that is used takes memory, 8 to 16 bytes each.
 */
#ifndef TENURE_HISTOGRAM_H
#define TENURE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 160 /* OpenTelemetry's default; 20 doublings at scale 3, 10 us to 10 s */

/* One allocation, for free(). */
struct histogram {
	int scale;
	int64_t offset; /* index of COUNTS[0] */
	uint64_t total;
	size_t used; /* COUNTS in use; 0 for an empty histogram */
	size_t capacity;
	uint64_t counts[];
};

/* As OpenTelemetry allows, and the bucket indexes of 64-bit values at the highest scale. */
#define HISTOGRAM_SCALE_MIN (-10)
#define HISTOGRAM_SCALE_MAX 20
#define HISTOGRAM_INDEX_MAX (INT64_C(64) << 20)
#define HISTOGRAM_OWN_SCALE 5 /* of values that are counted here: 2.2 % */

/* The bucket of VALUE at SCALE, from 0 to 8; that of 1 for 0. */
int64_t histogram_index(uint64_t value, int scale);

/* Adds to *SUM, which is made if it is NULL, and may move. COUNTS may be empty; SCALE and OFFSET are as
 * above. -1 if out of memory; nothing is added then. */
int histogram_add(struct histogram **sum, int scale, int64_t offset, const uint64_t *counts,
		  size_t count);
/* Makes room for COUNT buckets, one at least, from OFFSET on at SCALE. If the scale is SCALE then, the
 * caller may add to them and to TOTAL itself. -1 if out of memory. */
int histogram_widen(struct histogram **sum, int scale, int64_t offset, size_t count);
/* Forgets what was counted and keeps the memory. */
void histogram_clear(struct histogram *histogram);

/* Adds to SUMS, one for each power from FIRST to LAST, how many values are in buckets whose upper bounds are at most
 * 2^power; these are all values up to it unless the scale is negative. The sums saturate. */
void histogram_add_up_to(const struct histogram *histogram, unsigned first, unsigned last,
			 uint64_t *sums);

/* The value that PER_MILLE of the counts do not exceed, as if the counts of a bucket
 * were spread evenly over its logarithm. 0 for an empty histogram. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned per_mille);

#endif
