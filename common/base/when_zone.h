/* when_zone.h - the zone that follows a time in a log. Pure.
 *
 * (1) A blank may come before it, and it may be in brackets.
 * (2) It is an offset from -14:00 to +14:00: "+01:00", "+0100" or "+01"; or "UTC", "GMT" or "Z"; or
 *     "UTC+3", "GMT+5:30" or "GMT+0300", where '+' is east of Greenwich.
 * (3) It is not clear if it is another abbreviation, of a stated list ("IST" is three zones), or the
 *     name of a region such as "Europe/Berlin". A word that is not in the list is not a zone.
 * (4) It is unknown if it is a sign and digits that are not such an offset, or another letter
 *     immediately after the time.
 */
#ifndef TENURE_WHEN_ZONE_H
#define TENURE_WHEN_ZONE_H

#include <stddef.h>
#include <stdint.h>

enum when_zone {
	WHEN_ZONED,   /* the offset is known (2) */
	WHEN_LOCAL,   /* no zone */
	WHEN_UNCLEAR, /* a zone such as "CET" (3) */
	WHEN_UNKNOWN, /* whatever the zone of the log is, the instant is not known (4) */
};

/* Reads the zone at the start of TEXT[LENGTH], and with WHEN_ZONED its seconds EAST of Greenwich, which
 * are 0 otherwise. Returns how many bytes it is, 0 with WHEN_LOCAL and WHEN_UNKNOWN. */
size_t when_zone_scan(const char *text, size_t length, enum when_zone *zone, int64_t *east);

#endif
