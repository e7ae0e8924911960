#include "common/base/when_scan.h"

#include <string.h>

/* What is left of the text. */
struct cursor {
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
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

/* Reads "08:00:01" and its fraction. */
static bool scan_clock(struct cursor *cursor, struct when_date *date, int64_t *fraction)
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

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Reads "+01:00", "+0100" or, if SHORTER, "+01", as seconds east of UTC. */
static bool scan_offset(struct cursor *cursor, bool shorter, int64_t *seconds)
{
	struct cursor from = *cursor;
	bool west = peek(&from) == '-';
	int64_t hours, minutes = 0;

	if (!west && peek(&from) != '+')
		return false;
	from.at++;
	hours = digits(&from, 2);
	if (from.end - from.at >= 2 && *from.at == ':' && is_digit(from.at[1]))
		from.at++;
	if (is_digit(peek(&from)) || !shorter)
		minutes = digits(&from, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || is_digit(peek(&from)))
		return false;
	*seconds = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	*cursor = from;
	return true;
}

/* Reads the zone that may follow a time. */
static enum when_zone scan_zone(struct cursor *cursor, int64_t *seconds)
{
	static const char *const utc[] = {"UTC", "GMT", "Z", "z"};
	static const char *const unclear[] = {"CET", "CEST", "EET", "EEST", "WET",  "WEST", "BST",
					      "IST", "MSK",  "EST", "EDT",  "CST",  "CDT",  "MST",
					      "MDT", "PST",  "PDT", "AKST", "AKDT", "HST",  "JST",
					      "KST", "HKT",  "SGT", "AEST", "AEDT", "NZST", "NZDT"};
	struct cursor from = *cursor;
	bool blank = skip(&from, ' ');

	*seconds = 0;
	if (scan_offset(&from, !blank, seconds)) {
		*cursor = from;
		return WHEN_ZONED;
	}
	for (size_t u = 0; u < sizeof(utc) / sizeof(utc[0]); u++) {
		struct cursor after = from;

		if (skip_word(&after, utc[u]) && !is_letter(peek(&after))) {
			*cursor = after;
			return WHEN_ZONED;
		}
	}
	for (size_t u = 0; u < sizeof(unclear) / sizeof(unclear[0]); u++) {
		struct cursor after = from;

		if (skip_word(&after, unclear[u]) && !is_letter(peek(&after))) {
			*cursor = after;
			return WHEN_UNCLEAR;
		}
	}
	return WHEN_LOCAL;
}

static bool finish(const struct when_date *date, int64_t fraction, enum when_zone zone,
		   int64_t east, struct when_scan *scan)
{
	struct when moment;

	if (when_from_date(date, &moment) < 0)
		return false;
	scan->moment = when_add(moment, fraction - east * NS_PER_SECOND);
	scan->zone = zone;
	return true;
}

/* Reads the time of day and the zone after DATE. Returns the bytes from TEXT on. */
static size_t scan_rest(const char *text, struct cursor *cursor, struct when_date *date,
			struct when_scan *scan)
{
	int64_t fraction, east;
	enum when_zone zone;

	if (!scan_clock(cursor, date, &fraction))
		return 0;
	zone = scan_zone(cursor, &east);
	return finish(date, fraction, zone, east, scan) ? (size_t)(cursor->at - text) : 0;
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

/* Fills a time without a year and a zone: its year is the last that is not after LATEST. */
static bool finish_yearless(struct when_date *date, int64_t fraction, struct when latest,
			    struct when_scan *scan)
{
	date->year = when_year(latest);
	if (finish(date, fraction, WHEN_LOCAL, 0, scan) && when_not_after(scan->moment, latest))
		return true;
	date->year--;
	return finish(date, fraction, WHEN_LOCAL, 0, scan);
}

/* The year after a time that began with a weekday, with or without a zone between them. */
static size_t scan_year_last(const char *text, struct cursor *cursor, struct when_date *date,
			     int64_t fraction, struct when_scan *scan)
{
	int64_t east;
	enum when_zone zone = scan_zone(cursor, &east);

	if (!skip(cursor, ' '))
		return 0;
	date->year = digits(cursor, 4);
	if (is_digit(peek(cursor)) || !finish(date, fraction, zone, east, scan))
		return 0;
	return (size_t)(cursor->at - text);
}

size_t when_scan_month_day(const char *text, size_t length, struct when latest,
			   struct when_scan *scan)
{
	struct cursor cursor = {text, text + length}, year;
	bool weekday = skip_weekday(&cursor);
	struct when_date date;
	int64_t fraction;

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
	if (!scan_clock(&cursor, &date, &fraction))
		return 0;
	if (weekday)
		return scan_year_last(text, &cursor, &date, fraction, scan);
	return finish_yearless(&date, fraction, latest, scan) ? (size_t)(cursor.at - text) : 0;
}

size_t when_scan_klog(const char *text, size_t length, struct when latest, struct when_scan *scan)
{
	struct cursor cursor = {text, text + length};
	struct when_date date;
	int64_t fraction;

	if (!skip(&cursor, 'I') && !skip(&cursor, 'W') && !skip(&cursor, 'E') &&
	    !skip(&cursor, 'F'))
		return 0;
	date.month = digits(&cursor, 2);
	date.day = digits(&cursor, 2);
	if (!skip(&cursor, ' ') || !scan_clock(&cursor, &date, &fraction) ||
	    !finish_yearless(&date, fraction, latest, scan))
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
