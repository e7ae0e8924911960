#include "common/base/when_scan.h"

#include <string.h>

#include "common/base/ip.h"

#define YEAR_MIN 1970
#define YEAR_MAX 2261

/* What is left of the text. */
struct cursor {
	const char *at, *end;
};

/* What a time of day has besides its date. */
struct clock {
	int64_t fraction, east; /* nanoseconds, seconds */
	enum when_zone zone;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char peek(const struct cursor *cursor)
{
	return cursor->at < cursor->end ? *cursor->at : '\0';
}

static bool skip(struct cursor *cursor, char c)
{
	if (peek(cursor) != c)
		return false;
	cursor->at++;
	return true;
}

static bool skip_word(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* Reads COUNT digits; -1 if they are not there. */
static int64_t digits(struct cursor *cursor, size_t count)
{
	int64_t number = 0;

	if ((size_t)(cursor->end - cursor->at) < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(cursor->at[i]))
			return -1;
		number = number * 10 + (cursor->at[i] - '0');
	}
	cursor->at += count;
	return number;
}

/* The number of the month, such as "Nov"; -1 if there is none. */
static int64_t month_name(struct cursor *cursor)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int64_t month = 0; month < 12 && cursor->end - cursor->at >= 3; month++) {
		if (memcmp(cursor->at, names + 3 * month, 3) == 0) {
			cursor->at += 3;
			return month + 1;
		}
	}
	return -1;
}

static bool skip_weekday(struct cursor *cursor)
{
	static const char *const names[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};

	for (size_t d = 0; d < sizeof(names) / sizeof(names[0]); d++) {
		if (skip_word(cursor, names[d]))
			return true;
	}
	return false;
}

/* Reads the "AM" or "PM" that may follow the time of DATE. Returns false if its hour has no such half. */
static bool scan_half(struct cursor *cursor, struct when_date *date)
{
	struct cursor from = *cursor;
	bool pm, dots;

	skip(&from, ' ');
	pm = skip(&from, 'P') || skip(&from, 'p');
	if (!pm && !skip(&from, 'A') && !skip(&from, 'a'))
		return true;
	dots = skip(&from, '.');
	if (!skip(&from, 'M') && !skip(&from, 'm'))
		return true;
	if (dots)
		skip(&from, '.');
	if (is_letter(peek(&from)) || is_digit(peek(&from)))
		return true;
	if (date->hour < 0 || date->hour > (pm ? 23 : 12))
		return false;
	date->hour = date->hour % 12 + (pm ? 12 : 0);
	*cursor = from;
	return true;
}

/* Reads "08:00:01" and its fraction. */
static bool scan_time(struct cursor *cursor, struct when_date *date, int64_t *fraction)
{
	size_t count = 0;

	date->hour = digits(cursor, 2);
	if (!skip(cursor, ':'))
		return false;
	date->minute = digits(cursor, 2);
	if (!skip(cursor, ':'))
		return false;
	date->second = digits(cursor, 2);
	*fraction = 0;
	if (cursor->end - cursor->at >= 2 && (*cursor->at == '.' || *cursor->at == ',') &&
	    is_digit(cursor->at[1])) {
		for (cursor->at++; is_digit(peek(cursor)); cursor->at++, count++)
			*fraction = count < 9 ? *fraction * 10 + (*cursor->at - '0') : *fraction;
		for (; count < 9; count++)
			*fraction *= 10;
	}
	return !is_digit(peek(cursor));
}

static void scan_zone(struct cursor *cursor, struct clock *clock)
{
	cursor->at += when_zone_scan(cursor->at, (size_t)(cursor->end - cursor->at), &clock->zone,
				     &clock->east);
}

/* Reads a time of day with the half of the day and the zone that may follow it. */
static bool scan_clock(struct cursor *cursor, struct when_date *date, struct clock *clock)
{
	if (!scan_time(cursor, date, &clock->fraction) || !scan_half(cursor, date))
		return false;
	scan_zone(cursor, clock);
	return true;
}

/* From the date to the instant. */
static int64_t offset(const struct clock *clock)
{
	return clock->fraction - clock->east * NS_PER_SECOND;
}

static bool finish(const struct when_date *date, const struct clock *clock, struct when_scan *scan)
{
	struct when moment;

	if (when_from_date(date, &moment) < 0)
		return false;
	scan->moment = when_add(moment, offset(clock));
	scan->zone = clock->zone;
	return true;
}

/* Reads the time of day and the zone after DATE. Returns the bytes from TEXT on. */
static size_t scan_rest(const char *text, struct cursor *cursor, struct when_date *date,
			struct when_scan *scan)
{
	struct clock clock;

	if (!scan_clock(cursor, date, &clock) || !finish(date, &clock, scan))
		return 0;
	return (size_t)(cursor->at - text);
}

size_t when_scan_iso(const char *text, size_t length, struct when_scan *scan)
{
	struct cursor cursor = {text, text + length};
	struct when_date date;
	char separator;

	date.year = digits(&cursor, 4);
	separator = peek(&cursor);
	if ((separator != '-' && separator != '/') || !skip(&cursor, separator))
		return 0;
	date.month = digits(&cursor, 2);
	if (!skip(&cursor, separator))
		return 0;
	date.day = digits(&cursor, 2);
	if (!skip(&cursor, 'T') && !skip(&cursor, ' ') && !skip(&cursor, 't') &&
	    !skip(&cursor, '_'))
		return 0;
	return scan_rest(text, &cursor, &date, scan);
}

