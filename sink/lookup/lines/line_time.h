/* line_time.h - the time of a line of a log. Pure.
 *
 * In the order in which they are tried:
 *
 * (1) With a FORMAT, the first place in the first LINE_FORMAT_BYTES, at the start of a word, that
 *     fits it (strptime(3), and %f for the digits of a fraction); nothing else counts.
 * (2) In a line that begins with '{', JSON: the first member of the outermost object, or "start" of
 *     its "event", that has one of the usual names and a time.
 * (3) At its start: an epoch, the time of klog, or a flow log of an AWS VPC in the default format,
 *     whose time is its "start".
 * (4) The first time of any other form of when_scan.h at the start of a word.
 *
 * A time without a zone is of ZONE. One whose zone is WHEN_UNCLEAR counts only if the zone was given,
 * one that is WHEN_UNKNOWN never.
 */
#ifndef TENURE_LINE_TIME_H
#define TENURE_LINE_TIME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"
#include "sink/lookup/lines/line_zone.h"

struct line_time {
	const char *format;    /* or NULL */
	struct line_zone zone; /* changed by asking: what it found last */
	bool zone_given;
	struct when latest; /* of times without a year */
};

/* Finds the time of LINE[LENGTH]. */
bool line_time_find(struct line_time *time, const char *line, size_t length, struct when *moment);

#endif
