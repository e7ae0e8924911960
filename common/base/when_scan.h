/* when_scan.h - the times that programs write into their logs. Pure.
 *
 * Each function reads one form at the start of TEXT[LENGTH] and returns how many bytes it is, 0 if
 * it is not there. *SCAN is filled only then. Seconds are 00 to 59, with up to nine sub-second digits
 * after '.' or ','; more are dropped.
 *
 * "AM" or "PM" may follow, after a blank or not, and then a zone (when_zone.h).
 */
#ifndef TENURE_WHEN_SCAN_H
#define TENURE_WHEN_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"
#include "common/base/when_zone.h"

struct when_scan {
	struct when moment; /* as if it were UTC, unless WHEN_ZONED */
	enum when_zone zone;
};

/* "2026-11-23T08:00:01.5Z", also with '/' in the date and a blank or '_' before the time. */
size_t when_scan_iso(const char *text, size_t length, struct when_scan *scan);

/* "23/Nov/2026:08:00:01 +0000", also with '-' or blanks in the date and a blank before the time. */
size_t when_scan_day_month(const char *text, size_t length, struct when_scan *scan);

/* "Nov 23 08:00:01" or "Nov  3 08:00:01", of the last such day up to LATEST; "Nov 23 2026 08:00:01"; and
 * "Nov 23 08:00:01 2026", also with a zone before or after the year. A year after the time is a word of
 * four digits, 1970 to 2261; a word such as "2026:1" may begin with one, and the zone is then
 * WHEN_UNKNOWN. It is too if a weekday comes first, as in "Mon Nov 23 08:00:01", and no year follows. */
size_t when_scan_month_day(const char *text, size_t length, struct when latest,
			   struct when_scan *scan);

/* "I1123 08:00:01.000000", as klog writes it, of the last such day up to LATEST. */
size_t when_scan_klog(const char *text, size_t length, struct when latest, struct when_scan *scan);

/* Seconds since 1970 with or without a fraction, or milliseconds, microseconds or nanoseconds: 10,
 * 13, 16 or 19 digits, from 2001 on. */
size_t when_scan_epoch(const char *text, size_t length, struct when_scan *scan);

#endif
