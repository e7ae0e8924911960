/* line_zone.h - the time zone of logs that do not write theirs.
 *
 * (1) A local time that the clocks show twice, or never, has no instant: nothing is guessed.
 * (2) A zone of the tz database becomes the process's own, TZ. One zone is in use at a time.
 */
#ifndef TENURE_LINE_ZONE_H
#define TENURE_LINE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

struct line_zone {
	bool fixed;
	int64_t east; /* seconds, of a fixed one */
	/* Of another one: the quarter of an hour of local time that was asked about last. */
	bool asked, clear;
	int64_t quarter, quarter_east;
};

/* Reads "UTC", "+01:00" or a name such as "Europe/Berlin". -1 if there is no such zone; *ZONE is
 * left alone then. */
int line_zone_parse(const char *text, struct line_zone *zone);

/* Finds the instant of LOCAL, a time as if it were UTC, and returns true unless (1). */
bool line_zone_instant(struct line_zone *zone, struct when local, struct when *moment);

#endif
