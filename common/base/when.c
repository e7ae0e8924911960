#include "common/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/base/decimal.h"

#define SECONDS_PER_DAY 86400
#define YEAR_MIN 1678
#define YEAR_MAX 2261

/* Days from 1970-01-01 in the proleptic Gregorian calendar. Years are counted
 * from March, so that the leap day is a year's last. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

/* The reverse: the year, month and day of a day. */
static void date_from_days(int64_t days, int64_t date[static 3])
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;

	date[1] = march_month < 10 ? march_month + 3 : march_month - 9;
	date[2] = day_of_year - (153 * march_month + 2) / 5 + 1;
	date[0] = year_of_era + era * 400 + (date[1] <= 2 ? 1 : 0);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads COUNT digits at TEXT; -1 if one of them is not a digit. */
static int64_t digits(const char *text, size_t count)
{
	int64_t number = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_digit(text[i]))
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int64_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Reads two digits at TEXT; more than any year if one of them is not a digit. */
static int64_t two_digits(const char *text)
{
	unsigned tens = (unsigned)text[0] - '0', ones = (unsigned)text[1] - '0';

	return tens <= 9 && ones <= 9 ? tens * 10 + ones : YEAR_MAX + 1;
}

/* The seconds from 1970 to DATE. -1 if there is no such time. */
static int seconds_of(const struct when_date *date, int64_t *seconds)
{
	if (date->year < YEAR_MIN || date->year > YEAR_MAX || date->month < 1 || date->month > 12 ||
	    date->day < 1 || date->day > days_in_month(date->year, date->month))
		return -1;
	if (date->hour > 23 || date->minute > 59 || date->second > 59)
		return -1;
	*seconds = days_from_date(date->year, date->month, date->day) * SECONDS_PER_DAY +
		   date->hour * 3600 + date->minute * 60 + date->second;
	return 0;
}

/* Reads the first 19 bytes, "2026-11-23T08:00:01", as seconds since 1970. */
static int parse_seconds(const char *text, int64_t *seconds)
{
	const struct when_date date = {
		.year = two_digits(text) * 100 + two_digits(text + 2),
		.month = two_digits(text + 5),
		.day = two_digits(text + 8),
		.hour = two_digits(text + 11),
		.minute = two_digits(text + 14),
		.second = two_digits(text + 17),
	};

	if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
	    text[13] != ':' || text[16] != ':')
		return -1;
	return seconds_of(&date, seconds);
}

/* Reads "Z" or "+01:30", all of TEXT[LENGTH], as seconds east of UTC. */
static int parse_offset(const char *text, size_t length, int64_t *seconds)
{
	if (length == 1 && (text[0] == 'Z' || text[0] == 'z')) {
		*seconds = 0;
		return 0;
	}
	if (length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
		return -1;

	int64_t hours = digits(text + 1, 2), minutes = digits(text + 4, 2);

	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
	return 0;
}

int when_parse(const char *text, size_t length, struct when *moment)
{
	const size_t fixed = sizeof("2026-11-23T08:00:01") - 1;
	size_t at = fixed;
	int64_t seconds, offset, fraction = 0;

	if (length <= fixed || parse_seconds(text, &seconds) < 0)
		return -1;
	if (text[at] == '.') {
		size_t first = ++at;

		while (at < length && is_digit(text[at]))
			at++;
		if (at == first || at - first > 9)
			return -1;
		fraction = digits(text + first, at - first);
		for (size_t i = at - first; i < 9; i++)
			fraction *= 10;
	}
	if (at >= length || parse_offset(text + at, length - at, &offset) < 0)
		return -1;
	seconds -= offset;
	/* The offset may have moved it out of the years of the text form. */
	if (seconds < days_from_date(YEAR_MIN, 1, 1) * SECONDS_PER_DAY ||
	    seconds >= days_from_date(YEAR_MAX + 1, 1, 1) * SECONDS_PER_DAY)
		return -1;
	moment->ns = seconds * NS_PER_SECOND + fraction;
	return 0;
}

size_t when_format(struct when moment, char text[static WHEN_TEXT_SIZE])
{
	int64_t seconds = moment.ns / NS_PER_SECOND, fraction = moment.ns % NS_PER_SECOND;
	int64_t date[3];
	char *at = text;

	if (fraction < 0) {
		fraction += NS_PER_SECOND;
		seconds--;
	}

	int64_t days = seconds / SECONDS_PER_DAY, second_of_day = seconds % SECONDS_PER_DAY;

	if (second_of_day < 0) {
		second_of_day += SECONDS_PER_DAY;
		days--;
	}
	date_from_days(days, date);
	at = decimal_put_fixed(at, (uint64_t)(date[0]), 4);
	*at++ = '-';
	at = decimal_put_fixed(at, (uint64_t)(date[1]), 2);
	*at++ = '-';
	at = decimal_put_fixed(at, (uint64_t)(date[2]), 2);
	*at++ = 'T';
	at = decimal_put_fixed(at, (uint64_t)(second_of_day / 3600), 2);
	*at++ = ':';
	at = decimal_put_fixed(at, (uint64_t)(second_of_day / 60 % 60), 2);
	*at++ = ':';
	at = decimal_put_fixed(at, (uint64_t)(second_of_day % 60), 2);
	if (fraction != 0) {
		*at++ = '.';
		if (fraction % 1000 != 0)
			at = decimal_put_fixed(at, (uint64_t)fraction, 9);
		else if (fraction % NS_PER_MS != 0)
			at = decimal_put_fixed(at, (uint64_t)(fraction / 1000), 6);
		else
			at = decimal_put_fixed(at, (uint64_t)(fraction / NS_PER_MS), 3);
	}
	*at++ = 'Z';
	*at = '\0';
	return (size_t)(at - text);
}

int when_from_date(const struct when_date *date, struct when *moment)
{
	int64_t seconds;

	if (date->hour < 0 || date->minute < 0 || date->second < 0 ||
	    seconds_of(date, &seconds) < 0)
		return -1;
	moment->ns = seconds * NS_PER_SECOND;
	return 0;
}

int64_t when_year(struct when moment)
{
	int64_t seconds = moment.ns / NS_PER_SECOND - (moment.ns % NS_PER_SECOND < 0);
	int64_t date[3];

	date_from_days(seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0), date);
	return date[0];
}

