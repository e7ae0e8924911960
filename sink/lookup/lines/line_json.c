#include "sink/lookup/lines/line_json.h"

#include <string.h>

#include "common/base/span.h"

#define NAME_MAX_LETTERS 32

/* What is left of the line. */
struct walk {
	const char *at, *end;
};

static void skip_blanks(struct walk *walk)
{
	while (walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\t'))
		walk->at++;
}

/* Reads the string that begins here, without its quotes; the rest of the line if it does not end. */
static struct span read_string(struct walk *walk)
{
	struct span string = {++walk->at, 0};

	while (walk->at < walk->end && *walk->at != '"')
		walk->at += *walk->at == '\\' && walk->at + 1 < walk->end ? 2 : 1;
	string.length = (size_t)(walk->at - string.data);
	if (walk->at < walk->end)
		walk->at++;
	return string;
}

/* Writes the letters of NAME in lower case, and a NUL. Returns false if there are too many. */
static bool only_letters(struct span name, char letters[static NAME_MAX_LETTERS])
{
	size_t length = 0;

	for (size_t i = 0; i < name.length; i++) {
		char c = name.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c < 'a' || c > 'z')
			continue;
		if (length + 1 == NAME_MAX_LETTERS)
			return false;
		letters[length++] = c;
	}
	letters[length] = '\0';
	return true;
}

static bool is_time_name(struct span name)
{
	static const char *const names[] = {
		"timestamp",
		"time",
		"ts",
		"t",
		"date",
		"datetime",
		"start",
		"starttime",
		"startutc",
		"eventtime",
		"eventstart",
		"eventtimestamp",
		"timelocal",
		"timeiso",
		"asctime",
		"logtime",
		"msec",
		"requestreceivedtimestamp",
		"edgestarttimestamp",
		"sourcerealtimetimestamp",
		"realtimetimestamp",
	};
	char letters[NAME_MAX_LETTERS];

	if (!only_letters(name, letters))
		return false;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if (strcmp(letters, names[n]) == 0)
			return true;
	}
	return false;
}

static bool read_value(const struct walk *walk, struct when latest, struct when_scan *scan)
{
	struct walk from = *walk;
	struct span text;
	size_t length;

	if (from.at < from.end && *from.at == '"') {
		text = read_string(&from);
		return text.length > 0 &&
		       (when_scan_iso(text.data, text.length, scan) == text.length ||
			when_scan_day_month(text.data, text.length, scan) == text.length ||
			when_scan_epoch(text.data, text.length, scan) == text.length ||
			when_scan_month_day(text.data, text.length, latest, scan) == text.length);
	}
	length = when_scan_epoch(from.at, (size_t)(from.end - from.at), scan);
	return length > 0 &&
	       (from.at + length == from.end || strchr(", }\t", from.at[length]) != NULL);
}

bool line_json_time(struct when latest, const char *line, size_t length, struct when_scan *scan)
{
	struct walk walk = {line, line + length};
	bool in_event = false; /* the member of the outermost object is "event" */
	struct span name;
	int depth = 0;

	while (walk.at < walk.end) {
		char c = *walk.at;

		if (c != '"') {
			depth += (c == '{' || c == '[') - (c == '}' || c == ']');
			walk.at++;
			continue;
		}
		name = read_string(&walk);
		skip_blanks(&walk);
		if (walk.at == walk.end || *walk.at != ':')
			continue;
		walk.at++;
		skip_blanks(&walk);
		if (depth == 1)
			in_event = span_equal(name, span_of("event"));
		else if (depth != 2 || !in_event || !span_equal(name, span_of("start")))
			continue;
		if (is_time_name(name) && read_value(&walk, latest, scan))
			return true;
	}
	return false;
}
