/* when.h - a moment in time, and its text form.
 *
 * A moment is a count of nanoseconds since 1970-01-01T00:00:00Z without leap
 * seconds, held in a struct so that it cannot be added to a port by mistake.
 * The text form is RFC 3339 in UTC with up to nine sub-second digits.
 *
 * (1) WHEN_MIN and WHEN_MAX stand for "since ever" and "for ever"; arithmetic
 *     saturates there, never wraps, and never leaves them.
 * (2) when_format() of a parsed text gives the same moment again.
 */
#ifndef TENURE_WHEN_H
#define TENURE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct when {
	int64_t ns;
};

#define WHEN_MIN ((struct when){INT64_MIN})
#define WHEN_MAX ((struct when){INT64_MAX})
#define WHEN_TEXT_SIZE 40 /* longest text form with its NUL */

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* Reads TEXT[LENGTH], RFC 3339 with "Z" or a numeric offset, years 1678-2261,
 * seconds 00-59, at most nine sub-second digits. Anything else, a leap second
 * and trailing bytes included, returns -1 and leaves *MOMENT alone. */
int when_parse(const char *text, size_t length, struct when *moment);

/* Writes MOMENT as RFC 3339 UTC with as many sub-second digits (0 or 3, 6, 9)
 * as it needs, and a NUL. Returns the length without the NUL. WHEN_MIN and
 * WHEN_MAX must not be given. */
size_t when_format(struct when moment, char text[static WHEN_TEXT_SIZE]);

/* MOMENT moved by NS nanoseconds, saturating (1). */
static inline struct when when_add(struct when moment, int64_t ns)
{
	struct when moved;

	if (moment.ns == INT64_MIN || moment.ns == INT64_MAX)
		return moment;
	if (__builtin_add_overflow(moment.ns, ns, &moved.ns))
		return ns < 0 ? WHEN_MIN : WHEN_MAX;
	return moved;
}

/* Nanoseconds from EARLIER to LATER, saturating. */
int64_t when_since(struct when later, struct when earlier);

static inline bool when_before(struct when a, struct when b)
{
	return a.ns < b.ns;
}

static inline bool when_not_after(struct when a, struct when b)
{
	return a.ns <= b.ns;
}

bool when_is_min(struct when moment); /* WHEN_MIN */
bool when_is_max(struct when moment); /* WHEN_MAX */
struct when when_earlier(struct when a, struct when b);
struct when when_later(struct when a, struct when b);

/* Reads a duration such as "500ms", "10s", "5m", "2h", "3d", or a plain number
 * of seconds; not negative. Returns -1 when it is none of these. */
int when_parse_duration(const char *text, int64_t *ns);

/* Writes the duration NS (not negative) in the same way, in the largest unit that says it
 * whole; a part of a millisecond is left out. */
void when_format_duration(int64_t ns, char text[static WHEN_TEXT_SIZE]);

/* The wall clock. Only main() and the edges call it; everything else is given
 * the moment. */
struct when when_now(void);

#endif
