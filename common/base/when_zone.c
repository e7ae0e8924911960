#include "common/base/when_zone.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_SIZE 32 /* more than the longest zone and what ends it */
#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOURS_MAX 14

static bool letter(char c)
{
	return isalpha((unsigned char)c) != 0;
}

static bool digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

static bool starts_offset(const char *at)
{
	return (at[0] == '+' || at[0] == '-') && digit(at[1]);
}

/* Reads an offset; its hours may be one digit only AFTER_NAME. Returns what follows, or NULL. */
static const char *read_offset(const char *at, bool after_name, int64_t *east)
{
	size_t count = strspn(at + 1, DIGITS);
	const char *end = at + 1 + count;
	long number, minutes;

	if (count != 4 && count != 2 && (count != 1 || !after_name))
		return NULL;
	number = strtol(at + 1, NULL, 10);
	minutes = count == 4 ? number / 100 * 60 + number % 100 : number * 60;
	number = count == 4 ? number % 100 : 0;
	if (count < 4 && end[0] == ':' && strspn(end + 1, DIGITS) == 2) {
		number = strtol(end + 1, NULL, 10);
		minutes += number;
		end += 3;
	}
	/* Such as the end of a period, or an address. */
	if (letter(*end) || ((*end == ':' || *end == '.') && digit(end[1])))
		return NULL;
	if (number > 59 || minutes > HOURS_MAX * 60)
		return NULL;
	*east = (at[0] == '-' ? -60 : 60) * (int64_t)minutes;
	return end;
}

/* Skips a name of UTC, or returns NULL. */
static const char *skip_utc(const char *at)
{
	static const char *const names[] = {"UTC", "GMT", "utc", "gmt", "Z", "z"};

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		size_t length = strlen(names[n]);

		if (strncmp(at, names[n], length) == 0 && !letter(at[length]) &&
		    !(length == 1 && digit(at[length])))
			return at + length;
	}
	return NULL;
}

/* Skips an abbreviation, or returns NULL. */
static const char *skip_abbreviation(const char *at)
{
	/* Without those that begin ordinary messages, such as "GET" of Georgia. */
	static const char names[] =
		/* Europe and Africa */
		" WET WEST CET CEST EET EEST MET MEST MEZ MESZ BST IST MSK MSD SAMT TRT FET AZOT "
		"AZOST CAT EAT SAST WAT WAST CVT MUT SCT UT UCT "
		/* Asia */
		"AFT ALMT AMT AMST ANAT AZT BDT BNT BTT GST HKT HKST HOVT ICT IDT IRST IRDT IRKT "
		"JST "
		"KGT KRAT KST LKT MAGT MMT MVT MYT NOVT NPT OMST ORAT PETT PHT PHST PKT QYZT SAKT "
		"SGT "
		"SRET TJT TLT TMT ULAT UZT VLAT WIB WIT WITA YAKT YEKT "
		/* Australia and the Pacific */
		"ACST ACDT ACWST AEST AEDT AET AWST AWDT CHAST CHADT CHST FJT FJST LHST LHDT NCT "
		"NZST "
		"NZDT NZT PGT SBT SST TAHT VUT WST "
		/* America */
		"AKST AKDT ART AST ADT BOT BRT BRST CLT CLST COT CST CDT CT ECT EGT EGST EST EDT "
		"ET "
		"FKT FKST FNT GFT GYT HAST HADT HST HDT MST MDT MT NST NDT PET PMST PMDT PST PDT "
		"PT "
		"PYT PYST SRT UYT UYST VET WGT WGST ";
	size_t length = strspn(at, CAPITALS);
	char name[sizeof(" ACWST ")];

	if (length < 2 || length > 5 || letter(at[length]))
		return NULL;
	snprintf(name, sizeof(name), " %.*s ", (int)length, at);
	return strstr(names, name) != NULL ? at + length : NULL;
}

/* Skips the name of a region of the tz database, or returns NULL. */
static const char *skip_region(const char *at)
{
	static const char *const areas[] = {"Africa/", "America/",  "Antarctica/", "Arctic/",
					    "Asia/",   "Atlantic/", "Australia/",  "Etc/",
					    "Europe/", "Indian/",   "Pacific/"};

	for (size_t a = 0; a < sizeof(areas) / sizeof(areas[0]); a++) {
		if (strncmp(at, areas[a], strlen(areas[a])) == 0)
			return at + strcspn(at, " ])");
	}
	return NULL;
}

/* Reads an offset, or UTC with one or without. Returns what follows, NULL if it is not there. */
static const char *read_known(const char *at, enum when_zone *zone, int64_t *east)
{
	const char *name = skip_utc(at), *end = name;

	if (name == NULL && !starts_offset(at))
		return NULL;
	*zone = WHEN_ZONED;
	if (name == NULL || starts_offset(name))
		end = read_offset(name != NULL ? name : at, name != NULL, east);
	else if (digit(*name) || (*name == ' ' && starts_offset(name + 1)))
		end = NULL;
	if (end == NULL)
		*zone = WHEN_UNKNOWN;
	return end;
}

size_t when_zone_scan(const char *text, size_t length, enum when_zone *zone, int64_t *east)
{
	char rest[REST_SIZE];
	const char *at = rest, *end;
	bool bracket;

	if (length > sizeof(rest) - 1)
		length = sizeof(rest) - 1;
	memcpy(rest, text, length);
	rest[length] = '\0';
	at += *at == ' ';
	bracket = *at == '[' || *at == '(';
	at += bracket;
	*zone = WHEN_LOCAL;
	*east = 0;
	end = read_known(at, zone, east);
	if (end == NULL && *zone == WHEN_LOCAL) {
		end = skip_abbreviation(at);
		if (end == NULL)
			end = skip_region(at);
		if (end != NULL)
			*zone = WHEN_UNCLEAR;
		else if (letter(rest[0]))
			*zone = WHEN_UNKNOWN;
	}
	if (end == NULL)
		return 0;
	if (bracket)
		end += *end == ']' || *end == ')';
	return (size_t)(end - rest);
}
