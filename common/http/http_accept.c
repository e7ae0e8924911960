#include "common/http/http_accept.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* Whether WEIGHT, what follows a coding, is ";q=" with more than zero, or nothing. */
static bool is_wanted(const char *weight, const char *end)
{
	weight += strspn(weight, BLANKS);
	if (weight >= end)
		return true;
	weight += 1 + strspn(weight + 1, BLANKS);
	if (end - weight < 2 || strncasecmp(weight, "q=", 2) != 0)
		return false;
	for (weight += 2; weight < end; weight++)
		if (*weight >= '1' && *weight <= '9')
			return true;
	return false;
}

bool http_accept_gzip(const char *accept_encoding)
{
	bool any = false;

	for (const char *at = accept_encoding; at != NULL && *at != '\0';) {
		const char *end = at + strcspn(at, ",");
		size_t length;

		at += strspn(at, BLANKS);
		length = strcspn(at, ",;" BLANKS);
		if ((length == 4 && strncasecmp(at, "gzip", 4) == 0) ||
		    (length == 6 && strncasecmp(at, "x-gzip", 6) == 0))
			return is_wanted(at + length, end);
		if (length == 1 && *at == '*')
			any = is_wanted(at + length, end);
		at = *end == ',' ? end + 1 : end;
	}
	return any;
}