size_t when_scan_day_month(const char *text, size_t length, struct when_scan *scan)
{
	struct cursor cursor = {text, text + length};
	struct when_date date;
	char separator;

	date.day = digits(&cursor, 2);
	separator = peek(&cursor);
	if ((separator != '/' && separator != '-' && separator != ' ') || !skip(&cursor, separator))
		return 0;
	date.month = month_name(&cursor);
	if (!skip(&cursor, separator))
		return 0;
	date.year = digits(&cursor, 4);
	if (!skip(&cursor, ':') && !skip(&cursor, ' '))
		return 0;
	return scan_rest(text, &cursor, &date, scan);
}

/* Fills a time without a year: it is the last that is not after LATEST. */
static bool finish_yearless(const struct when_date *date, const struct clock *clock,
			    struct when latest, struct when_scan *scan)
{
	struct when moment;

	if (when_from_yearless(date, offset(clock), latest, &moment) < 0)
		return false;
	*scan = (struct when_scan){moment, clock->zone};
	return true;
}

/* Reads the year that may follow a time in a word of its own. Returns 0 if the word is not a year, -1 if
 * it may be one. */
static int64_t scan_year(struct cursor *cursor)
{
	struct cursor from = *cursor;
	const char *word, *end;
	char next, after;
	int64_t year;
	struct ip ip;

	if (!skip(&from, ' '))
		return 0;
	word = from.at;
	year = digits(&from, 4);
	next = peek(&from);
	if (year < YEAR_MIN || year > YEAR_MAX || is_letter(next) || is_digit(next) || next == '_')
		return 0;
	after = from.end - from.at > 1 ? from.at[1] : '\0';
	if ((next != '-' && next != '.' && next != ':') ||
	    (!is_letter(after) && !is_digit(after) && after != ':')) {
		*cursor = from;
		return year;
	}
	/* "2025-host", and "2001:db8::1"; but "2025:10.0.0.1" may begin with a year. */
	for (end = from.at; end < from.end && *end != ' ';)
		end++;
	if (next == ':' ? ip_parse(word, (size_t)(end - word), &ip) == 0 : is_letter(after))
		return 0;
	return -1;
}

/* Fills DATE, whose year may follow its time; after a weekday, it must. */
static bool finish_month_day(struct cursor *cursor, bool weekday, struct when_date *date,
			     struct clock *clock, struct when latest, struct when_scan *scan)
{
	date->year = scan_year(cursor);
	if (date->year > 0) {
		if (clock->zone == WHEN_LOCAL)
			scan_zone(cursor, clock);
		return finish(date, clock, scan);
	}
	if (weekday || date->year < 0)
		clock->zone = WHEN_UNKNOWN;
	return finish_yearless(date, clock, latest, scan);
}

size_t when_scan_month_day(const char *text, size_t length, struct when latest,
			   struct when_scan *scan)
{
	struct cursor cursor = {text, text + length}, year;
	bool weekday = skip_weekday(&cursor);
	struct when_date date;
	struct clock clock;

	date.month = month_name(&cursor);
	if (date.month < 0 || !skip(&cursor, ' '))
		return 0;
	date.day = skip(&cursor, ' ') ? digits(&cursor, 1) : digits(&cursor, 2);
	if (!skip(&cursor, ' '))
		return 0;
	year = cursor;
	date.year = digits(&year, 4);
	if (date.year >= 0 && skip(&year, ' '))
		return scan_rest(text, &year, &date, scan);
	if (!scan_clock(&cursor, &date, &clock) ||
	    !finish_month_day(&cursor, weekday, &date, &clock, latest, scan))
		return 0;
	return (size_t)(cursor.at - text);
}

size_t when_scan_klog(const char *text, size_t length, struct when latest, struct when_scan *scan)
{
	struct cursor cursor = {text, text + length};
	struct when_date date;
	struct clock clock;

	if (!skip(&cursor, 'I') && !skip(&cursor, 'W') && !skip(&cursor, 'E') &&
	    !skip(&cursor, 'F'))
		return 0;
	date.month = digits(&cursor, 2);
	date.day = digits(&cursor, 2);
	if (!skip(&cursor, ' ') || !scan_clock(&cursor, &date, &clock) ||
	    !finish_yearless(&date, &clock, latest, scan))
		return 0;
	return (size_t)(cursor.at - text);
}

/* The nanoseconds of a unit of which a present instant has COUNT digits; 0 if there is none. */
static int64_t epoch_unit(size_t count)
{
	switch (count) {
	case 10:
		return NS_PER_SECOND;
	case 13:
		return NS_PER_MS;
	case 16:
		return 1000;
	case 19:
		return 1;
	default:
		return 0;
	}
}

size_t when_scan_epoch(const char *text, size_t length, struct when_scan *scan)
{
	int64_t number = 0, unit;
	size_t at = 0;

	for (; at < length && at < 19 && is_digit(text[at]); at++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, text[at] - '0', &number))
			return 0;
	}
	unit = epoch_unit(at);
	if (unit == 0 || text[0] == '0' || (at < length && is_digit(text[at])) ||
	    __builtin_mul_overflow(number, unit, &number))
		return 0;
	if (at + 1 < length && text[at] == '.' && is_digit(text[at + 1])) {
		for (at++; at < length && is_digit(text[at]); at++) {
			unit /= 10;
			if (__builtin_add_overflow(number, unit * (text[at] - '0'), &number))
				return 0;
		}
	}
	*scan = (struct when_scan){{number}, WHEN_ZONED};
	return at;
}
