#define _XOPEN_SOURCE 700 /* strptime() */
#include "sink/lookup/lines/line_format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FORMAT_MAX 256
#define NO_YEAR (-100000)

/* Whether FORMAT has a conversion of one of LETTERS. */
static bool has(const char *format, const char *letters)
{
	for (const char *at = format; (at = strchr(at, '%')) != NULL && at[1] != '\0'; at += 2) {
		if (strchr(letters, at[1]) != NULL)
			return true;
	}
	return false;
}

/* Reads the digits of a fraction as nanoseconds. */
static const char *read_fraction(const char *text, int64_t *fraction)
{
	int64_t unit = NS_PER_SECOND;

	for (*fraction = 0; isdigit((unsigned char)*text); text++) {
		unit /= 10;
		*fraction += unit * (*text - '0');
	}
	return text;
}

/* Reads FORMAT, which may have one %f, at the start of TEXT. Returns what follows, or NULL. */
static const char *read(const char *format, const char *text, struct tm *tm, int64_t *fraction)
{
	const char *split = strstr(format, "%f");
	char head[FORMAT_MAX];

	*fraction = 0;
	if (split == NULL) {
		text = strptime(text, format, tm);
		if (text != NULL && (text[0] == '.' || text[0] == ',') &&
		    isdigit((unsigned char)text[1]))
			text = read_fraction(text + 1, fraction);
		return text;
	}
	snprintf(head, sizeof(head), "%.*s", (int)(split - format), format);
	text = strptime(text, head, tm);
	if (text == NULL || !isdigit((unsigned char)*text))
		return NULL;
	text = read_fraction(text, fraction);
	return strptime(text, split + 2, tm);
}

static bool finish(const char *format, const struct tm *tm, int64_t fraction, struct when latest,
		   struct when_scan *scan)
{
	bool zoned = has(format, "zs"), has_year = tm->tm_year != NO_YEAR;
	int64_t offset = fraction - (zoned ? tm->tm_gmtoff * NS_PER_SECOND : 0);
	struct when_date date = {
		.year = has_year ? tm->tm_year + INT64_C(1900) : 0,
		.month = tm->tm_mon + 1,
		.day = tm->tm_mday,
		.hour = tm->tm_hour,
		.minute = tm->tm_min,
		.second = tm->tm_sec,
	};

	scan->zone = zoned ? WHEN_ZONED : has(format, "Z") ? WHEN_UNCLEAR : WHEN_LOCAL;
	if (!has_year)
		return when_from_yearless(&date, offset, latest, &scan->moment) == 0;
	if (when_from_date(&date, &scan->moment) < 0)
		return false;
	scan->moment = when_add(scan->moment, offset);
	return true;
}

static const char *scan_text(const char *format, struct when latest, const char *text,
			     struct when_scan *scan)
{
	struct tm tm = {.tm_year = NO_YEAR, .tm_mon = -1, .tm_hour = -1};
	int64_t fraction;
	const char *end = read(format, text, &tm, &fraction);

	if (end == NULL || tm.tm_hour < 0 || !finish(format, &tm, fraction, latest, scan))
		return NULL;
	return end;
}

bool line_format_is_good(const char *format)
{
	return strlen(format) < FORMAT_MAX && has(format, "deDFsc") && has(format, "HITRrsc");
}

bool line_format_find(const char *format, struct when latest, const char *line, size_t length,
		      struct when_scan *scan)
{
	char text[LINE_FORMAT_BYTES + 1]; /* strptime() needs its NUL */
	bool inside = false;              /* a word */

	if (length > LINE_FORMAT_BYTES)
		length = LINE_FORMAT_BYTES;
	memcpy(text, line, length);
	text[length] = '\0';
	for (size_t at = 0; at < length; at++) {
		bool starts = !inside;

		inside = isalnum((unsigned char)text[at]) != 0;
		/* A format may begin with any byte. */
		if ((starts || !inside) && scan_text(format, latest, text + at, scan) != NULL)
			return true;
	}
	return false;
}
