#include "sink/lookup/dns/dns_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sink/lookup/dns/dns_moment.h"

#define LABELS_MAX 127

struct labels {
	struct span list[LABELS_MAX]; /* the leftmost first */
	size_t count;
};

/* ---- Labels ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool dns_name_is_label(struct span label)
{
	if (label.length == 0 || label.length > DNS_LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.length; i++) {
		if (!is_letter(label.data[i]))
			return false;
	}
	return true;
}

/* Splits TEXT at its dots. Returns false if there are too many. */
static bool split(const char *text, struct labels *labels)
{
	labels->count = 0;
	for (;;) {
		size_t length = strcspn(text, ".");

		if (labels->count == LABELS_MAX)
			return false;
		labels->list[labels->count++] = (struct span){text, length};
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

bool dns_zone_fits(const char *text)
{
	struct labels labels;

	if (strlen(text) > DNS_ZONE_MAX || !split(text, &labels))
		return false;
	for (size_t i = 0; i < labels.count; i++) {
		if (!dns_name_is_label(labels.list[i]))
			return false;
	}
	return !span_equal(labels.list[labels.count - 1], span_of("arpa"));
}

/* The name that ZONE ends with. */
static const char *top_of(const struct dns_zones *zones, enum dns_zone zone)
{
	switch (zone) {
	case DNS_ZONE_IN_ADDR:
		return "in-addr.arpa";
	case DNS_ZONE_IP6:
		return "ip6.arpa";
	case DNS_ZONE_DOMAIN:
		return zones->domain;
	case DNS_ZONE_OWN:
		return zones->own;
	case DNS_ZONE_NONE:
		break;
	}
	return "";
}

/* Copies the labels of WIRE to TEXT in lower case. */
static int read_labels(const uint8_t *wire, size_t length, char text[static DNS_NAME_WIRE_MAX],
		       struct labels *labels)
{
	size_t at = 0;

	labels->count = 0;
	if (length > DNS_NAME_WIRE_MAX)
		return -1;
	while (at < length && wire[at] != 0) {
		size_t size = wire[at];

		if (size > DNS_LABEL_MAX || size > length - at - 1 || labels->count == LABELS_MAX)
			return -1;
		at++;
		for (size_t i = 0; i < size; i++)
			text[at + i] = (char)tolower(wire[at + i]);
		labels->list[labels->count++] = (struct span){text + at, size};
		at += size;
	}
	return at + 1 == length ? 0 : -1;
}

static bool label_is(struct span label, const char *text)
{
	return span_equal(label, span_of(text));
}

/* How many labels at the end of LABELS are those of the zone APEX; 0 if it is not in there. */
static size_t end_of(const struct labels *labels, const char *apex)
{
	struct labels of_apex;

	if (!split(apex, &of_apex) || of_apex.count > labels->count)
		return 0;
	for (size_t i = 1; i <= of_apex.count; i++) {
		if (!span_equal(labels->list[labels->count - i], of_apex.list[of_apex.count - i]))
			return 0;
	}
	return of_apex.count;
}

/* Whether LABELS are some of the last ones of APEX, but not all. */
static bool is_above(const struct labels *labels, const char *apex)
{
	struct labels of_apex;

	if (!split(apex, &of_apex) || of_apex.count <= labels->count)
		return false;
	for (size_t i = 1; i <= labels->count; i++) {
		if (!span_equal(labels->list[labels->count - i], of_apex.list[of_apex.count - i]))
			return false;
	}
	return true;
}

/* ---- Reading ---- */

/* Joins COUNT labels with dots to TO, which has room for SIZE. */
static bool join(const struct span *labels, size_t count, char *to, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if (!dns_name_is_label(labels[i]) || length + labels[i].length + 2 > size)
			return false;
		if (i > 0)
			to[length++] = '.';
		memcpy(to + length, labels[i].data, labels[i].length);
		length += labels[i].length;
	}
	to[length] = '\0';
	return true;
}

/* Writes NAMESPACE/NAME, the name being the first COUNT of LABELS and the namespace the next. */
static bool join_holder(const struct span *labels, size_t count, struct dns_name *name)
{
	char *to = name->holder;
	size_t room = sizeof(name->holder), length;

	if (!join(labels + count, 1, to, room))
		return false;
	length = strlen(to);
	to[length++] = '/';
	return join(labels, count, to + length, room - length);
}

static bool read_decimal(struct span label, uint8_t *byte)
{
	unsigned value = 0;

	if (label.length == 0 || label.length > 3 || (label.length > 1 && label.data[0] == '0'))
		return false;
	for (size_t i = 0; i < label.length; i++) {
		if (label.data[i] < '0' || label.data[i] > '9')
			return false;
		value = 10 * value + (unsigned)(label.data[i] - '0');
	}
	*byte = (uint8_t)value;
	return value <= UINT8_MAX;
}

/* The COUNT labels before in-addr.arpa. Sets *ZONES to how many of them are in the apex (1). */
static enum dns_name_kind read_v4(const struct labels *labels, size_t count, struct ip *ip,
				  size_t *zones)
{
	uint8_t bytes[4];
	size_t good = 0;

	while (good < count && good < 4 &&
	       read_decimal(labels->list[count - 1 - good], &bytes[good]))
		good++;
	*zones = good < 4 ? good : 3;
	if (good < count)
		return DNS_NAME_ABSENT;
	if (count < 4)
		return DNS_NAME_APEX;
	*ip = ip_from_v4(bytes);
	return DNS_NAME_ADDRESS;
}

static bool read_nibble(struct span label, size_t number, struct ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit = label.length == 1 ? memchr(digits, label.data[0], 16) : NULL;

	if (digit == NULL)
		return false;
	ip->bytes[number / 2] |= (uint8_t)((digit - digits) << (number % 2 == 0 ? 4 : 0));
	return true;
}

/* The COUNT labels before ip6.arpa, likewise. */
static enum dns_name_kind read_v6(const struct labels *labels, size_t count, struct ip *ip,
				  size_t *zones)
{
	struct ip found = {{0}};
	size_t good = 0;

	while (good < count && good < 32 &&
	       read_nibble(labels->list[count - 1 - good], good, &found))
		good++;
	*zones = good < 32 ? good : 31;
	if (good < count || (good == 32 && ip_is_v4(&found)))
		return DNS_NAME_ABSENT;
	if (count < 32)
		return DNS_NAME_APEX;
	*ip = found;
	return DNS_NAME_ADDRESS;
}

/* The COUNT labels before the cluster domain. */
static enum dns_name_kind read_domain(const struct labels *labels, size_t count,
				      struct dns_name *name)
{
	const struct span *list = labels->list;

	if (!label_is(list[count - 1], "svc") || count > 4)
		return DNS_NAME_ABSENT;
	if (count == 1 || (count == 2 && dns_name_is_label(list[0])))
		return DNS_NAME_EMPTY;
	if (count == 2 || !join_holder(list + count - 3, 1, name))
		return DNS_NAME_ABSENT;
	if (count == 3)
		return DNS_NAME_SERVICE;
	return join(list, 1, name->hostname, sizeof(name->hostname)) ? DNS_NAME_ENDPOINT
								     : DNS_NAME_ABSENT;
}

/* The COUNT labels before our own zone, which are not followed by a moment. */
static enum dns_name_kind read_own(const struct labels *labels, size_t count, struct dns_name *name)
{
	const struct span *list = labels->list;
	bool pod = label_is(list[count - 1], "pod");

	if (count == 1 && label_is(list[0], DNS_SERVER_LABEL))
		return DNS_NAME_SERVER;
	if (!pod && !label_is(list[count - 1], "node"))
		return DNS_NAME_ABSENT;
	if (count == 1 || (pod && count == 2 && dns_name_is_label(list[0])))
		return DNS_NAME_EMPTY;
	if (!pod)
		return join(list, count - 1, name->holder, sizeof(name->holder)) ? DNS_NAME_NODE
										 : DNS_NAME_ABSENT;
	return count > 2 && join_holder(list, count - 2, name) ? DNS_NAME_POD : DNS_NAME_ABSENT;
}

/* Finds the zone of LABELS, the longest that fits. Returns how many labels its apex has. */
static size_t find_zone(const struct dns_zones *zones, const struct labels *labels,
			enum dns_zone *zone)
{
	size_t longest = 0;

	*zone = DNS_ZONE_NONE;
	for (int z = DNS_ZONE_IN_ADDR; z <= DNS_ZONE_OWN; z++) {
		size_t count = end_of(labels, top_of(zones, (enum dns_zone)z));

		if (count > longest) {
			longest = count;
			*zone = (enum dns_zone)z;
		}
	}
	return longest;
}

/* The COUNT labels before ZONE. Sets *ZONES as read_v4() does. */
static enum dns_name_kind read_in_zone(enum dns_zone zone, const struct labels *labels,
				       size_t count, struct dns_name *name, size_t *zones)
{
	*zones = 0;
	if (count == 0 && zone != DNS_ZONE_NONE)
		return DNS_NAME_APEX;
	switch (zone) {
	case DNS_ZONE_IN_ADDR:
		return read_v4(labels, count, &name->ip, zones);
	case DNS_ZONE_IP6:
		return read_v6(labels, count, &name->ip, zones);
	case DNS_ZONE_DOMAIN:
		return read_domain(labels, count, name);
	case DNS_ZONE_OWN:
		return read_own(labels, count, name);
	case DNS_ZONE_NONE:
		break;
	}
	return DNS_NAME_FOREIGN;
}

/* What precedes a moment, as a name of its own: there is no apex and no server in it. */
static enum dns_name_kind read_past(const struct dns_zones *zones, const struct labels *labels,
				    struct dns_name *name)
{
	enum dns_zone zone;
	size_t count = find_zone(zones, labels, &zone), ignored;
	enum dns_name_kind kind;

	if (zone == DNS_ZONE_NONE) {
		for (int z = DNS_ZONE_IN_ADDR; z <= DNS_ZONE_OWN; z++) {
			if (is_above(labels, top_of(zones, (enum dns_zone)z)))
				return DNS_NAME_EMPTY;
		}
		return DNS_NAME_ABSENT;
	}
	kind = read_in_zone(zone, labels, labels->count - count, name, &ignored);
	if (kind == DNS_NAME_SERVER)
		return DNS_NAME_ABSENT;
	return kind == DNS_NAME_APEX ? DNS_NAME_EMPTY : kind;
}

int dns_name_read(const struct dns_zones *zones, const uint8_t *wire, size_t length,
		  struct dns_name *name)
{
	struct dns_name read = {.kind = DNS_NAME_FOREIGN};
	char text[DNS_NAME_WIRE_MAX];
	struct labels labels;
	size_t count, below = 0, top;

	if (read_labels(wire, length, text, &labels) < 0)
		return -1;
	count = labels.count - find_zone(zones, &labels, &read.zone);
	top = count;
	if (read.zone == DNS_ZONE_OWN && count > 0 &&
	    dns_moment_read(labels.list[count - 1], &read)) {
		labels.count = count - 1;
		read.kind = read_past(zones, &labels, &read);
	} else {
		read.moment = DNS_MOMENT_NOW;
		read.kind = read_in_zone(read.zone, &labels, count, &read, &below);
		if (read.zone == DNS_ZONE_OWN && count > 0 &&
		    dns_moment_is_meant(labels.list[count - 1]))
			read.kind = DNS_NAME_NO_MOMENT;
		top = count - below;
	}
	if (read.zone != DNS_ZONE_NONE)
		read.apex = (size_t)(labels.list[top].data - text) - 1;
	*name = read;
	return 0;
}
