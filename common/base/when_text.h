/* when_text.h - an instant as people write it. Pure. */
#ifndef TENURE_WHEN_TEXT_H
#define TENURE_WHEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"

/* What a refusal says that a time is. */
#define WHEN_TEXT_FORMS                                                        \
	"a time such as 2026-11-23T08:00:00Z, \"2026-11-23 08:00:00\" (UTC), " \
	"1795420800, 5m, -5m, \"5m ago\" or now"

/* Reads TEXT[LENGTH]: "now"; "5m", "-5m" or "5m ago", all three five minutes before NOW (of its second, unless in
 * "ms"), where "5m" needs its unit; an instant of when_scan_iso() (UTC if it has no zone); or one of
 * when_scan_epoch(). -1 if it is anything else; *MOMENT is left alone then. */
int when_text_parse(const char *text, size_t length, struct when now, struct when *moment);
/* Whether TEXT[LENGTH] is "now". */
bool when_text_is_now(const char *text, size_t length);
/* Whether TEXT[LENGTH] is one of the first four, which are other instants later. */
bool when_text_is_relative(const char *text, size_t length);

#endif
