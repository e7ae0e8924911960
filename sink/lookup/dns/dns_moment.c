#include "sink/lookup/dns/dns_moment.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/when_text.h"

/* 20261123T080000Z, where RFC 3339 has 2026-11-23T08:00:00Z */
#define MOMENT_LENGTH 16
#define RFC3339_LENGTH 20

/* Reads what follows "at-" as people write times, unless that is another moment later. */
static bool read_absolute(struct span text, struct dns_name *name)
{
	char upper[DNS_LABEL_MAX + 1];
	size_t length = text.length < DNS_LABEL_MAX ? text.length : DNS_LABEL_MAX;

	/* A name is in lower case, and RFC 3339 is not. */
	for (size_t i = 0; i < length; i++)
		upper[i] = (char)toupper((unsigned char)text.data[i]);
	return !when_text_is_relative(text.data, text.length) &&
	       when_text_parse(upper, length, WHEN_MIN, &name->at) == 0;
}

/* Reads at-20261123t080000z, at-1795420800 or ago-5m. */
bool dns_moment_read(struct span label, struct dns_name *name)
{
	char text[DNS_LABEL_MAX + 1];
	const char *d = label.data + 3; /* after "at-" */

	if (label.length > 4 && memcmp(label.data, "ago-", 4) == 0) {
		snprintf(text, sizeof(text), "%.*s", (int)label.length - 4, label.data + 4);
		name->moment = DNS_MOMENT_AGO;
		return strlen(text) == label.length - 4 &&
		       when_parse_duration(text, &name->ago_ns) == 0;
	}
	if (label.length < 4 || memcmp(label.data, "at-", 3) != 0)
		return false;
	name->moment = DNS_MOMENT_AT;
	if (label.length != 3 + MOMENT_LENGTH || d[8] != 't')
		return read_absolute((struct span){d, label.length - 3}, name);
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%c", d, d + 4, d + 6, d + 9,
		 d + 11, d + 13, toupper((unsigned char)d[15]));
	return when_parse(text, strlen(text), &name->at) == 0;
}

bool dns_moment_is_meant(struct span label)
{
	return (label.length >= 3 && memcmp(label.data, "at-", 3) == 0) ||
	       (label.length >= 4 && memcmp(label.data, "ago-", 4) == 0);
}
