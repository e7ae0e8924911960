/* coverage.h - the minutes that records say something about. Pure.
 *
 * (1) At most COVERAGE_DAYS_MAX days are there; the oldest goes first.
 */
#ifndef TENURE_GRAPH_HISTORY_COVERAGE_H
#define TENURE_GRAPH_HISTORY_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"

#define COVERAGE_DAYS_MAX 4096 /* 180 bytes each */
#define COVERAGE_BYTES 180     /* a bit for each minute of a day, the lowest first */

struct coverage_day {
	int32_t day; /* since 1970 */
	bool changed;
	uint8_t minutes[COVERAGE_BYTES];
};

/* Zero-initialised. */
struct coverage {
	struct coverage_day *days; /* in order */
	size_t count, capacity;
};

/* Marks the minutes from FROM to TO. -1 if out of memory. */
int coverage_add(struct coverage *coverage, int32_t from, int32_t to);
/* Adds the MINUTES of DAY, COVERAGE_BYTES, one of them covered at least. -1 if that is not so, or out of
 * memory. */
int coverage_load(struct coverage *coverage, int32_t day, struct span minutes);
bool coverage_has(const struct coverage *coverage, int32_t minute);
/* Sets *FIRST and *LAST to the first and last minute that is covered. False if none is. */
bool coverage_bounds(const struct coverage *coverage, int32_t *first, int32_t *last);
/* Forgets the days before DAY. */
void coverage_forget(struct coverage *coverage, int32_t day);
void coverage_free(struct coverage *coverage);

#endif
