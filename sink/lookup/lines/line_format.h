/* line_format.h - the time of a line in a format of strptime(3). Pure, but for the locale and TZ.
 *
 * %f is the digits of a fraction of a second; without it, a fraction may follow the format. %z and
 * %s are a zone; %Z is one that is not clear. Without a year it is the last such day.
 */
#ifndef TENURE_LINE_FORMAT_H
#define TENURE_LINE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when_scan.h"

#define LINE_FORMAT_BYTES 4096 /* of a line, from its start, are searched */

/* Whether FORMAT has a day and a time of day, or %s. */
bool line_format_is_good(const char *format);

/* Finds the first place in LINE[LENGTH], at the start of a word, that fits FORMAT. A time without a
 * year is not after LATEST. */
bool line_format_find(const char *format, struct when latest, const char *line, size_t length,
		      struct when_scan *scan);

#endif
