#include "sink/lookup/lines/line_zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 512
#define QUARTER (900 * NS_PER_SECOND) /* zones change at a multiple of it */
#define DAY_SECONDS 86400

/* Reads "+01:00" or "-0930". */
static int parse_east(const char *text, int64_t *east)
{
	int hours, minutes, used = 0;
	bool west = text[0] == '-';

	if ((text[0] != '+' && !west) || !isdigit((unsigned char)text[1]) ||
	    (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) < 2 &&
	     sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) < 2) ||
	    text[1 + used] != '\0' || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*east = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return 0;
}

/* An unknown name would silently be UTC. */
static bool is_in_database(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[PATH_SIZE];

	if (!isalpha((unsigned char)name[0]) || strstr(name, "..") != NULL)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : "/usr/share/zoneinfo",
		 name);
	return access(path, R_OK) == 0;
}

int line_zone_parse(const char *text, struct line_zone *zone)
{
	struct line_zone parsed = {.fixed = true};

	if (strcmp(text, "UTC") != 0 && strcmp(text, "Z") != 0 &&
	    parse_east(text, &parsed.east) < 0) {
		if (!is_in_database(text) || setenv("TZ", text, 1) < 0)
			return -1;
		tzset();
		parsed.fixed = false;
	}
	*zone = parsed;
	return 0;
}

/* The seconds east of UTC at an instant. */
static int64_t east_at(int64_t seconds)
{
	time_t instant = (time_t)seconds;
	struct tm tm = {0};

	localtime_r(&instant, &tm);
	return tm.tm_gmtoff;
}

/* A change is further than a day from the next, so these are the zone's offsets around LOCAL. */
static void ask(struct line_zone *zone, int64_t local)
{
	int64_t before = east_at(local - DAY_SECONDS), after = east_at(local + DAY_SECONDS);
	bool early = east_at(local - before) == before, late = east_at(local - after) == after;

	zone->clear = (early || late) && (before == after || early != late);
	zone->quarter_east = early ? before : after;
}

bool line_zone_instant(struct line_zone *zone, struct when local, struct when *moment)
{
	int64_t quarter = local.ns / QUARTER;

	if (zone->fixed) {
		*moment = when_add(local, -zone->east * NS_PER_SECOND);
		return true;
	}
	if (!zone->asked || quarter != zone->quarter) {
		zone->asked = true;
		zone->quarter = quarter;
		ask(zone, quarter * (QUARTER / NS_PER_SECOND));
	}
	if (zone->clear)
		*moment = when_add(local, -zone->quarter_east * NS_PER_SECOND);
	return zone->clear;
}
