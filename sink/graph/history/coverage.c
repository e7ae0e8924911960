#include "sink/graph/history/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "sink/graph/history/history_rows.h"

/* The first day that is not before DAY. */
static size_t place_of(const struct coverage *coverage, int32_t day)
{
	size_t at = coverage->count;

	while (at > 0 && coverage->days[at - 1].day >= day)
		at--;
	return at;
}

/* The day DAY, added if it is new; NULL if out of memory. */
static struct coverage_day *day_of(struct coverage *coverage, int32_t day)
{
	size_t at = place_of(coverage, day);
	struct coverage_day *place;

	if (at < coverage->count && coverage->days[at].day == day)
		return &coverage->days[at];
	if (coverage->count == COVERAGE_DAYS_MAX) {
		coverage_forget(coverage, coverage->days[1].day);
		at -= at > 0;
	}
	if (array_grow(&coverage->days, &coverage->capacity, coverage->count + 1,
		       sizeof(*coverage->days)) < 0)
		return NULL;
	place = &coverage->days[at];
	memmove(place + 1, place, (coverage->count++ - at) * sizeof(*place));
	*place = (struct coverage_day){.day = day};
	return place;
}

static unsigned minute_of_day(int32_t minute)
{
	return (unsigned)(minute - history_window_of(HISTORY_DAY, minute));
}

int coverage_add(struct coverage *coverage, int32_t from, int32_t to)
{
	struct coverage_day *day = NULL;

	for (int32_t minute = from; minute <= to; minute++) {
		unsigned at = minute_of_day(minute);

		if (day == NULL || at == 0)
			day = day_of(coverage, history_day_of(minute));
		if (day == NULL)
			return -1;
		if (day->minutes[at / 8] >> at % 8 & 1)
			continue;
		day->minutes[at / 8] |= (uint8_t)(1u << at % 8);
		day->changed = true;
	}
	return 0;
}

int coverage_load(struct coverage *coverage, int32_t day, struct span minutes)
{
	static const char none[COVERAGE_BYTES];
	struct coverage_day *place;

	if (minutes.length != COVERAGE_BYTES || memcmp(minutes.data, none, COVERAGE_BYTES) == 0)
		return -1;
	place = day_of(coverage, day);
	if (place == NULL)
		return -1;
	memcpy(place->minutes, minutes.data, COVERAGE_BYTES);
	return 0;
}

bool coverage_has(const struct coverage *coverage, int32_t minute)
{
	int32_t day = history_day_of(minute);
	size_t at = place_of(coverage, day);
	unsigned bit = minute_of_day(minute);

	return at < coverage->count && coverage->days[at].day == day &&
	       (coverage->days[at].minutes[bit / 8] >> bit % 8 & 1);
}

bool coverage_bounds(const struct coverage *coverage, int32_t *first, int32_t *last)
{
	int32_t from, to;

	if (coverage->count == 0)
		return false;
	from = coverage->days[0].day * HISTORY_DAY_MINUTES;
	to = (coverage->days[coverage->count - 1].day + 1) * HISTORY_DAY_MINUTES - 1;
	/* A day is only there for minutes that are covered. */
	while (!coverage_has(coverage, from))
		from++;
	while (!coverage_has(coverage, to))
		to--;
	*first = from;
	*last = to;
	return true;
}

void coverage_forget(struct coverage *coverage, int32_t day)
{
	size_t count = place_of(coverage, day);

	if (count == 0)
		return;
	memmove(coverage->days, coverage->days + count,
		(coverage->count - count) * sizeof(*coverage->days));
	coverage->count -= count;
}

void coverage_free(struct coverage *coverage)
{
	free(coverage->days);
	*coverage = (struct coverage){0};
}
