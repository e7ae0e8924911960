#include "sink/graph/interval.h"

#include <stddef.h>

#define TAIL ((1 - INTERVAL_CONFIDENCE) / 2)
#define SMALL 1e-18 /* a term of a sum that no longer matters */
#define COUNT_MAX \
	1000000000   /* more samples are treated as so many: a wider interval in less time */
#define SCALE_MAX 20 /* of a histogram */

/* The binomial weight of K + 1 in proportion to that of K. */
static double rise(double count, double share, double k)
{
	return (count - k) / (k + 1) * share / (1 - share);
}

/* Finds the ranks by summing the binomial distribution of how many samples are up to the percentile, in
 * proportion to its largest weight. */
static bool find_ranks(double count, double share, double *low, double *high)
{
	double middle = (double)(uint64_t)(count * share), total = 1, first = middle, last = middle;
	double first_weight = 1, last_weight = 1, sum = 0;

	while (first > 0 && first_weight > SMALL) {
		first_weight /= rise(count, share, --first);
		total += first_weight;
	}
	while (last < count && last_weight > SMALL) {
		last_weight *= rise(count, share, last++);
		total += last_weight;
	}
	/* The samples up to the percentile are fewer than LOW with at most TAIL. */
	for (*low = first; sum + first_weight <= TAIL * total; ++*low) {
		sum += first_weight;
		first_weight *= rise(count, share, *low);
	}
	sum = 0;
	for (*high = last; sum + last_weight <= TAIL * total; --*high) {
		sum += last_weight;
		last_weight /= rise(count, share, *high - 1);
	}
	/* And at least HIGH with at most TAIL. */
	++*high;
	return *low >= 1 && *high <= count;
}

bool interval_ranks(uint64_t count, unsigned per_mille, struct interval_ranks *ranks)
{
	uint64_t counted = count > COUNT_MAX ? COUNT_MAX : count;
	double scale = counted == 0 ? 1 : (double)count / (double)counted, low, high;

	if (!find_ranks((double)counted, per_mille / 1000.0, &low, &high))
		return false;
	ranks->low = (uint64_t)(low * scale);
	ranks->high = (uint64_t)(high * scale);
	return true;
}

/* The index of the bucket of the sample of RANK. */
static int64_t bucket_of(const struct histogram *histogram, uint64_t rank)
{
	uint64_t seen = 0;
	size_t i = 0;

	while (i + 1 < histogram->used && (seen += histogram->counts[i]) < rank)
		i++;
	return histogram->offset + (int64_t)i;
}

/* INDEX, a bound of a bucket at SCALE, in the unit of SCALE_MAX; or the largest or smallest number. */
static int64_t bound(int64_t index, int scale)
{
	int64_t fine;

	if (!__builtin_mul_overflow(index, INT64_C(1) << (SCALE_MAX - scale), &fine))
		return fine;
	return index < 0 ? INT64_MIN : INT64_MAX;
}

int interval_compare(const struct histogram *before, const struct histogram *after,
		     unsigned per_mille)
{
	struct interval_ranks old, new;
	int64_t old_low, old_high, new_low, new_high;

	if (before == NULL || after == NULL || !interval_ranks(before->total, per_mille, &old) ||
	    !interval_ranks(after->total, per_mille, &new))
		return 0;
	old_low = bound(bucket_of(before, old.low), before->scale);
	old_high = bound(bucket_of(before, old.high) + 1, before->scale);
	new_low = bound(bucket_of(after, new.low), after->scale);
	new_high = bound(bucket_of(after, new.high) + 1, after->scale);
	/* A bucket is without its lower bound. */
	return new_low >= old_high ? 1 : new_high <= old_low ? -1 : 0;
}

/* Whether at least as many as A.some of A are surprising, if A and B are parts of one whole: the weights of
 * the hypergeometric distribution in proportion to what was seen. */
static bool surprises(struct interval_share a, struct interval_share b)
{
	double some = (double)a.some, others = (double)b.some;
	double rest = (double)(a.all - a.some), other_rest = (double)(b.all - b.some);
	double tail = 1, total, weight = 1;

	/* Away from the middle: one more in A, one fewer in B. */
	for (double k = 0; k < others && k < rest && weight > SMALL * tail; k++) {
		weight *= (others - k) * (rest - k) / ((some + k + 1) * (other_rest + k + 1));
		tail += weight;
	}
	total = tail;
	weight = 1;
	for (double k = 0; k < some && k < other_rest && weight > SMALL * total; k++) {
		weight *= (some - k) * (other_rest - k) / ((others + k + 1) * (rest + k + 1));
		total += weight;
		if (tail <= TAIL * total)
			return true;
	}
	return false;
}

int interval_compare_shares(struct interval_share before, struct interval_share after)
{
	/* In which direction, without a division by 0. */
	double rose = (double)after.some * (double)before.all;
	double fell = (double)before.some * (double)after.all;

	if (rose > fell && surprises(after, before))
		return 1;
	return fell > rose && surprises(before, after) ? -1 : 0;
}
