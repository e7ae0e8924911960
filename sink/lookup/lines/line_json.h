/* line_json.h - the time of a line of JSON. Pure.
 *
 * A member counts if its name, without case and all but letters, is one of those that log writers use, and
 * its value is a time of when_scan.h, all of it: a string, or an epoch as a number.
 */
#ifndef TENURE_LINE_JSON_H
#define TENURE_LINE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when_scan.h"

/* Finds the first such member of the object LINE[LENGTH], also "start" of its "event". LINE need not
 * be good JSON. A time without a year is not after LATEST. */
bool line_json_time(struct when latest, const char *line, size_t length, struct when_scan *scan);

#endif
