#include "common/base/span.h"

#include <string.h>

#include "common/base/hash.h"

struct span span_of(const char *string)
{
	return (struct span){string, strlen(string)};
}

bool span_equal(struct span a, struct span b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

int span_compare(struct span a, struct span b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter ? memcmp(a.data, b.data, shorter) : 0;

	if (order != 0)
		return order;
	return (a.length > b.length) - (a.length < b.length);
}

size_t span_after(struct span prefix, char *after)
{
	size_t length = prefix.length;

	while (length > 0 && prefix.data[length - 1] == '\xff')
		length--;
	if (length == 0)
		return 0;
	memcpy(after, prefix.data, length);
	after[length - 1]++;
	return length;
}

uint64_t span_hash(struct span span)
{
	uint64_t hash;

	if (span.length == 0)
		return 0;
	hash = hash_bytes(HASH_START, span.data, span.length);
	return hash ? hash : 1;
}
