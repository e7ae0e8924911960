/* Addresses and ranges as Kubernetes reads them (docs/answers.md section 1). */
#include <ctype.h>
#include <string.h>

#include "common/base/array.h"
#include "common/timeline/feed/object.h"

#define PLAIN_SIZE 64 /* of a text without its leading zeros; no valid one is longer */

const char object_no_memory[] = "out of memory";

/* Copies TEXT without the blanks around it and without the leading zeros of its numbers. Returns
 * the length; 0 if it is empty or does not fit. */
static size_t bare_text(struct span text, char plain[static PLAIN_SIZE])
{
	size_t length = 0;

	while (text.length > 0 && isspace((unsigned char)text.data[text.length - 1]))
		text.length--;
	while (text.length > 0 && isspace((unsigned char)text.data[0])) {
		text.data++;
		text.length--;
	}
	for (size_t i = 0; i < text.length; i++) {
		bool begins = i == 0 || !isxdigit((unsigned char)text.data[i - 1]);

		if (begins && text.data[i] == '0') {
			while (i + 1 < text.length && text.data[i] == '0' &&
			       isxdigit((unsigned char)text.data[i + 1]))
				i++;
		}
		if (length == PLAIN_SIZE)
			return 0;
		plain[length++] = text.data[i];
	}
	return length;
}

bool object_address_listed(const struct address_list *addresses, const struct ip *ip)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (ip_compare(&addresses->list[i].ip, ip) == 0)
			return true;
	}
	return false;
}

static const char *add(struct address_list *addresses, const struct ip *ip,
		       struct object_address how)
{
	if (object_address_listed(addresses, ip))
		return NULL;
	if (array_grow(&addresses->list, &addresses->capacity, addresses->count + 1,
		       sizeof(*addresses->list)) < 0)
		return object_no_memory;
	how.ip = *ip;
	addresses->list[addresses->count++] = how;
	return NULL;
}

int object_read_address(struct span text, struct ip *ip)
{
	char plain[PLAIN_SIZE];
	const char *slash = text.length > 0 ? memchr(text.data, '/', text.length) : NULL;
	size_t length;

	if (slash != NULL)
		text.length = (size_t)(slash - text.data);
	length = bare_text(text, plain);
	return length > 0 ? ip_parse(plain, length, ip) : -1;
}

int object_read_range(struct span text, struct ip_range *range)
{
	char plain[PLAIN_SIZE];
	size_t length = bare_text(text, plain);

	return length > 0 ? ip_range_parse(plain, length, range) : -1;
}

const char *object_add_address(struct address_list *addresses, struct span text,
			       struct object_address how)
{
	struct ip ip;

	if (text.length == 0)
		return NULL;
	if (object_read_address(text, &ip) < 0) {
		addresses->refused++;
		return NULL;
	}
	return add(addresses, &ip, how);
}

const char *object_add_nth(struct address_list *addresses, const struct range_list *ranges,
			   uint8_t offset, struct object_address how)
{
	const char *why = NULL;

	for (size_t r = 0; r < ranges->count && why == NULL; r++) {
		struct ip ip = ranges->list[r].base;

		/* A base ends with zero bits, as many as the range has to give. */
		ip.bytes[15] += offset;
		if (ip.bytes[15] >= offset && ip_in_range(&ip, &ranges->list[r]))
			why = add(addresses, &ip, how);
	}
	return why;
}

void object_add_range(struct range_list *ranges, struct span text)
{
	struct ip_range range;

	if (text.length == 0)
		return;
	if (object_read_range(text, &range) < 0) {
		ranges->refused++;
		return;
	}
	for (size_t r = 0; r < ranges->count; r++) {
		if (ranges->list[r].bits == range.bits &&
		    ip_compare(&ranges->list[r].base, &range.base) == 0)
			return;
	}
	if (ranges->count == OBJECT_RANGES_MAX)
		ranges->refused++;
	else
		ranges->list[ranges->count++] = range;
}
