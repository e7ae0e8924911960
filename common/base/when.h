/* when.h - an instant, and its text form.
 *
 * An instant is the number of nanoseconds since 1970-01-01T00:00:00Z without leap
 * seconds, in a struct so that it is not mistaken for another number. Its text
 * form is RFC 3339 in UTC with up to nine sub-second digits.
 *
 * (1) WHEN_MIN and WHEN_MAX are the infinite past and future. Arithmetic saturates
 *     there and never leaves them.
 * (2) when_parse() reads what when_format() wrote as the same instant.
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

/* Reads TEXT[LENGTH], RFC 3339 with "Z" or a numeric offset, years 1678 to 2261, seconds 00
 * to 59, up to nine sub-second digits. Returns -1 and leaves *MOMENT alone if it is anything
 * else, such as a leap second. */
int when_parse(const char *text, size_t length, struct when *moment);

/* Writes MOMENT, not WHEN_MIN or WHEN_MAX, as RFC 3339 UTC with 0, 3, 6 or 9 sub-second
 * digits, and a NUL. Returns the length without the NUL. */
size_t when_format(struct when moment, char text[static WHEN_TEXT_SIZE]);

/* A date and a time of day in UTC. */
struct when_date {
	int64_t year, month, day, hour, minute, second;
};

/* Finds the instant of DATE, in the years and seconds of when_parse(). -1 if there is no such time. */
int when_from_date(const struct when_date *date, struct when *moment);
/* Finds the last instant up to LATEST that is OFFSET_NS after DATE in its year or the year before; the
 * year of DATE is not read. -1 if there is no such time. */
int when_from_yearless(const struct when_date *date, int64_t offset_ns, struct when latest,
		       struct when *moment);
/* The year of MOMENT, not WHEN_MIN or WHEN_MAX, in UTC. */
int64_t when_year(struct when moment);

/* Adds NS nanoseconds, saturating (1). */
static inline struct when when_add(struct when moment, int64_t ns)
{
	struct when moved;

	if (moment.ns == INT64_MIN || moment.ns == INT64_MAX)
		return moment;
	if (__builtin_add_overflow(moment.ns, ns, &moved.ns))
		return ns < 0 ? WHEN_MIN : WHEN_MAX;
	return moved;
}

/* The nanoseconds from EARLIER to LATER, saturating. */
int64_t when_since(struct when later, struct when earlier);

/* Whether it is time NOW for what is done every INTERVAL_NS, next at NEXT. A clock that was set back does not
 * stop it. */
bool when_is_due(struct when next, int64_t interval_ns, struct when now);

static inline bool when_before(struct when a, struct when b)
{
	return a.ns < b.ns;
}

static inline bool when_not_after(struct when a, struct when b)
{
	return a.ns <= b.ns;
}

/* LATER is a second or more after EARLIER. */
static inline bool when_second_later(struct when later, struct when earlier)
{
	return when_not_after(when_add(earlier, NS_PER_SECOND), later);
}

static inline bool when_is_min(struct when moment)
{
	return moment.ns == INT64_MIN;
}

static inline bool when_is_max(struct when moment)
{
	return moment.ns == INT64_MAX;
}

static inline struct when when_earlier(struct when a, struct when b)
{
	return a.ns < b.ns ? a : b;
}

static inline struct when when_later(struct when a, struct when b)
{
	return a.ns > b.ns ? a : b;
}

/* Rounds down to a second, from 1970 on. WHEN_MIN stays. */
struct when when_whole_second(struct when moment);

/* Reads a duration such as "500ms", "10s", "5m", "2h", "3d", "2w", or a number of seconds.
 * Returns -1 if it is none of these. */
int when_parse_duration(const char *text, int64_t *ns);

/* Writes the duration NS (not negative) in the same form, in the largest unit up to days of which
 * it is a multiple; fractions of a millisecond are dropped. */
void when_format_duration(int64_t ns, char text[static WHEN_TEXT_SIZE]);

/* The wall clock. Only main() and modules that do input or output call it; others are
 * given the instant. */
struct when when_now(void);
/* A clock that is never set, for intervals; called as when_now(). Its zero is any. */
struct when when_steady(void);

#endif
