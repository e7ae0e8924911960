#include "common/base/when_text.h"

#include <string.h>

#include "common/base/when_scan.h"

#define DURATION_MAX 24

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads "-5m", "5m ago" or "5m". */
static int parse_ago(const char *text, size_t length, struct when now, struct when *moment)
{
	static const char ago[] = " ago";
	const size_t ago_length = sizeof(ago) - 1;
	char duration[DURATION_MAX];
	int64_t ns;

	if (length > 0 && text[0] == '-') {
		text++;
		length--;
	} else if (length > ago_length &&
		   memcmp(text + length - ago_length, ago, ago_length) == 0) {
		length -= ago_length;
	} else if (length == 0 || is_digit(text[length - 1])) {
		return -1; /* a number alone is no time ago */
	}
	if (length >= sizeof(duration))
		return -1;
	memcpy(duration, text, length);
	duration[length] = '\0';
	if (when_parse_duration(duration, &ns) < 0)
		return -1;
	/* Nobody means a part of a second, unless they say so. */
	if (ns % NS_PER_SECOND == 0)
		ns += now.ns % NS_PER_SECOND;
	*moment = when_add(now, -ns);
	return 0;
}

bool when_text_is_now(const char *text, size_t length)
{
	return length == 3 && memcmp(text, "now", 3) == 0;
}

bool when_text_is_relative(const char *text, size_t length)
{
	struct when ignored;

	return when_text_is_now(text, length) || parse_ago(text, length, WHEN_MIN, &ignored) == 0;
}

int when_text_parse(const char *text, size_t length, struct when now, struct when *moment)
{
	struct when_scan scan;

	if (when_text_is_now(text, length)) {
		*moment = now;
		return 0;
	}
	if (parse_ago(text, length, now, moment) == 0)
		return 0;
	if (length == 0 || (when_scan_iso(text, length, &scan) != length &&
			    when_scan_epoch(text, length, &scan) != length))
		return -1;
	if (scan.zone == WHEN_UNCLEAR || scan.zone == WHEN_UNKNOWN)
		return -1;
	*moment = scan.moment;
	return 0;
}
