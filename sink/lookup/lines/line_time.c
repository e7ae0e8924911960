#include "sink/lookup/lines/line_time.h"

#include <string.h>

#include "common/base/when_scan.h"
#include "sink/lookup/lines/line_format.h"
#include "sink/lookup/lines/line_json.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A time that was read, as an instant. */
static bool place(struct line_time *time, const struct when_scan *scan, struct when *moment)
{
	if (scan->zone == WHEN_ZONED) {
		*moment = scan->moment;
		return true;
	}
	if (scan->zone == WHEN_UNKNOWN || (scan->zone == WHEN_UNCLEAR && !time->zone_given))
		return false;
	return line_zone_instant(&time->zone, scan->moment, moment);
}

/* ---- Forms at the start of a line ---- */

/* Skips COUNT words of the form of a VPC flow log; 0 if there are fewer. */
static size_t skip_words(const char *line, size_t length, size_t at, int count)
{
	for (int w = 0; w < count; w++) {
		size_t from = at;

		while (at < length && line[at] != ' ')
			at++;
		if (at == from || at == length)
			return 0;
		at++;
	}
	return at;
}

/* "2 123456789012 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 10 840 1795420800 1795420860 ACCEPT OK" */
static size_t scan_vpc(const char *line, size_t length, struct when_scan *scan)
{
	size_t network = skip_words(line, length, 0, 2);
	size_t start = skip_words(line, length, 0, 10);

	if (start == 0 || !is_digit(line[0]) || memcmp(line + network, "eni-", 4) != 0)
		return 0;
	return when_scan_epoch(line + start, length - start, scan);
}

static bool scan_start(const struct line_time *time, const char *line, size_t length,
		       struct when_scan *scan)
{
	size_t read = when_scan_epoch(line, length, scan);

	if (read > 0)
		return read == length || !is_alphanumeric(line[read]);
	return when_scan_klog(line, length, time->latest, scan) > 0 ||
	       scan_vpc(line, length, scan) > 0;
}

/* ---- Anywhere ---- */

/* A time at the start of TEXT. The bytes that would not fit are checked first, for speed. */
static bool scan_word(const struct line_time *time, const char *text, size_t length,
		      struct when_scan *scan)
{
	if (length < sizeof("Nov 23 08:00:01") - 1)
		return false;
	if (!is_digit(text[0]))
		return text[0] >= 'A' && text[0] <= 'W' && text[3] == ' ' &&
		       when_scan_month_day(text, length, time->latest, scan) > 0;
	if (text[4] == '-' || text[4] == '/')
		return when_scan_iso(text, length, scan) > 0;
	return !is_alphanumeric(text[2]) && when_scan_day_month(text, length, scan) > 0;
}

static bool scan_anywhere(const struct line_time *time, const char *line, size_t length,
			  struct when_scan *scan)
{
	bool inside = false; /* a word */

	for (size_t at = 0; at < length; at++) {
		bool starts = !inside;

		inside = is_alphanumeric(line[at]);
		if (starts && inside && scan_word(time, line + at, length - at, scan))
			return true;
	}
	return false;
}

bool line_time_find(struct line_time *time, const char *line, size_t length, struct when *moment)
{
	struct when_scan scan;
	bool found;

	while (length > 0 && is_blank(line[0])) {
		line++;
		length--;
	}
	if (time->format != NULL)
		found = line_format_find(time->format, time->latest, line, length, &scan);
	else if (length > 0 && line[0] == '{')
		found = line_json_time(time->latest, line, length, &scan);
	else
		found = scan_start(time, line, length, &scan) ||
			scan_anywhere(time, line, length, &scan);
	return found && place(time, &scan, moment);
}