int when_from_yearless(const struct when_date *date, int64_t offset_ns, struct when latest,
		       struct when *moment)
{
	struct when_date dated = *date;
	int64_t year = when_year(latest);

	for (dated.year = year; dated.year >= year - 1; dated.year--) {
		if (when_from_date(&dated, moment) < 0)
			continue;
		*moment = when_add(*moment, offset_ns);
		if (when_not_after(*moment, latest))
			return 0;
	}
	return -1;
}

int64_t when_since(struct when later, struct when earlier)
{
	int64_t ns;

	if (later.ns == earlier.ns)
		return 0;
	if (later.ns == INT64_MAX || earlier.ns == INT64_MIN)
		return INT64_MAX;
	if (later.ns == INT64_MIN || earlier.ns == INT64_MAX)
		return INT64_MIN;
	if (__builtin_sub_overflow(later.ns, earlier.ns, &ns))
		return later.ns > earlier.ns ? INT64_MAX : INT64_MIN;
	return ns;
}

bool when_is_due(struct when next, int64_t interval_ns, struct when now)
{
	return when_not_after(next, now) || when_not_after(now, when_add(next, -interval_ns));
}

struct when when_whole_second(struct when moment)
{
	return when_is_min(moment) ? moment : when_add(moment, -(moment.ns % NS_PER_SECOND));
}

static int64_t unit_ns(const char *unit)
{
	switch (unit[0]) {
	case '\0':
		return NS_PER_SECOND;
	case 's':
		return unit[1] == '\0' ? NS_PER_SECOND : -1;
	case 'm':
		if (unit[1] == 's' && unit[2] == '\0')
			return NS_PER_MS;
		return unit[1] == '\0' ? 60 * NS_PER_SECOND : -1;
	case 'h':
		return unit[1] == '\0' ? 3600 * NS_PER_SECOND : -1;
	case 'd':
		return unit[1] == '\0' ? SECONDS_PER_DAY * NS_PER_SECOND : -1;
	case 'w':
		return unit[1] == '\0' ? 7 * SECONDS_PER_DAY * NS_PER_SECOND : -1;
	default:
		return -1;
	}
}

int when_parse_duration(const char *text, int64_t *ns)
{
	int64_t number = 0;
	size_t at = 0;

	for (; is_digit(text[at]); at++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, text[at] - '0', &number))
			return -1;
	}

	int64_t unit = unit_ns(text + at);

	if (at == 0 || unit < 0 || __builtin_mul_overflow(number, unit, &number))
		return -1;
	*ns = number;
	return 0;
}

void when_format_duration(int64_t ns, char text[static WHEN_TEXT_SIZE])
{
	static const char *const units[] = {"d", "h", "m", "s", "ms"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t unit = unit_ns(units[i]);

		if ((ns % unit == 0 && (ns > 0 || unit == NS_PER_SECOND)) || unit == NS_PER_MS) {
			snprintf(text, WHEN_TEXT_SIZE, "%" PRId64 "%s", ns / unit, units[i]);
			return;
		}
	}
}

struct when when_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct when){now.tv_sec * NS_PER_SECOND + now.tv_nsec};
}

struct when when_steady(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct when){now.tv_sec * NS_PER_SECOND + now.tv_nsec};
}
